//! What can go wrong on the socket.

/// Why a frame could not be sent or read. Every one of them ends the call: the socket is not used again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// The other side closed the socket.
    #[error("the other side closed the connection")]
    Closed,
    /// Nothing came, or nothing could be sent, before the deadline.
    #[error("no answer before the deadline")]
    Deadline,
    /// A frame is larger than [`crate::MAX_FRAME`].
    #[error("a frame of {0} bytes is larger than the {max} allowed", max = crate::MAX_FRAME)]
    TooLarge(usize),
    /// The bytes are no message of this version.
    #[error("a frame could not be decoded: {0}")]
    Malformed(#[from] postcard::Error),
    /// The frame carries other descriptors than it says.
    #[error("a frame carries {got} descriptors, {expected} were expected")]
    Descriptors {
        /// How many came.
        got: usize,
        /// How many the message speaks of.
        expected: usize,
    },
    /// The socket failed.
    #[error("the socket failed: {0}")]
    Socket(#[from] rustix::io::Errno),
}
