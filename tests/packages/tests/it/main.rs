//! What Skink reads of packages is what the real rpm and dpkg-deb read.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod deb;
mod deb_by_hand;
mod deb_hostile;
mod derive;
mod elf;
mod payload;
mod same_as_rpm;
