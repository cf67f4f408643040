//! Words at the beginning of a line that say for what it is, and names.

/// The rest of a line that begins with a word, and what follows the word.
pub(crate) fn after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(word)?;
    rest.starts_with(char::is_whitespace).then(|| rest.trim_start())
}

/// A line without its condition, if it has that: none where the condition does not hold.
pub(crate) fn held<'a>(text: &'a str, word: &str, value: &str) -> Option<&'a str> {
    let Some(rest) = after(text, word) else { return Some(text) };
    let (said, rest) = rest.split_once(char::is_whitespace)?;
    (said == value).then(|| rest.trim_start())
}

/// A line without its conditions, whatever they say. Each may stand once, in this order.
pub(crate) fn without(mut text: &str) -> &str {
    for word in ["arch", "targettype", "targetarch"] {
        let rest = after(text, word).and_then(|rest| rest.split_once(char::is_whitespace));
        if let Some((_, rest)) = rest {
            text = rest.trim_start();
        }
    }
    text
}

/// Whether a word is the name of a package when it stands alone: with dots it could be a file's.
pub(crate) fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+_".contains(&byte))
}

/// Whether a word is the name of a package behind `package`.
pub(crate) fn is_dotted_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+_.".contains(&byte))
}
