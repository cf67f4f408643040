//! What the tests of host tools share: pools, policies with tool roots, and trials of one hook.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod hook;
mod policy;
mod shell;
mod trial;
mod web;

pub use hook::{Ended, Hook, digest, found, hook_of, report_at};
pub use policy::{RootText, abi, allow, images, lint, pool};
pub use shell::{shell, shell_policy};
pub use trial::{Place, Tried, skink};
pub use web::WebServer;
