//! What the comparison of contents asks of the host, by the SDK.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use skink_compare_content::{Elf, Host, Section};
use skink_sdk::Failure;
use skink_sdk::packages;

/// The most bytes that one content is unpacked to. Contents lie in each other, and all of them are held at one time.
const MAX_UNPACKED: u64 = 48 << 20;

/// The host of a hook.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SdkHost;

impl Host for SdkHost {
    fn decompress(&self, bytes: &[u8], max: u64) -> Result<Option<Vec<u8>>, String> {
        packages::decompress(bytes, max.min(MAX_UNPACKED)).map_err(told)
    }

    fn elf(&self, bytes: &[u8]) -> Result<Option<Elf>, String> {
        Ok(packages::read_elf(bytes).map_err(told)?.map(elf))
    }
}

fn told(failure: Failure) -> String {
    failure.message().to_string()
}

fn elf(elf: packages::Elf) -> Elf {
    let packages::Elf { bits, machine, kind, sections, .. } = elf;
    Elf { bits, machine, kind, sections: sections.into_iter().map(section).collect() }
}

fn section(section: packages::Section) -> Section {
    let packages::Section { name, kind, flags, size, offset, address, sha256 } = section;
    Section { name, kind, flags, size, offset, address, sha256 }
}
