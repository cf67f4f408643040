//! What may differ, and why: the one place where that stands.

/// What says where, when and by what a package was put together, and nothing of what it is.
const IGNORED: [(&str, &str); 8] = [
    ("buildtime", "mkbaselibs builds the package anew, the hook keeps when the original was built"),
    ("buildhost", "as is where"),
    ("rpmversion", "as is by which rpm"),
    ("cookie", "a number of that build"),
    ("optflags", "those of the machine that repackages, although nothing is compiled there"),
    ("file-system", "a number of a disk"),
    ("inode", "a number of a disk; which files are one is compared by itself"),
    ("modified", "mkbaselibs unpacks without times, the hook keeps them"),
];

/// Whether a field is among the ignored ones.
pub(super) fn is_ignored(field: &str) -> bool {
    let word = if field.starts_with("file ") { field.rsplit(' ').next().unwrap() } else { field };
    let is_of_file = |name: &str| matches!(name, "file-system" | "inode" | "modified");
    IGNORED.iter().any(|(name, _)| {
        is_of_file(name) == field.starts_with("file ") && *name == word
            || field.strip_prefix("tag ").is_some_and(|tag| tag.eq_ignore_ascii_case(name))
    })
}

/// A difference that is known.
#[derive(Debug)]
pub(super) struct Known {
    /// The case, `*` standing for anything, as in the others.
    pub(super) case: &'static str,
    pub(super) package: &'static str,
    pub(super) field: &'static str,
    pub(super) reason: &'static str,
}

/// Every known difference. Each must be one: what no longer differs has to go from here.
pub(super) const KNOWN: &[Known] = &[];

/// Whether a pattern with `*` is that of a whole text.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|text| (0..=text.len()).any(|at| text.get(at..).is_some_and(|end| fits(rest, end)))),
    }
}

#[test]
fn patterns_fit_whole_texts() {
    for (pattern, text, want) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("a*", "ab", true),
        ("*b", "ab", true),
        ("*c*", "abcd", true),
        ("*c*", "abd", false),
        ("a*b*c", "a-b-c", true),
        ("", "", true),
        ("*", "ü", true),
    ] {
        assert_eq!(fits(pattern, text), want, "{pattern} {text}");
    }
}
