//! What is shown of a difference: the first line or the first bytes that are not the same, on one line and printable.
//!
//! Invariant: no excerpt has more than [`CHARS`] characters, and none moves a terminal's cursor or turns its text around.

use alloc::format;
use alloc::string::{String, ToString};

/// The most characters of an excerpt.
const CHARS: usize = 200;
/// How much of a line is shown before the first different byte.
const BEFORE: usize = 60;
/// How many bytes are shown of what is no text.
const BYTES: usize = 16;
/// How much of a file has to look like text.
const LOOK: usize = 4096;
/// Compared at once.
const CHUNK: usize = 4096;

/// The first difference of two byte strings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct First {
    /// `line 12` or `offset 0x40`.
    pub(crate) part: String,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
    pub(crate) is_text: bool,
}

/// None where they are the same.
pub(crate) fn first(old: &[u8], new: &[u8]) -> Option<First> {
    let at = first_offset(old, new)?;
    let is_text = is_text(old) && is_text(new);
    if is_text {
        let before = old.get(..at).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let (old, new) = (line_of(old, start, at), line_of(new, start, at));
        return Some(First { part: format!("line {line}"), old, new, is_text });
    }
    Some(First { part: format!("offset {at:#x}"), old: bytes_at(old, at), new: bytes_at(new, at), is_text })
}

/// Where two byte strings begin to differ.
pub(crate) fn first_offset(old: &[u8], new: &[u8]) -> Option<usize> {
    if old == new {
        return None;
    }
    let chunks = old.chunks(CHUNK).zip(new.chunks(CHUNK));
    let same = chunks.take_while(|(old, new)| old == new).count() * CHUNK;
    let rest = |bytes| <[u8]>::get(bytes, same..).unwrap_or_default();
    let (old, new): (&[u8], &[u8]) = (rest(old), rest(new));
    let more = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    Some(same + more)
}

fn is_text(bytes: &[u8]) -> bool {
    let look = bytes.get(..LOOK.min(bytes.len())).unwrap_or_default();
    let is_odd = |byte: &u8| *byte < 0x20 && !b"\t\n\r\x08\x0c\x1b".contains(byte);
    !look.iter().any(is_odd) && memchr::memchr(0, bytes).is_none()
}

/// The line from `start` on, or what of it is around a place in it; none where the text ends before.
fn line_of(text: &[u8], start: usize, at: usize) -> Option<String> {
    let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let line = rest.get(..end)?;
    let skipped = at.saturating_sub(start).min(line.len()).saturating_sub(BEFORE);
    let shown = line.get(skipped..)?;
    let shown = shown.get(..shown.len().min(CHARS * 4)).unwrap_or_default();
    let dots = if skipped > 0 { "…" } else { "" };
    Some(printable(&format!("{dots}{}", String::from_utf8_lossy(shown))))
}

/// Up to 16 bytes, in digits and as text; none where there are none.
pub(crate) fn bytes_at(bytes: &[u8], at: usize) -> Option<String> {
    let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
    let (mut digits, mut text) = (String::new(), String::new());
    for byte in rest.iter().take(BYTES) {
        digits.push_str(&format!("{byte:02x} "));
        text.push(if matches!(byte, 0x20..=0x7e) { char::from(*byte) } else { '.' });
    }
    Some(format!("{digits}|{text}|"))
}

/// A text on one line, cut where it is too long.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::new();
    let mut count = 0;
    for char in text.chars() {
        let one: String = if is_plain(char) { char.to_string() } else { char.escape_default().to_string() };
        let more = one.chars().count();
        if count + more >= CHARS {
            shown.push('…');
            return shown;
        }
        shown.push_str(&one);
        count += more;
    }
    shown
}

/// The same of a name, which is often no UTF-8.
pub(crate) fn name(bytes: &[u8]) -> String {
    printable(&String::from_utf8_lossy(bytes))
}

/// Neither a control character, nor one that is not seen, nor one that turns text around.
fn is_plain(char: char) -> bool {
    !char.is_control()
        && !matches!(char, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        && !matches!(char, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
