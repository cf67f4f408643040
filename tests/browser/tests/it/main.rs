//! The page of a build in a real browser. Run by `cargo xtask test browser`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod bare;
mod filters;
mod hostile;
mod looks;
mod timeline;
