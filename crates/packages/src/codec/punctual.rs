//! Reading until a moment. A few bytes may unpack to terabytes, so the clock is looked at where bytes come out.

use std::io::{self, Read};
use std::time::Instant;

/// Reads while there is time.
pub(super) struct Punctual<R> {
    from: R,
    deadline: Option<Instant>,
}

impl<R> Punctual<R> {
    pub(super) fn new(from: R, deadline: Option<Instant>) -> Self {
        Self { from, deadline }
    }
}

impl<R: Read> Read for Punctual<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.from.read(into)
    }
}
