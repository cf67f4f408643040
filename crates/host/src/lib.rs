//! The host side of each WIT interface, as it runs inside the runner, next to the guest.
//!
//! One folder per interface: `host.rs` answers the guest, `grant.rs` says what a grant lets through. Authority
//! is a handle: the context of a phase gives those that the hook's grants cover, and there is no other way to
//! one. Whatever this crate decides, the worker's side of the socket decides again, because a guest that takes
//! over its runner is past this code.
//!
//! Invariants: no path from a guest reaches the kernel but as a [`skink_job::RelPath`] below a descriptor that
//! the worker handed over; every answer is bounded in bytes; no call outlives the deadline.

mod bindings;
mod call;
mod clock;
mod context;
mod derive;
mod effects;
mod files;
mod job;
mod link;
mod mounts;
mod outbox;
mod packages;
mod plan;
mod refusal;
mod report;
mod state;
mod stop;
mod tools;
mod trace;
mod wasi;
mod wire;

pub use call::{Export, Said};
pub use clock::Clock;
pub use link::{imports_wasi, linker, linker_of, misplaced};
pub use refusal::Refusal;
pub use state::{Inputs, State, entered, guard, rearm};
pub use stop::Stop;
pub use wasi::before_walls;
pub use wire::{MAX_MESSAGE, Wire, cut};

/// What is behind the guest's handles; opaque outside of this crate.
pub mod handles {
    pub use crate::context::{
        AllocateContext, CheckContext, CleanupContext, PreChrootContext, TransformContext,
    };
    pub use crate::effects::{Effect, Effects};
    pub use crate::files::{File, Tree};
    pub use crate::job::Job;
    pub use crate::mounts::Mounts;
    pub use crate::outbox::{Outbox, Writer};
    pub use crate::packages::Package;
    pub use crate::plan::Plan;
    pub use crate::report::Report;
    pub use crate::tools::{Process, Tool};
}
