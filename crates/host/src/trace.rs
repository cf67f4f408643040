//! The last calls from the guest to the host, for crash reports.

use std::collections::VecDeque;
use std::fmt::{self, Write};

/// How many calls are kept.
const KEPT: usize = 16;

/// How many bytes of a text argument are kept.
const SHOWN: usize = 64;

/// The last calls, oldest first, each with its arguments shortened.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    calls: VecDeque<String>,
}

impl Trace {
    /// Notes one call. Memory stays flat: the oldest line's buffer is used again.
    pub(crate) fn note(&mut self, call: fmt::Arguments<'_>) {
        let mut line = String::new();
        if self.calls.len() >= KEPT {
            line = self.calls.pop_front().unwrap_or_default();
            line.clear();
        }
        // Writing to a string cannot fail.
        let _ = line.write_fmt(call);
        self.calls.push_back(line);
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.calls.iter().cloned().collect()
    }
}

/// Shows a text argument in quotes, shortened.
pub(crate) struct Short<'a>(pub(crate) &'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = self.0.floor_char_boundary(SHOWN);
        let (head, tail) = self.0.split_at_checked(cut).unwrap_or((self.0, ""));
        let mark = if tail.is_empty() { "" } else { "…" };
        // Most are paths, which need no escapes; to look for them takes longer than all else here.
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
        if head.bytes().all(is_plain) {
            return ["\"", head, "\"", mark].into_iter().try_for_each(|part| f.write_str(part));
        }
        write!(f, "{head:?}{mark}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_calls_stay_and_arguments_are_cut() {
        let mut trace = Trace::default();
        for n in 0..100 {
            trace.note(format_args!("tree.read({}, {n})", Short(&"ä".repeat(1000))));
        }
        let lines = trace.lines();
        assert_eq!(lines.len(), KEPT);
        assert!(lines[0].ends_with("…, 84)"), "{}", lines[0]);
        assert!(lines.iter().all(|line| line.len() < 100));
    }

    #[test]
    fn a_text_is_shown_as_rust_would_write_it() {
        for text in ["", "d/e-1.0 (x)~", "a\"b", "a\\b", "a\nb", "\u{1b}[31m", "\u{7f}", "ä", "\u{202e}"] {
            assert_eq!(Short(text).to_string(), format!("{text:?}"));
        }
    }
}
