//! The bytes of a package, read until the deadline.

use crate::Clock;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// A file of a tree. What the operating system knows of its place is its own alone: the descriptor is new.
#[derive(Debug)]
pub(crate) struct Source {
    file: File,
    clock: Clock,
}

impl Source {
    pub(crate) fn new(file: File, clock: Clock) -> Self {
        Self { file, clock }
    }
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.clock.check().map_err(io::Error::other)?;
        self.file.read(into)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
