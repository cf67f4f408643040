//! The file that a package is written to.

use crate::outbox::{Output, Writer};
use crate::{Clock, Refusal};
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Counts what makes the file longer, and looks at the deadline.
pub(super) struct Sink<'a> {
    output: &'a mut Output,
    writer: &'a mut Writer,
    clock: Clock,
    at: u64,
    /// Why the last write was refused.
    refused: &'a mut Option<Refusal>,
}

impl<'a> Sink<'a> {
    pub(super) fn new(
        output: &'a mut Output,
        writer: &'a mut Writer,
        clock: Clock,
        refused: &'a mut Option<Refusal>,
    ) -> Self {
        Self { output, writer, clock, at: 0, refused }
    }

    fn allow(&mut self, end: u64) -> Result<(), Refusal> {
        self.clock.check()?;
        let more = end.saturating_sub(self.writer.bytes());
        self.output.count(self.writer, usize::try_from(more).unwrap_or(usize::MAX))
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = self.at.saturating_add(bytes.len() as u64);
        if let Err(refusal) = self.allow(end) {
            *self.refused = Some(refusal);
            return Err(io::Error::other("it may not be written"));
        }
        let mut file = self.writer.file();
        let written = file.write(bytes)?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Sink<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.clock.check().map_err(io::Error::other)?;
        let read = self.writer.file().read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Sink<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.writer.file().seek(to)?;
        Ok(self.at)
    }
}
