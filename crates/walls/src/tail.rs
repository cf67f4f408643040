//! What a child wrote to its standard error, kept by the kernel until somebody asks.
//!
//! Invariant: however much a child writes, it neither waits nor fills the parent's memory: what does not fit into the
//! pipe is dropped. The first words are the ones that tell what went wrong.

use crate::WallsError;
use crate::error::trying;
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use skink_job::SafeText;
use std::os::fd::OwnedFd;

/// So many bytes are kept at most: the size of a pipe.
pub(crate) const KEPT: usize = 64 << 10;

/// The parent's end of the pipe.
#[derive(Debug)]
pub(crate) struct Tail(OwnedFd);

impl Tail {
    /// The parent's end and the child's. Neither ever waits.
    pub(crate) fn pipe() -> Result<(Self, OwnedFd), WallsError> {
        let flags = PipeFlags::CLOEXEC | PipeFlags::NONBLOCK;
        let (messages, stderr) = pipe_with(flags).map_err(trying("make a pipe"))?;
        Ok((Self(messages), stderr))
    }

    /// What is in the pipe. To be asked once, when the child has ended.
    pub(crate) fn read(&self) -> SafeText {
        let mut kept = vec![0; KEPT];
        let mut filled = 0;
        while let Some(room) = kept.get_mut(filled..).filter(|room| !room.is_empty()) {
            match rustix::io::read(&self.0, room) {
                Ok(0) => break,
                Ok(got) => filled += got,
                Err(Errno::INTR) => {}
                Err(_) => break,
            }
        }
        kept.truncate(filled);
        SafeText::block(&String::from_utf8_lossy(&kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_is_kept_and_the_rest_dropped() {
        for len in [0, 1, KEPT - 1, KEPT, KEPT + 1, 5 * KEPT + 3] {
            let (tail, pipe) = Tail::pipe().unwrap();
            let all: String = (0..len).map(|i| char::from(b'a' + u8::try_from(i % 23).unwrap())).collect();
            let mut written = 0;
            while let Ok(got @ 1..) = rustix::io::write(&pipe, &all.as_bytes()[written..]) {
                written += got;
            }
            drop(pipe);
            assert_eq!(tail.read().as_str().as_bytes(), &all.as_bytes()[..len.min(KEPT)], "{len} bytes");
        }
    }
}
