//! Real packages, built by the real `build`, with hooks around it. Run by `cargo xtask test build`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod allocate;
mod baselibs;
mod checks;
mod faults;
mod hooks;
mod keys;
mod modes;
mod parity;
mod refused;
mod signals;
mod terminal;
mod unchanged;
