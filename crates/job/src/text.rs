//! The one place where text of a guest, a build or a tool is made harmless.
//!
//! Invariant: a [`SafeText`] holds no control character but the line feed, no bidirectional control and no
//! other character that changes how the text around it is shown. A renderer prints it line by line, each with
//! its own prefix, so that no line of it can pass for one of ours.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// Text that is safe in a log, on a terminal, in JSON and (after HTML escaping) in a page.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct SafeText(String);

impl SafeText {
    /// Escapes `raw` into one line: line feeds become `\n`, other dangerous characters `\u{…}`.
    pub fn line(raw: &str) -> Self {
        Self(escape(raw, false))
    }

    /// Escapes `raw`, keeping its line feeds. Print it through [`SafeText::lines`] only.
    pub fn block(raw: &str) -> Self {
        Self(escape(raw, true))
    }

    /// Like [`SafeText::line`] for bytes of unknown encoding; what is not UTF-8 becomes U+FFFD.
    pub fn line_from_bytes(raw: &[u8]) -> Self {
        Self::line(&String::from_utf8_lossy(raw))
    }

    /// The escaped text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lines of a block.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.lines()
    }

    /// Whether nothing is left to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Cuts the text to at most `max` bytes at a character boundary and marks the cut.
    pub fn truncated(mut self, max: usize) -> Self {
        if self.0.len() > max {
            let cut = self.0.floor_char_boundary(max);
            self.0.truncate(cut);
            self.0.push_str("… [cut]");
        }
        self
    }
}

fn escape(raw: &str, keep_line_feeds: bool) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '\n' if keep_line_feeds => out.push('\n'),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("    "),
            c if is_dangerous(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Control characters, line separators, bidirectional controls, zero-width and tag characters.
pub(crate) fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl fmt::Display for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<&str> for SafeText {
    fn from(raw: &str) -> Self {
        Self::line(raw)
    }
}

impl From<String> for SafeText {
    fn from(raw: String) -> Self {
        Self::line(&raw)
    }
}

impl<'de> Deserialize<'de> for SafeText {
    /// What comes back from a file is not trusted either.
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(Self::block(&String::deserialize(d)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_shown_and_not_obeyed() {
        let rows = [
            ("plain é 漢", "plain é 漢"),
            ("\x1b]52;c;aGk=\x07", "\\u{1b}]52;c;aGk=\\u{7}"),
            ("a\r[host] ok", "a\\u{d}[host] ok"),
            ("a\n[host] ok", "a\\n[host] ok"),
            ("a\u{202e}b\u{2066}c", "a\\u{202e}b\\u{2066}c"),
            ("a\u{85}b\u{2028}c\u{9b}31m", "a\\u{85}b\\u{2028}c\\u{9b}31m"),
            ("tab\there", "tab    here"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
        ];
        for (raw, shown) in rows {
            assert_eq!(SafeText::line(raw).as_str(), shown);
        }
        assert_eq!(SafeText::block("a\n\x1b[2Jb").as_str(), "a\n\\u{1b}[2Jb");
    }

    #[test]
    fn a_cut_is_marked_and_keeps_characters_whole() {
        assert_eq!(SafeText::line("äöü").truncated(3).as_str(), "ä… [cut]");
        assert_eq!(SafeText::line("äöü").truncated(6).as_str(), "äöü");
    }

    #[test]
    fn text_from_json_is_escaped_again() {
        let text: SafeText = serde_json::from_str("\"\\u001b[31m\"").unwrap();
        assert_eq!(text.as_str(), "\\u{1b}[31m");
    }
}
