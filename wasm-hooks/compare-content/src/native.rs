//! The readers that a host has, called without one: for tests and fuzzers.

use crate::{Elf, Host, Section};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use skink_packages::Bounds;

/// A host of that kind.
#[derive(Debug, Default)]
pub struct Native {
    /// What its decoders may take.
    pub bounds: Bounds,
}

impl Host for Native {
    fn decompress(&self, bytes: &[u8], max: u64) -> Result<Option<Vec<u8>>, String> {
        let max = max.min(self.bounds.payload_bytes);
        skink_packages::decompress(bytes, max, &self.bounds).map_err(|error| error.to_string())
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
