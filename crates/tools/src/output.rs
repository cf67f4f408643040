//! What a tool has written and nobody has read yet: one queue in order of arrival, bounded per stream.

use skink_protocol::Stream;
use std::collections::VecDeque;

/// A stream that holds so much is not read from any further: the tool blocks.
pub(crate) const MAX_HELD: usize = 16 << 20;

/// Neighbours of one stream are joined up to this size.
const MAX_CHUNK: usize = 64 << 10;

/// What a chunk costs besides its bytes, so that many small ones are bounded too.
const CHUNK_COST: usize = 128;

#[derive(Debug, Default)]
pub(crate) struct Output {
    queue: VecDeque<(Stream, Vec<u8>)>,
    held: [usize; 2],
}

impl Output {
    /// Adds bytes at the end. Takes them also where the stream is full.
    pub(crate) fn push(&mut self, stream: Stream, bytes: &[u8]) {
        match self.queue.back_mut() {
            Some((last, chunk)) if *last == stream && chunk.len() + bytes.len() <= MAX_CHUNK => {
                chunk.extend_from_slice(bytes);
                *self.held_of(stream) += bytes.len();
            }
            Some(_) | None => {
                self.queue.push_back((stream, bytes.to_vec()));
                *self.held_of(stream) += bytes.len() + CHUNK_COST;
            }
        }
    }

    /// At most `max` bytes of the stream that wrote first; none where the queue is empty.
    pub(crate) fn pop(&mut self, max: usize) -> Option<(Stream, Vec<u8>)> {
        let stream = self.queue.front()?.0;
        let mut taken = Vec::new();
        while let Some((next, chunk)) = self.queue.front_mut()
            && *next == stream
            && taken.len() < max
        {
            let n = chunk.len().min(max - taken.len());
            taken.extend(chunk.drain(..n));
            let freed = if chunk.is_empty() { n + CHUNK_COST } else { n };
            if chunk.is_empty() {
                self.queue.pop_front();
            }
            *self.held_of(stream) -= freed;
        }
        Some((stream, taken))
    }

    pub(crate) fn is_full(&self, stream: Stream) -> bool {
        let [stdout, stderr] = self.held;
        let held = match stream {
            Stream::Stdout => stdout,
            Stream::Stderr => stderr,
        };
        held >= MAX_HELD
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    fn held_of(&mut self, stream: Stream) -> &mut usize {
        let [stdout, stderr] = &mut self.held;
        match stream {
            Stream::Stdout => stdout,
            Stream::Stderr => stderr,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Stream::{Stderr, Stdout};

    #[test]
    fn order_of_arrival_is_kept_and_neighbours_are_joined() {
        let mut output = Output::default();
        for (stream, bytes) in [(Stdout, "a"), (Stdout, "bc"), (Stderr, "E"), (Stdout, "d")] {
            output.push(stream, bytes.as_bytes());
        }
        let mut read = Vec::new();
        while let Some((stream, bytes)) = output.pop(2) {
            read.push((stream, String::from_utf8(bytes).unwrap()));
        }
        let want = [(Stdout, "ab"), (Stdout, "c"), (Stderr, "E"), (Stdout, "d")];
        assert_eq!(read, want.map(|(s, t)| (s, t.to_owned())));
        assert_eq!(output.held, [0, 0]);
    }

    #[test]
    fn a_stream_fills_by_bytes_and_by_tiny_alternating_chunks() {
        let mut output = Output::default();
        while !output.is_full(Stdout) {
            output.push(Stdout, &[0; 50_000]);
        }
        assert!(!output.is_full(Stderr));
        let (_, megabyte) = output.pop(1 << 20).unwrap();
        assert_eq!((megabyte.len(), output.is_full(Stdout)), (1 << 20, false));
        output.clear();
        let mut pushed = 0;
        while !output.is_full(Stdout) {
            output.push(Stdout, b"x");
            output.push(Stderr, b"y");
            pushed += 1;
        }
        assert!(pushed <= MAX_HELD / CHUNK_COST, "{pushed}");
    }
}
