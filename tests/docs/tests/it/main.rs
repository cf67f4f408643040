//! The documents say what is so.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    reason = "these are tests"
)]

mod blocks;
mod command_line;
mod links;
mod messages;
mod reference;
mod terminal;
