//! The end of what a child wrote to its standard error.
//!
//! Invariant: however much a child writes, it neither blocks nor fills the parent's memory.

use crate::WallsError;
use crate::error::trying_io;
use skink_job::SafeText;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::thread::JoinHandle;

/// So many bytes of the end are kept.
pub(crate) const KEPT: usize = 64 << 10;

/// A thread that reads a pipe to its end.
#[derive(Debug)]
pub(crate) struct Tail {
    thread: Option<JoinHandle<Vec<u8>>>,
}

impl Tail {
    pub(crate) fn of(pipe: OwnedFd) -> Result<Self, WallsError> {
        let read = move || keep_end(File::from(pipe));
        let thread = std::thread::Builder::new()
            .name("stderr".to_owned())
            .spawn(read)
            .map_err(trying_io("start a thread that reads the child's messages"))?;
        Ok(Self { thread: Some(thread) })
    }

    /// Waits for the end of the pipe. Call it when the child has ended, else it blocks.
    pub(crate) fn join(&mut self) -> SafeText {
        let bytes = self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        SafeText::block(&String::from_utf8_lossy(&bytes))
    }
}

fn keep_end(mut source: impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        match source.read(&mut chunk) {
            Ok(0) => break,
            Ok(got) => kept.extend_from_slice(chunk.get(..got).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
        if kept.len() > 2 * KEPT {
            kept.drain(..kept.len() - KEPT);
        }
    }
    kept.drain(..kept.len().saturating_sub(KEPT));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_kept_and_the_rest_dropped() {
        for len in [0, 1, KEPT - 1, KEPT, KEPT + 1, 5 * KEPT + 3] {
            let all: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
            assert_eq!(keep_end(&all[..]), all[len.saturating_sub(KEPT)..], "{len} bytes");
        }
    }
}
