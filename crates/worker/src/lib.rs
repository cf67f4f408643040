//! The way of a job: layers, admission, plan, build, snapshot, hooks, decision, hand-back, clean-up.
//!
//! [`pipeline`] reads top to bottom and holds the order; every step is a module of its own. The worker is the
//! trusted side: it holds no guest and compiles none, and whatever a child process says is checked here again.
//!
//! Invariants: the build's own results change by one rename or not at all; what was judged is what is handed
//! back; whatever is made outside of this process is in the [`journal`] before it is made.

pub mod admit;
pub mod allocate;
pub mod call;
pub mod decide;
mod delegate;
pub mod effects;
mod error;
pub mod fault;
pub mod handback;
pub mod hooks;
mod host;
pub mod interrupts;
pub mod journal;
mod kill_watch;
pub mod layers;
pub mod lock;
pub mod log;
pub mod outbox;
pub mod pipeline;
mod plan;
mod publish;
pub mod render;
pub mod root;
pub mod runners;
#[cfg(test)]
mod sample;
mod sparse;
mod staging;
pub mod standby;
pub mod status;
mod strays;
pub mod tool_roots;
pub mod trees;
pub mod trial;
pub mod unmounts;
pub mod views;

pub use error::WorkerError;
pub use host::Host;
pub use render::Line;
pub use skink_report as report;
