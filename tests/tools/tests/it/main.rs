//! Host tools from host packages, each for real. Run by `cargo xtask test tools`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod abi_check;
mod away;
mod build_log;
mod builder;
mod cleanup;
mod cleanup_mounts;
mod cross;
mod delegate;
mod kiwi;
mod legacy;
mod library;
mod lock;
mod roots;
mod rpmlint;
mod run_tests;
