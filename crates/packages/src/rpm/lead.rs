//! The first 96 bytes, of which only the beginning still says anything.

use crate::PackageError;
use std::io::Read;

/// Bytes of a lead.
pub(super) const SIZE: u64 = 96;

/// What a package begins with.
pub(crate) const MAGIC: [u8; 4] = [0xed, 0xab, 0xee, 0xdb];

/// Reads a lead; true where the package holds sources.
pub(super) fn read(from: &mut impl Read) -> Result<bool, PackageError> {
    let mut lead = Vec::new();
    from.take(SIZE).read_to_end(&mut lead).map_err(PackageError::Io)?;
    if lead.iter().zip(MAGIC).any(|(byte, wanted)| *byte != wanted) {
        return Err(PackageError::NotAPackage("it does not begin as an RPM"));
    }
    let lead: &[u8; SIZE as usize] = lead.first_chunk().ok_or(PackageError::Truncated("the lead"))?;
    let [_, _, _, _, major, _, high, low, ..] = *lead;
    if !matches!(major, 3 | 4) {
        return Err(PackageError::Unsupported(format!("version {major} of the RPM format")));
    }
    match u16::from_be_bytes([high, low]) {
        0 => Ok(false),
        1 => Ok(true),
        kind => Err(PackageError::corrupt(format!("its lead is of kind {kind}"))),
    }
}
