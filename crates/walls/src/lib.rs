//! The walls around a child process: how the parent spawns it and how the child locks itself in.
//!
//! A guest is never run, and a module never compiled, in the process that has the authority. The parent calls
//! [`Spawner::spawn`]; the child calls [`enter`] as its first act, then takes the descriptors of all that it may reach
//! from the [`Channel`](skink_protocol::Channel), then calls [`lock`], and only then touches a byte of a guest.
//!
//! What holds once both calls have returned:
//!
//! | wall | how |
//! | --- | --- |
//! | processes | pid 1 of a pid namespace of its own, no `fork`, no `exec`; dies with the parent |
//! | files | an empty, read-only root; Landlock with one rule per descriptor of [`lock`] and nothing else |
//! | network | an empty network namespace, no `socket` |
//! | identity | a uid and gid of its own, no groups, no capability, no way to get one |
//! | kernel | a seccomp allow-list; what is not on it fails with `EPERM` |
//! | resources | limits on CPU time, memory, descriptors, threads, file size; no core file |
//!
//! Invariant: both calls fail closed. A wall that cannot be built is an error, and the child ends.
//!
//! Called by root, the uid is an unused one for each child. Called by anyone else, a user namespace takes
//! root's place: the child keeps the caller's uid outside of it, and the caller's groups, which only root can
//! drop; the other walls are the same.

mod bpf;
mod child;
mod enter;
mod error;
mod filter;
mod lock;
mod orders;
mod probe;
mod slot;
mod spawn;
mod spawner;
mod tail;
mod userns;

pub use child::{Child, ChildEnd, Killer};
pub use enter::{enter, lower};
pub use error::WallsError;
pub use lock::{Access, Prepared, Profile, lock, prepare};
pub use orders::Ceilings;
pub use probe::probe;
pub use slot::Slot;
pub use spawner::Spawner;
pub use userns::{IdMap, IdRange, enter_user_namespace, map_ids};
