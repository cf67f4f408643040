//! All that a script wrote, or its beginning and its end.

use alloc::format;
use alloc::vec::Vec;

/// Bytes of the beginning and of the end that are kept.
const HEAD: usize = 1 << 20;
const TAIL: usize = 3 << 20;

#[derive(Debug, Default)]
pub(crate) struct Whole {
    head: Vec<u8>,
    tail: Vec<u8>,
    left_out: usize,
}

impl Whole {
    pub(crate) fn line(&mut self, line: &str) {
        let place = if self.tail.is_empty() && self.head.len() + line.len() < HEAD {
            &mut self.head
        } else {
            &mut self.tail
        };
        place.extend_from_slice(line.as_bytes());
        place.push(b'\n');
        if self.tail.len() > 2 * TAIL {
            self.shorten();
        }
    }

    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        if self.tail.len() > TAIL {
            self.shorten();
        }
        if self.left_out > 0 {
            let note = format!("[… {} bytes are left out …]\n", self.left_out);
            self.head.extend_from_slice(note.as_bytes());
        }
        self.head.append(&mut self.tail);
        self.head
    }

    /// Drops whole lines at the front of the tail.
    fn shorten(&mut self) {
        let too_many = self.tail.len().saturating_sub(TAIL);
        let behind = self.tail.iter().skip(too_many).position(|byte| *byte == b'\n');
        let drop = behind.map_or(self.tail.len(), |more| too_many + more + 1);
        self.tail.drain(..drop);
        self.left_out += drop;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn of(lines: usize) -> String {
        let mut whole = Whole::default();
        (0..lines).for_each(|number| whole.line(&format!("line {number:09}")));
        String::from_utf8(whole.into_bytes()).unwrap()
    }

    #[test]
    fn what_fits_is_whole() {
        for lines in [0, 1, 1000, (HEAD + TAIL) / 15] {
            let text = of(lines);
            assert_eq!(text.lines().count(), lines);
            assert!(!text.contains('…'));
        }
    }

    #[test]
    fn of_more_there_are_both_ends() {
        let text = of(2_000_000);
        assert!(text.len() <= HEAD + TAIL + 100, "{}", text.len());
        assert!(text.starts_with("line 000000000\n") && text.ends_with("line 001999999\n"));
        let note = text.lines().find(|line| line.starts_with('[')).unwrap();
        let left_out: usize = note.split(' ').nth(1).unwrap().parse().unwrap();
        assert_eq!(text.len() - note.len() - 1 + left_out, 2_000_000 * 15);
        assert!(text.lines().all(|line| line.len() == 14 || line == note));
    }
}
