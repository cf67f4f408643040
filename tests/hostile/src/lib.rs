//! What the tests of hostile modules share: modules from text, a place for each attack, running the real
//! `skink hook run` there, and what must hold however an attack ends.
//!
//! Every attack has a folder of its own, with its own links to the programs, so that whatever it leaves behind
//! can be told from what its neighbours are doing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "it is only used by tests")]
#![allow(clippy::indexing_slicing, reason = "it is only used by tests")]

mod aftermath;
mod attack;
mod binary;
mod component;
mod expect;
mod known;
mod place;
mod policy_text;
mod processes;
mod program;
mod safe;
mod seen;
mod snapshot;

pub use aftermath::assert_nothing_left;
pub use attack::Attack;
pub use binary::{bytes, giant_code, section, with_core_modules, with_instances};
pub use component::{ComponentText, component, component_from_text};
pub use expect::Expect;
pub use known::{Key, known_keys};
pub use place::{Place, told};
pub use policy_text::limit;
pub use processes::{Process, children_of, processes_naming};
pub use program::{Ended, Running};
pub use safe::assert_harmless;
pub use seen::Seen;
pub use snapshot::{sha256, snapshot};
