//! What tests of the runner share: modules made from text, and the worker's side of a call.
//!
//! A package of its own, without wasmtime: what it needs to make components would change the features that
//! wasmtime is built with, and with them the very binaries under test.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

pub mod module;
pub mod worker;
