//! What the comparison of contents asks of the host, by the SDK.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use skink_compare_content::{Elf, Host, Section};
use skink_sdk::Failure;
use skink_sdk::packages::{self, Package};

/// The most bytes that one content is unpacked to. Contents lie in each other, and all of them are held at one time.
const MAX_UNPACKED: u64 = 48 << 20;

/// The most bytes that the host is handed: it ends a call that hands over more than 8 MiB, and with it the build.
const MAX_HANDED: usize = (8 << 20) - (64 << 10);

/// A file of a package, of which the host can read the program by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packed<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) package: &'a Package,
    /// All places of the file, one of which has the content.
    pub(crate) places: &'a [u32],
}

/// The host of a hook, and the files that are compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SdkHost<'a>(pub(crate) &'a [Packed<'a>]);

impl Host for SdkHost<'_> {
    fn decompress(&self, bytes: &[u8], max: u64) -> Result<Option<Vec<u8>>, String> {
        can_be_handed(bytes.len())?;
        packages::decompress(bytes, max.min(MAX_UNPACKED)).map_err(told)
    }

    fn elf(&self, bytes: &[u8]) -> Result<Option<Elf>, String> {
        let Err(too_large) = can_be_handed(bytes.len()) else {
            return Ok(packages::read_elf(bytes).map_err(told)?.map(elf));
        };
        let file = self.0.iter().find(|file| core::ptr::eq(file.bytes, bytes)).ok_or(too_large)?;
        let read = file.package.elf(file.places).map_err(told)?;
        Ok(read.into_iter().flatten().next().map(elf))
    }
}

fn can_be_handed(len: usize) -> Result<(), String> {
    if len <= MAX_HANDED {
        return Ok(());
    }
    Err(format!("it has {} MiB, and at most 8 MiB can be looked into", len.div_ceil(1 << 20)))
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

#[cfg(test)]
mod tests {
    use super::can_be_handed;

    #[test]
    fn what_would_end_the_call_is_not_handed_over() {
        for (len, fine) in [(0, true), (8_000_000, true), (8 << 20, false), (usize::MAX, false)] {
            assert_eq!(can_be_handed(len).is_ok(), fine, "{len}");
        }
    }
}
