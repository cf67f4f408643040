//! What Skink reads of packages is what the real rpm reads.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod derive;
mod elf;
mod payload;
mod same_as_rpm;
