//! All that a fuzzer calls, of all crates that read what a build or a package says.
//!
//! What is compared is unpacked twice: by what takes any bytes for compressed ones, so that a fuzzer gets behind their checksums, and by
//! the readers that a host has.

use skink_compare_content::fuzz::{compare, compare_with};
use skink_compare_content::{Elf, Host, Section};
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
    compare_with(&Native, bytes);
}

/// The readers that a host has.
struct Native;

impl Host for Native {
    fn decompress(&self, bytes: &[u8], max: u64) -> Result<Option<Vec<u8>>, String> {
        // Small, so that a fuzzer is fast.
        let bounds = Bounds { decoder_bytes: 8 << 20, ..Bounds::default() };
        skink_packages::decompress(bytes, max.min(1 << 20), &bounds).map_err(|error| error.to_string())
    }

    fn elf(&self, bytes: &[u8]) -> Result<Option<Elf>, String> {
        let elf = skink_packages::Elf::read(bytes).map_err(|error| error.to_string())?;
        Ok(elf.map(|elf| Elf {
            bits: elf.bits,
            machine: elf.machine,
            kind: elf.kind,
            sections: elf.sections.into_iter().map(section).collect(),
        }))
    }
}

fn section(section: skink_packages::Section) -> Section {
    let skink_packages::Section { name, kind, flags, size, offset, address, sha256 } = section;
    Section { name, kind, flags, size, offset, address, sha256 }
}
