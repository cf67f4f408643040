//! How much of a package is read.

use std::time::Instant;

/// What a package may take. The defaults are above everything that distributions ship.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of one header, with its index. It has at most a string for each sixteen of them, and a number for each four; the paths
    /// of all files come to no more than these bytes either. What is made of a header takes up to ten times as many.
    pub header_bytes: u32,
    /// Files of one package.
    pub files: u32,
    /// Bytes that a decoder may hold.
    pub decoder_bytes: u64,
    /// Bytes of the payload, unpacked.
    pub payload_bytes: u64,
    /// When unpacking has to have ended; none where it may take as long as it likes.
    pub deadline: Option<Instant>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            header_bytes: 64 << 20,
            files: 500_000,
            decoder_bytes: 160 << 20,
            payload_bytes: 64 << 30,
            deadline: None,
        }
    }
}
