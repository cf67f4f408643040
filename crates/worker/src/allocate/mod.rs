//! Which worker takes which job: the hooks of the phase `allocate`, asked by a dispatcher and by a worker.
//!
//! A dispatcher asks for each pair of job and worker, many times a minute, and waits for each answer. So the hooks are
//! admitted and compiled once, each module has one runner that stays, and an answer has a deadline. What a hook does
//! wrong costs its own answer: the policy's `on-failure` says what counts instead.

mod admit;
mod allocator;
mod asked;
mod combine;
mod hostcheck;
mod machine;
mod runner;
mod serve;
mod socket;

pub use admit::{Admitted, admit_all};
pub use allocator::{Allocator, with_allocator};
pub use asked::{Asked, RequestError};
pub use combine::{Heard, Side, Verdict};
pub use hostcheck::{HostCheck, exit_code};
pub use machine::{Described, facts_of_this_machine};
pub use runner::Said;
pub use serve::{Service, serve};
pub use socket::{Socket, SocketError};
