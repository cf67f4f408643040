//! Tools: the roots that they live in, and the broker that runs them for hooks, in the parent.
//!
//! A hook never starts a process. It asks for a granted tool over the socket; the [`Broker`] of its call checks
//! the request and runs the tool in a *tool root*, read-only, under bubblewrap, without capability, network or
//! shell. The root `host` is the machine's own `/usr`; others are built of packages, see [`roots`].
//!
//! How one run is built up, from outside in:
//!
//! ```text
//! keeper thread ── bwrap (monitor) ──┤ new namespaces ├── bwrap (pid 1) ── starter ─exec─► tool
//!      └── socket on standard input ────────────────────────────────────────┘
//! ```
//!
//! - The **keeper** is one thread per run. It alone spawns, pumps output, watches time and scratch space, kills and
//!   reaps, so there is one place that knows whether a run has ended.
//! - The **starter** is our own program, bound into the root. It says that the root stands, waits for its order,
//!   sets resource limits and becomes the tool. While it waits the keeper takes a descriptor of pid 1, so the end
//!   of *every* process of the run can be awaited; and if the parent dies before the order, nothing starts.
//! - Killing pid 1 of the namespace kills all that a tool has left behind: daemons, tools that ignore signals.
//!
//! Invariant: when a run has ended for the guest, no process of it lives and its folders are gone; after
//! [`Broker::finish`] (or a drop) that holds for every run of the call.

mod account;
mod broker;
mod builder;
mod census;
mod cgroup;
mod digest;
mod error;
mod folder;
mod identity;
mod keeper;
mod launcher;
mod mounts;
mod output;
mod process;
pub mod roots;
pub mod starter;
mod tool;
mod usage;

pub use broker::Broker;
pub use error::ToolsError;
pub use identity::{IdentityCache, ToolIdentity};
pub use launcher::Launcher;
pub use mounts::Mounts;
pub use tool::{Kind, Root, Tool};
pub use usage::{LimitMet, RunEnd, ToolRun, ToolUsage};
