//! Frames between the worker and its walled children, the runner and the compiler.
//!
//! A frame is a four-byte length (little endian), the number of open descriptors that it carries (one byte) and
//! a postcard-encoded message. The worker trusts nothing it reads here: a child may have been taken over by its
//! guest. Frames are limited in size, texts are raw and become [`skink_job::SafeText`] at the worker's side of
//! the socket.
//!
//! Both sides come from one build, so there is one version, [`VERSION`], and no negotiation.

mod allocate;
mod channel;
mod compile;
mod error;
mod plan_edit;
mod run;

pub use allocate::{Question, RawAnswer};
pub use channel::{Channel, Received};
pub use compile::{FromCompiler, ModuleDescription, ToCompiler};
pub use error::ProtocolError;
pub use run::{
    CallEnd, Descriptor, EffectInfo, EffectRequest, ExitStatus, FailureKind, Flavour, FromRunner, MountInfo,
    Prepare, ProbeResult, RawCrash, RawFinding, RawFrame, Reply, RunnerEnd, Start, Stream, ToRunner,
    ToolInfo, ToolRequest,
};

/// The version that both sides must speak; it changes with every change of a frame.
pub const VERSION: u32 = 6;

/// The largest frame, in bytes.
pub const MAX_FRAME: usize = 4 << 20;

/// The most descriptors that one frame may carry.
pub const MAX_DESCRIPTORS: usize = 16;
