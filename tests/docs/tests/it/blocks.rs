//! Every block of every page does what it shows.

use skink_tests_docs::{Block, Page, Place, Use, book, pages, updating};

/// How many blocks are not run. Each says why in its page; a new one needs a better reason than being new.
const NOT_RUN: usize = 17;

fn guides() -> Vec<Page> {
    pages()
        .into_iter()
        .filter(|page| page.path == "README.md" || page.path.starts_with("docs/src/"))
        .collect()
}

fn run(mut page: Page) {
    let place = Place::new(&page.path);
    let before = page.text.clone();
    let wrong = place.run(&mut page);
    if updating() && page.text != before {
        page.write();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn run_page(path: &str) {
    run(guides().into_iter().find(|page| page.path == path).unwrap_or_else(|| panic!("no page {path}")));
}

#[test]
fn for_authors() {
    run_page("docs/src/authors.md");
}

#[test]
fn for_admins() {
    run_page("docs/src/admins.md");
}

#[test]
fn the_other_pages() {
    let apart = ["docs/src/authors.md", "docs/src/admins.md"];
    guides().into_iter().filter(|page| !apart.contains(&page.path.as_str())).for_each(run);
}

#[test]
fn few_blocks_are_not_run_and_each_says_why() {
    let mut reasons = Vec::new();
    for page in guides() {
        for block in Block::all(&page) {
            if let Use::Nothing(reason) = block.what {
                assert!(reason.len() > 10, "{}:{}: say why", page.path, block.line);
                reasons.push(format!("{}:{}: {reason}", page.path, block.line));
            }
        }
    }
    println!("{}", reasons.join("\n"));
    assert_eq!(reasons.len(), NOT_RUN, "{}", reasons.join("\n"));
}

#[test]
fn every_block_of_the_book_is_looked_at() {
    let blocks: usize = book().iter().map(|page| Block::all(page).len()).sum();
    assert!(blocks > 20, "{blocks} blocks were found; are they still found?");
}
