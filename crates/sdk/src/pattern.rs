//! Patterns of names, as settings have them.

/// Whether `text` is what `pattern` says, in which each `*` is any text.
///
/// The time it takes grows with the length of `text` times that of `pattern`, whatever they hold.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        // The leftmost match leaves most for the parts that follow.
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_star_is_any_text() {
        let rows = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "libgreet1", true),
            ("libgreet1", "libgreet1", true),
            ("libgreet1", "libgreet12", false),
            ("lib*", "libgreet1", true),
            ("lib*", "hello", false),
            ("*.abignore", "hello.abignore", true),
            ("*.abignore", ".abignore.bak", false),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "ac", false),
            ("a*b*c", "a-c-b", false),
            ("a*a", "a", false),
            ("a**b", "ab", true),
            ("*aab", "aaab", true),
            ("ab*ba", "aba", false),
            ("*ä*", "hä?", true),
        ];
        for (pattern, text, want) in rows {
            assert_eq!(matches(pattern, text), want, "{pattern} {text}");
        }
    }
}
