//! The one stream of a script, taken apart into lines and marks.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// A longer line is cut into pieces of this size.
const MAX_LINE: usize = 16 << 10;

/// What a script wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// The step of this name begins.
    Begin(String),
    /// The step ended with this exit code.
    End(i32),
    /// The script came to its end.
    Done,
    /// Anything else: one line.
    Line(String),
}

/// Takes bytes as they come.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// What marks begin with, once the script has told it.
    mark: Option<Vec<u8>>,
    first_is_read: bool,
    pending: Vec<u8>,
}

impl Lines {
    /// Takes the next bytes, and gives what is whole.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Vec<Said> {
        let mut said = Vec::new();
        let mut parts = bytes.split(|byte| *byte == b'\n');
        let rest = parts.next_back().unwrap_or_default();
        for part in parts {
            self.pending.extend_from_slice(part);
            self.line(&mut said);
        }
        self.pending.extend_from_slice(rest);
        if self.pending.len() > MAX_LINE {
            self.cut(&mut said);
        }
        said
    }

    /// What no line feed followed.
    pub(crate) fn finish(&mut self) -> Vec<Said> {
        let mut said = Vec::new();
        if !self.pending.is_empty() {
            self.line(&mut said);
        }
        said
    }

    /// `pending` is a line.
    fn line(&mut self, said: &mut Vec<Said>) {
        let line = core::mem::take(&mut self.pending);
        if !self.first_is_read {
            self.first_is_read = true;
            if is_mark(&line) {
                self.mark = Some(line);
                return;
            }
        }
        // A step need not end its last line.
        match self.mark_in(&line).and_then(|at| line.split_at_checked(at)) {
            Some((before, mark)) => {
                if !before.is_empty() {
                    said.push(text(before));
                }
                said.push(self.event(mark).unwrap_or_else(|| text(mark)));
            }
            None => said.push(text(&line)),
        }
    }

    /// Gives the front of a long line away, but nothing that may become a mark.
    fn cut(&mut self, said: &mut Vec<Said>) {
        let length = self.mark.as_ref().map_or(0, Vec::len);
        let all = self.pending.len();
        let keep = match self.mark_in(&self.pending) {
            // No line of ours is that long.
            Some(0) => all,
            Some(at) => at,
            None => all.saturating_sub(length),
        };
        let front: Vec<u8> = self.pending.drain(..keep).collect();
        said.extend(front.chunks(MAX_LINE).map(text));
    }

    fn mark_in(&self, line: &[u8]) -> Option<usize> {
        let mark = self.mark.as_ref()?;
        line.windows(mark.len()).position(|window| window == mark)
    }

    fn event(&self, line: &[u8]) -> Option<Said> {
        let line = String::from_utf8_lossy(line.get(self.mark.as_ref()?.len()..)?);
        let (word, rest) = line.strip_prefix(' ')?.split_once(' ').unwrap_or((line.trim(), ""));
        match word {
            "begin" => Some(Said::Begin(rest.to_owned())),
            "end" => rest.parse().ok().map(Said::End),
            "done" => Some(Said::Done),
            _ => None,
        }
    }
}

fn text(line: &[u8]) -> Said {
    Said::Line(String::from_utf8_lossy(line).into_owned())
}

/// Whether it is a number as `/proc/sys/kernel/random/uuid` gives it.
fn is_mark(line: &[u8]) -> bool {
    line.len() == 36 && line.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::vec;

    const MARK: &str = "0b6f7d3e-9d8c-4c39-8f0e-5c8d1a1f2b3c";

    fn begin(name: &str) -> Said {
        Said::Begin(name.to_owned())
    }

    fn line(text: &str) -> Said {
        Said::Line(text.to_owned())
    }

    #[test]
    fn marks_and_lines() {
        let rows = [
            ("nothing", String::new(), vec![]),
            (
                "no mark at the start",
                format!("oops\n{MARK} done\n"),
                vec![line("oops"), line(&format!("{MARK} done"))],
            ),
            (
                "a step",
                format!("{MARK}\n{MARK} begin a b\nx\n\n{MARK} end 7\n{MARK} done\n"),
                vec![begin("a b"), line("x"), line(""), Said::End(7), Said::Done],
            ),
            (
                "a line without an end before a mark",
                format!("{MARK}\nx{MARK} end 0\ny"),
                vec![line("x"), Said::End(0), line("y")],
            ),
            (
                "words that are no mark",
                format!("{MARK}\nbegin a\nend 0\ndone\n{MARK} end x\n{MARK}\n"),
                vec![
                    line("begin a"),
                    line("end 0"),
                    line("done"),
                    line(&format!("{MARK} end x")),
                    line(MARK),
                ],
            ),
        ];
        for (what, text, expected) in rows {
            for size in [1, 2, 7, 4096] {
                let mut lines = Lines::default();
                let mut said: Vec<Said> =
                    text.as_bytes().chunks(size).flat_map(|bytes| lines.take(bytes)).collect();
                said.extend(lines.finish());
                assert_eq!(said, expected, "{what}, in parts of {size}");
            }
        }
    }

    #[test]
    fn a_line_that_never_ends_is_given_in_pieces() {
        let mut lines = Lines::default();
        lines.take(format!("{MARK}\n").as_bytes());
        let mut given = 0;
        let mut said = Vec::new();
        for _ in 0..100 {
            said.extend(lines.take(&[b'x'; 1000]));
            assert!(lines.pending.len() <= MAX_LINE + 1000);
        }
        said.extend(lines.take(MARK.as_bytes()));
        for _ in 0..100 {
            said.extend(lines.take(&[b'y'; 1000]));
            assert!(lines.pending.len() <= MAX_LINE + 1000);
        }
        said.extend(lines.take(format!("{MARK} done\n").as_bytes()));
        assert_eq!(said.pop(), Some(Said::Done));
        for piece in &said {
            let Said::Line(text) = piece else { panic!("{piece:?}") };
            given += text.bytes().filter(|byte| *byte == b'x' || *byte == b'y').count();
        }
        assert_eq!(given, 200_000);
    }
}
