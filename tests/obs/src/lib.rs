//! A real Open Build Service for tests: its backend, its unmodified workers, and projects to build there.
//!
//! Everything runs in namespaces of its own ([`Namespace`]): a network with nothing but loopback, since the servers
//! listen on every address, and processes and mounts that end with the test program, however it ends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "it is only used by tests")]
#![allow(clippy::indexing_slicing, reason = "it is only used by tests")]

mod backend;
mod client;
mod modules;
mod namespace;
mod package;
mod site;
mod told;
mod until;
mod worker;

pub use backend::{Backend, Server};
pub use client::Client;
pub use modules::{Module, critic, module_named, same, spinner};
pub use namespace::{Namespace, Process};
pub use package::{Package, spec};
pub use site::{ARCH, BASE, PROJECT, REPOSITORY, Site};
pub use told::{Told, told};
pub use until::{until, within};
pub use worker::{Way, Worker, prefill};
