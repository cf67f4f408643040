//! Every link leads somewhere, and every chapter is in the summary.

use skink_tests_docs::{Page, anchors, checkout, links, pages};
use std::path::{Component, Path, PathBuf};

/// The repository on the web, where a page of the book leads out of the book.
const REPOSITORY: &str = "https://github.com/skink-build/skink/blob/main/";

/// `a/b/../c` as `a/c`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}

fn problem(page: &Page, to: &str, all: &[Page]) -> Option<String> {
    let (target, anchor) = to.split_once('#').unwrap_or((to, ""));
    let is_of_book = page.path.starts_with("docs/src/");
    let path = if let Some(path) = target.strip_prefix(REPOSITORY) {
        PathBuf::from(path)
    } else if target.contains("://") {
        return None; // other sites are not asked
    } else if target.is_empty() {
        PathBuf::from(&page.path)
    } else {
        plain(&Path::new(&page.path).parent().unwrap().join(target))
    };
    if !checkout().join(&path).exists() {
        return Some("leads to nothing".to_owned());
    }
    if is_of_book && !target.contains("://") && !path.starts_with("docs/src") {
        return Some(format!("leads out of the book; write {REPOSITORY}{}", path.display()));
    }
    let other = all.iter().find(|page| Path::new(&page.path) == path);
    let is_missing = !anchor.is_empty() && !other.is_some_and(|other| anchors(other).contains(anchor));
    is_missing.then(|| format!("there is no heading {anchor:?}"))
}

#[test]
fn links_lead_somewhere() {
    let all = pages();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for page in &all {
        for link in links(page).into_iter().filter(|link| !link.to.is_empty()) {
            seen += 1;
            let problem = problem(page, &link.to, &all);
            wrong.extend(problem.map(|what| format!("{}:{}: {}: {what}", page.path, link.line, link.to)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 40, "only {seen} links were found");
}

#[test]
fn what_is_wrong_with_links() {
    let page = Page { path: "docs/src/policy.md".into(), text: "# Head `it`\n[a](#head-it)".into() };
    let rows = [
        ("#head-it", None),
        ("#head", Some("no heading")),
        ("nowhere.md", Some("leads to nothing")),
        ("../../README.md", Some("leads out of the book")),
        ("https://github.com/skink-build/skink/blob/main/README.md", None),
        ("https://github.com/skink-build/skink/blob/main/NOTHING.md", Some("leads to nothing")),
        ("https://example.org/", None),
    ];
    for (to, want) in rows {
        let got = problem(&page, to, std::slice::from_ref(&page));
        assert_eq!(got.is_some(), want.is_some(), "{to}: {got:?}");
        assert!(got.unwrap_or_default().contains(want.unwrap_or_default()), "{to}");
    }
}

#[test]
fn every_chapter_is_in_the_summary() {
    let all = pages();
    let summary = all.iter().find(|page| page.path == "docs/src/SUMMARY.md").unwrap();
    let named: Vec<String> = links(summary).into_iter().map(|link| format!("docs/src/{}", link.to)).collect();
    for page in all.iter().filter(|page| page.path.starts_with("docs/src/") && page.path != summary.path) {
        assert!(named.contains(&page.path), "{} is not in docs/src/SUMMARY.md", page.path);
    }
}
