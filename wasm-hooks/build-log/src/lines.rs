//! The log as lines: bounded, without the build's times and without the colours of compilers.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// Bytes of a line that are looked at; what is beyond is passed over. The longest command lines of linkers are
/// longer, messages are not.
const MAX_LINE: usize = 16 << 10;

/// Cuts chunks of bytes into lines. It holds the beginning of one line and no more.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// What the chunks so far had of the line that has not ended.
    begun: Vec<u8>,
}

impl Lines {
    /// Calls `each` for every line that ends in `chunk`.
    pub(crate) fn feed(&mut self, chunk: &[u8], mut each: impl FnMut(&[u8])) {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', chunk) {
            let part = chunk.get(start..end).unwrap_or_default();
            start = end.saturating_add(1);
            if self.begun.is_empty() {
                each(part.get(..MAX_LINE).unwrap_or(part));
            } else {
                self.begin(part);
                each(&self.begun);
                self.begun.clear();
            }
        }
        self.begin(chunk.get(start..).unwrap_or_default());
    }

    /// Calls `each` for the last line where no line break ends it.
    pub(crate) fn end(self, mut each: impl FnMut(&[u8])) {
        if !self.begun.is_empty() {
            each(&self.begun);
        }
    }

    fn begin(&mut self, part: &[u8]) {
        let room = MAX_LINE.saturating_sub(self.begun.len());
        self.begun.extend_from_slice(part.get(..room).unwrap_or(part));
    }
}

/// The line without `build`'s time, `[   12s] `, and what stands before the last carriage return in it, as
/// progress bars leave it.
pub(crate) fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let begin = memchr::memrchr(b'\r', line).map_or(0, |at| at.saturating_add(1));
    let line = line.get(begin..).unwrap_or(line);
    without_time(line).unwrap_or(line)
}

fn without_time(line: &[u8]) -> Option<&[u8]> {
    let mut rest = line.strip_prefix(b"[")?;
    while let Some(less) = rest.strip_prefix(b" ") {
        rest = less;
    }
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = rest.get(digits..)?.strip_prefix(b"s]")?;
    (digits > 0).then(|| rest.strip_prefix(b" ").unwrap_or(rest))
}

/// The text of a line: without colours and links, and with the quotes that every locale has.
pub(crate) fn text(line: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(line);
    let is_plain = memchr::memchr(ESCAPE, line).is_none() && !text.contains(['\u{2018}', '\u{2019}']);
    if is_plain { text } else { Cow::Owned(plain(&text)) }
}

const ESCAPE: u8 = 0x1b;

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                // `ESC [ … m`: ends with a letter or another byte of that range.
                Some('[') => drop(chars.find(|c| matches!(c, '@'..='~'))),
                // `ESC ] … BEL` or `ESC ] … ESC \`: a link.
                Some(']') => {
                    if chars.find(|c| matches!(c, '\u{7}' | '\u{1b}')) == Some('\u{1b}') {
                        chars.next();
                    }
                }
                Some(_) | None => {}
            },
            '\u{2018}' | '\u{2019}' => plain.push('\''),
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_same_however_the_log_is_cut() {
        let log = b"one\n\ntwo\r\n[    3s] three\nfour";
        let want: Vec<&[u8]> = vec![b"one", b"", b"two\r", b"[    3s] three", b"four"];
        for size in 1..=log.len() {
            let (mut lines, mut seen) = (Lines::default(), Vec::new());
            log.chunks(size).for_each(|chunk| lines.feed(chunk, |line| seen.push(line.to_vec())));
            lines.end(|line| seen.push(line.to_vec()));
            assert_eq!(seen, want, "in chunks of {size}");
        }
    }

    #[test]
    fn an_endless_line_is_held_in_bounds() {
        let (mut lines, mut seen) = (Lines::default(), Vec::new());
        for _ in 0..100 {
            lines.feed(&[b'x'; 1000], |_| panic!("it has not ended"));
            assert!(lines.begun.len() <= MAX_LINE);
        }
        lines.feed(b"y\nz\n", |line| seen.push(line.len()));
        assert_eq!(seen, [MAX_LINE, 1]);
        let mut whole = Vec::new();
        Lines::default().feed(&[[b'x'; 1 << 20].as_slice(), b"\n"].concat(), |line| whole.push(line.len()));
        assert_eq!(whole, [MAX_LINE]);
    }

    #[test]
    fn what_stands_before_a_line_is_cut_off() {
        let rows: [(&str, &str); 9] = [
            ("[    3s] text", "text"),
            ("[12345s] text", "text"),
            ("[    3s]   text", "  text"),
            ("[    3s]", ""),
            ("[    s] text", "[    s] text"),
            ("[ 50%] text", "[ 50%] text"),
            ("[  1.5s] text", "[  1.5s] text"),
            (" 10%\r 20%\rtext\r", "text"),
            ("", ""),
        ];
        for (line, want) in rows {
            assert_eq!(bare(line.as_bytes()), want.as_bytes(), "{line:?}");
        }
    }

    #[test]
    fn colours_links_and_quotes() {
        let rows = [
            (
                "\u{1b}[01m\u{1b}[Kw.c:5:33:\u{1b}[m\u{1b}[K \u{1b}[01;35m\u{1b}[Kwarning: \u{1b}[m\u{1b}[Kx",
                "w.c:5:33: warning: x",
            ),
            ("[\u{1b}]8;;https://x\u{7}-Wx\u{1b}]8;;\u{7}] y", "[-Wx] y"),
            ("[\u{1b}]8;;https://x\u{1b}\\-Wx\u{1b}]8;;\u{1b}\\] y", "[-Wx] y"),
            ("function ‘f’", "function 'f'"),
            ("ends with \u{1b}", "ends with "),
            ("ends in \u{1b}[01", "ends in "),
        ];
        for (line, want) in rows {
            assert_eq!(text(line.as_bytes()), want, "{line:?}");
        }
        assert_eq!(text(b"a \xff"), "a \u{fffd}");
    }
}
