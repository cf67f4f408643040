//! What rpmlint said, without what it says otherwise of each build.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Warnings that come and go, or that hold the release.
const DROPPED: [&str; 4] = [
    ": W: files-duplicate ",
    ": W: file-contains-date-and-time",
    ": W: python-bytecode-inconsistent-mtime",
    ": W: filename-too-long-for-joliet",
];

/// What is told of how far rpmlint is, with the time that it took.
const PROGRESS: [&str; 2] = [": I: filelist-initialization ", ": I: check-completed "];

const TAKEN: &str = "; has taken ";
const MARK: &str = "@VERSION@-@RELEASE@";

/// The lines that count, each once and sorted. `releases` are `VERSION-RELEASE` of the packages, the longest first.
pub(crate) fn lines(log: &str, releases: &[&str]) -> BTreeSet<String> {
    let mut in_times = false;
    let mut lines = BTreeSet::new();
    for line in log.lines() {
        if line.ends_with(':') && line.contains("Check time report ") {
            in_times = true;
        } else if in_times {
            in_times = !is_total(line);
        } else if !DROPPED.iter().any(|dropped| line.contains(dropped)) && !is_count(line) {
            lines.insert(plain(line, releases));
        }
    }
    lines
}

/// The end of the report of times: `TOTAL` with a number.
fn is_total(line: &str) -> bool {
    line.split("TOTAL").skip(1).any(|rest| {
        let number = rest.trim_start_matches([' ', '\t']);
        number.len() < rest.len() && number.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// `checks: 37, packages: 2`, and what may follow.
fn is_count(line: &str) -> bool {
    let rest = line.strip_prefix("checks: ").and_then(behind_digits);
    rest.and_then(|rest| rest.strip_prefix(", packages: ")).and_then(behind_digits).is_some()
}

fn behind_digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

fn plain(line: &str, releases: &[&str]) -> String {
    let mut text = Cow::Borrowed(line);
    for release in releases.iter().filter(|release| !release.is_empty()) {
        if text.contains(release) {
            text = Cow::Owned(text.replace(release, MARK));
        }
    }
    // Where specs were unpacked to.
    if let Some((start, rest)) = text.split_once("/tmp/rpmlint.")
        && let Some((_, end)) = rest.rsplit_once("spec")
    {
        text = Cow::Owned(format!("{start}.spec{end}"));
    }
    if PROGRESS.iter().any(|word| text.contains(word)) {
        text = without_time(&text, " ").into();
    }
    without_time(&text, TAKEN)
}

/// The text with a mark in the place of the first number of seconds, as ` 1.3 s`, behind a word.
fn without_time(text: &str, word: &str) -> String {
    for (at, _) in text.match_indices(word) {
        let Some((start, rest)) = text.split_at_checked(at.saturating_add(word.len())) else { continue };
        let rest = behind_digits(rest).and_then(|rest| rest.strip_prefix('.'));
        let rest = rest.and_then(|rest| rest.strip_prefix(|c: char| c.is_ascii_digit()));
        if let Some(rest) = rest.filter(|rest| rest.starts_with(" s")) {
            return format!("{start}x.x{rest}");
        }
    }
    text.into()
}

/// The first line that only one of two logs has.
pub(crate) fn first_difference<'a>(
    old: &'a BTreeSet<String>,
    new: &'a BTreeSet<String>,
) -> (Option<&'a str>, Option<&'a str>) {
    (old.difference(new).next().map(String::as_str), new.difference(old).next().map(String::as_str))
}

/// Versions with their releases, the longest first, so that one that holds another is replaced whole.
pub(crate) fn sorted<'a>(releases: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut releases: Vec<&str> = releases.collect::<BTreeSet<_>>().into_iter().collect();
    releases.sort_by_key(|release| core::cmp::Reverse(release.len()));
    releases
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(log: &str) -> Vec<String> {
        lines(log, &["1.0-2.3", "1.0-2"]).into_iter().collect()
    }

    #[test]
    fn lines_that_count() {
        let rows: [(&str, &[&str]); 14] = [
            ("b\na\nb\n", &["a", "b"]),
            (
                "a.x86_64: W: x hello-1.0-2.3 1.0-2",
                &["a.x86_64: W: x hello-@VERSION@-@RELEASE@ @VERSION@-@RELEASE@"],
            ),
            (
                "a: W: files-duplicate /a /b\na: W: files-duplicated-waste 9",
                &["a: W: files-duplicated-waste 9"],
            ),
            ("a: W: file-contains-date-and-time /x", &[]),
            ("a: W: python-bytecode-inconsistent-mtime /x", &[]),
            ("a: W: filename-too-long-for-joliet a-1.0-2.3.rpm", &[]),
            ("a: E: files-duplicate /a", &["a: E: files-duplicate /a"]),
            ("(none): I: filelist-initialization 12.3 s", &["(none): I: filelist-initialization x.x s"]),
            ("(none): I: check-completed x 0.4 s, 5.6 s", &["(none): I: check-completed x x.x s, 5.6 s"]),
            ("2 packages; has taken 10.4 s ", &["2 packages; has taken x.x s "]),
            ("checks: 37, packages: 2\nchecks: x, packages: 2", &["checks: x, packages: 2"]),
            ("/tmp/rpmlint.abc/hello.spec:3: W: y", &[".spec:3: W: y"]),
            ("a\nCheck time report (>1% & >0.1s):\n  X  1.2\nTOTAL  3.4\nb", &["a", "b"]),
            ("Check time report:\nx\nTOTAL\ny", &["Check time report:", "TOTAL", "x", "y"]),
        ];
        for (log, want) in rows {
            assert_eq!(told(log), want, "{log}");
        }
    }

    #[test]
    fn an_unended_report_of_times_hides_all_that_follows() {
        assert_eq!(told("a\n Check time report x:\nb\nTOTAL none\nc"), ["a"]);
    }

    #[test]
    fn releases_that_hold_others_come_first() {
        assert_eq!(sorted(["1-1", "1-10", "1-1", "21-10"].into_iter()), ["21-10", "1-10", "1-1"]);
    }

    #[test]
    fn the_first_line_of_each_log() {
        let set = |lines: &[&str]| lines.iter().map(|line| (*line).into()).collect::<BTreeSet<String>>();
        let (old, new) = (set(&["a", "b", "c"]), set(&["b", "c", "d", "e"]));
        assert_eq!(first_difference(&old, &new), (Some("a"), Some("d")));
        assert_eq!(first_difference(&old, &old), (None, None));
    }
}
