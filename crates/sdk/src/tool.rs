//! Running a tool to its end.

use crate::{Chunk, ExitStatus, Failure, Input, Stream, Tool};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What a tool wrote and how it ended.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    chunks: Vec<Chunk>,
}

impl Tool {
    /// Runs the tool to its end and keeps all that it writes.
    ///
    /// # Errors
    /// Those of the host: the tool is not granted, or a limit is met. A tool that ends with an exit code other
    /// than 0 is no error here; see [`Output::status`].
    pub fn run(&self, args: &[String], inputs: &[Input]) -> Result<Output, Failure> {
        let process = self.spawn(args, inputs)?;
        let mut chunks = Vec::new();
        loop {
            let chunk = process.read()?;
            if chunk.bytes.is_empty() {
                break;
            }
            chunks.push(chunk);
        }
        Ok(Output { status: process.wait()?, chunks })
    }
}

impl Output {
    /// What the tool wrote to its standard output.
    pub fn stdout(&self) -> Vec<u8> {
        self.joined(|stream| matches!(stream, Stream::Stdout))
    }

    /// What the tool wrote to its standard error.
    pub fn stderr(&self) -> Vec<u8> {
        self.joined(|stream| matches!(stream, Stream::Stderr))
    }

    /// Both streams, in the order in which they came.
    pub fn all(&self) -> Vec<u8> {
        self.joined(|_| true)
    }

    fn joined(&self, wanted: impl Fn(Stream) -> bool) -> Vec<u8> {
        let chunks = self.chunks.iter().filter(|chunk| wanted(chunk.stream));
        chunks.flat_map(|chunk| chunk.bytes.iter().copied()).collect()
    }
}

impl Input {
    /// A file that the tool finds as `/job/inputs/NAME`.
    pub fn new(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), content: content.into() }
    }

    /// Where the tool finds it.
    pub fn location(&self) -> String {
        format!("/job/inputs/{}", self.name)
    }
}
