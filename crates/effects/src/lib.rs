//! Effects on the build host, and how they are undone.
//!
//! A hook asks for an effect by a name out of a closed table, and never by what the kernel is told: which programs an
//! emulator is started for ([`Emulator`]) and which file that is ([`Interpreter`]) is known here and nowhere else.
//!
//! Programs of another architecture run by an entry in a table of the kernel (`binfmt_misc`). There are two ways:
//!
//! 1. The build has a user namespace of its own, and with it a table of its own: [`own_table`], then [`register`]. It
//!    ends with the last process of the build, so there is nothing to undo.
//! 2. A kernel before 6.7 has one table for the whole machine: [`MachineTable`] registers there for as long as one job
//!    or more holds an entry, under names that begin with [`PREFIX`].
//!
//! What appeared in a place of a job's own while it ran, and stayed, is cleaned up by [`strays`]; [`mounts`] are what a hook may
//! have ended anywhere else.
//!
//! Invariants: only names with our prefix are ever written to the machine's table or removed from it; an entry that
//! somebody else made under such a name is left alone.

mod binfmt;
mod emulator;
mod interpreter;
mod machine;
pub mod mounts;
pub mod strays;
mod world;

pub use binfmt::{BinfmtError, TABLE, own_table, register};
pub use emulator::{Emulator, PREFIX, Registration};
pub use interpreter::{Interpreter, InterpreterError};
pub use machine::{MachineError, MachineTable};
