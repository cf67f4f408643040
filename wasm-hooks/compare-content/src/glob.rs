//! Names of files by the patterns of a shell's `case`: `*` is any text, with slashes in it.

/// Whether one of the patterns is all of the name.
pub(crate) fn any(patterns: &[&str], name: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, name))
}

/// Each piece is looked for behind the one before, and the last one at the end: that finds a match where there is one.
fn matches(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        let Some((_, behind)) = rest.split_once(piece) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn as_a_shell_matches() {
        let rows = [
            ("*.png", "/a/b.png", true),
            ("*.png", "/a/b.png.gz", false),
            ("/a", "/a", true),
            ("/a", "/ab", false),
            ("/a/*/c*", "/a/b/d/c", true),
            ("/a/*/c*", "/a/c", false),
            ("*/x", "/x", true),
            ("*/x", "x", false),
            ("/usr/lib*/R/*.rdb", "/usr/lib64/R/a.rdb", true),
            ("ab*ba", "aba", false),
            ("*aab*aab", "aaab-aab", true),
        ];
        for (pattern, name, wanted) in rows {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
    }
}
