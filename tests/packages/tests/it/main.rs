//! What Skink reads of packages is what the real rpm and dpkg-deb read.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod baselibs;
mod build_compare;
mod deb;
mod deb_by_hand;
mod deb_derive;
mod deb_hostile;
mod derive;
mod diff;
mod elf;
mod guest;
mod hostile;
mod payload;
mod same_as_rpm;
mod seeds;
mod unlisted;

use skink_tests_packages::everything;
use skink_tests_packages::forge::Forged;

/// `everything`, compressed in such a way, in parts.
fn compressed(way: &str) -> Forged {
    let end = format!("{way}.x86_64.rpm");
    let package = everything().iter().find(|path| path.to_string_lossy().ends_with(&end));
    Forged::of(package.unwrap_or_else(|| panic!("no {end} among {:?}", everything())))
}

/// `everything`, compressed with gzip, in parts.
fn gzipped() -> Forged {
    compressed("gzdio")
}
