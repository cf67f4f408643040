//! All that a fuzzer calls, of all crates that read what a build or a package says.
//!
//! What is compared is unpacked twice: by what takes any bytes for compressed ones, so that a fuzzer gets behind their checksums, and by
//! the readers that a host has.

use skink_compare_content::Native;
use skink_compare_content::fuzz::{compare, compare_with};
use skink_packages::Bounds;
pub use skink_packages::fuzz::Target;

/// The functions, by the names of the folders that have the seeds of each.
pub fn targets() -> impl Iterator<Item = (&'static str, Target)> {
    let others: [(&str, Target); 2] =
        [("baselibs-conf", skink_baselibs_conf::fuzz::obey), ("content", content)];
    skink_packages::fuzz::TARGETS.into_iter().chain(others)
}

/// A name and two contents, which are compared.
fn content(bytes: &[u8]) {
    compare(bytes);
    // Small, so that a fuzzer is fast.
    let bounds = Bounds { decoder_bytes: 8 << 20, payload_bytes: 1 << 20, ..Bounds::default() };
    compare_with(&Native { bounds }, bytes);
}
