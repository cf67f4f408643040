//! The guest's standard streams: lines for the log, with the log's limit.
//!
//! Our own sink, because wasmtime's grows without bound on empty writes (GHSA-5m8g-xhq4-4h93).

use crate::Wire;
use crate::wire::MAX_MESSAGE;
use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

/// Cuts a stream into lines and sends each.
#[derive(Clone)]
pub(super) struct LineSink {
    wire: Wire,
    /// A line that has not ended yet; at most [`MAX_MESSAGE`] bytes. The handles of one stream share it.
    rest: Arc<Mutex<Vec<u8>>>,
}

impl LineSink {
    pub(super) fn new(wire: Wire) -> Self {
        Self { wire, rest: Arc::default() }
    }
}

/// Takes the whole lines out of `rest`, and what is longer than a message may be.
fn take_lines(rest: &mut Vec<u8>, bytes: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
        let (text, ended) = match piece.strip_suffix(b"\n") {
            Some(text) => (text, true),
            None => (piece, false),
        };
        rest.extend_from_slice(text);
        if ended || rest.len() >= MAX_MESSAGE {
            lines.push(String::from_utf8_lossy(rest).into_owned());
            rest.clear();
        }
    }
    lines
}

impl OutputStream for LineSink {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let lines = take_lines(&mut self.rest.lock().unwrap_or_else(PoisonError::into_inner), &bytes);
        for line in lines {
            self.wire.log(&line).map_err(|stop| StreamError::Trap(stop.into()))?;
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MAX_MESSAGE)
    }
}

#[async_trait]
impl Pollable for LineSink {
    async fn ready(&mut self) {}
}

impl IsTerminal for LineSink {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LineSink {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

/// Sends a last line that was never ended.
impl Drop for LineSink {
    fn drop(&mut self) {
        if Arc::strong_count(&self.rest) > 1 {
            return;
        }
        let rest = std::mem::take(&mut *self.rest.lock().unwrap_or_else(PoisonError::into_inner));
        if !rest.is_empty() {
            // The call is over; a worker that is gone hears of it no more.
            let _ = self.wire.log(&String::from_utf8_lossy(&rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_and_bounded() {
        let mut rest = Vec::new();
        assert_eq!(take_lines(&mut rest, b"one\ntwo\nthr"), ["one", "two"]);
        assert_eq!(take_lines(&mut rest, b"ee\n\n"), ["three", ""]);
        assert_eq!(take_lines(&mut rest, b""), [""; 0]);
        let long = vec![b'x'; MAX_MESSAGE];
        assert_eq!(take_lines(&mut rest, &long).len(), 1);
        assert!(rest.is_empty());
        assert_eq!(take_lines(&mut rest, b"\xff\n"), ["\u{fffd}"]);
    }
}
