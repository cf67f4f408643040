//! One head of a tar archive: 512 bytes of fields, the numbers in octal digits or in binary.
//!
//! Where readers of tar differ on what a head means, it is refused: a checksum that does not hold, a size where there is no content.

use super::pax::Extensions;
use super::tar::{Head, What};
use crate::{EntryKind, PackageError};

/// Bytes of a head, and what contents are filled up to.
pub(super) const BLOCK: usize = 512;

/// Where the checksum stands; it counts as blanks.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// Bits of a mode that are not its kind.
const PERMISSIONS: u64 = 0o7777;

/// The largest numbers of a device in Linux.
const MAJOR: u64 = 0xfff;
const MINOR: u64 = 0xf_ffff;

/// A head as it stands, with its checksum verified.
pub(super) struct Raw<'b> {
    block: &'b [u8; BLOCK],
    /// The letter of its kind.
    pub(super) letter: u8,
    /// Bytes that follow, as the head itself says.
    pub(super) size: u64,
}

impl<'b> Raw<'b> {
    /// None where the block ends the archive.
    pub(super) fn read(block: &'b [u8; BLOCK]) -> Result<Option<Self>, PackageError> {
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let counted =
            |(place, byte): (usize, &u8)| u64::from(if CHECKSUM.contains(&place) { b' ' } else { *byte });
        let sum: u64 = block.iter().enumerate().map(counted).sum();
        let raw = Self { block, letter: block.get(156).copied().unwrap_or_default(), size: 0 };
        if raw.number(CHECKSUM)? != sum {
            return Err(PackageError::corrupt("the checksum of an entry's head does not hold"));
        }
        let size = raw.number(124..136)?;
        Ok(Some(Self { size, ..raw }))
    }

    fn field(&self, range: std::ops::Range<usize>) -> &'b [u8] {
        self.block.get(range).unwrap_or_default()
    }

    fn text(&self, range: std::ops::Range<usize>) -> &'b [u8] {
        let field = self.field(range);
        field.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    fn number(&self, range: std::ops::Range<usize>) -> Result<u64, PackageError> {
        let wrong = || PackageError::corrupt("a number in an entry's head is none, or too large");
        number(self.field(range)).ok_or_else(wrong)
    }

    /// POSIX's form of head, or GNU's: both have names of owners.
    fn has_names(&self) -> bool {
        self.field(257..262) == b"ustar"
    }

    /// Only POSIX's form has the beginning of a long path.
    fn path(&self) -> Vec<u8> {
        let name = self.text(0..100);
        let prefix = if self.field(257..263) == b"ustar\0" { self.text(345..500) } else { &[] };
        if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
    }

    fn owner(&self, name: std::ops::Range<usize>) -> Vec<u8> {
        if self.has_names() { self.text(name).to_vec() } else { Vec::new() }
    }

    /// With what stood before the head of the same entry.
    pub(super) fn with(&self, before: Extensions) -> Result<Head, PackageError> {
        let path = before.path.unwrap_or_else(|| self.path());
        let shown = || String::from_utf8_lossy(&path).into_owned();
        let target = before.target.unwrap_or_else(|| self.text(157..257).to_vec());
        let what = match self.letter {
            // A folder, in archives older than the letter for it.
            0 | b'0' | b'7' if path.ends_with(b"/") => What::Directory,
            0 | b'0' | b'7' => What::File,
            b'1' => What::HardLink(absolute(&target)?),
            b'2' if target.is_empty() => {
                return Err(PackageError::corrupt(format!("{:?} leads nowhere", shown())));
            }
            b'2' => What::Symlink(target),
            b'3' => What::Device(EntryKind::CharacterDevice, self.device()?),
            b'4' => What::Device(EntryKind::BlockDevice, self.device()?),
            b'5' => What::Directory,
            b'6' => What::Fifo,
            b'S' => return Err(PackageError::Unsupported(format!("the sparse file {:?}", shown()))),
            other => {
                let other = char::from(other);
                return Err(PackageError::Unsupported(format!("{:?}, an entry of kind {other:?},", shown())));
            }
        };
        let size = before.size.unwrap_or(self.size);
        if size != 0 && what != What::File {
            return Err(PackageError::corrupt(format!("{:?} has content, and is no file", shown())));
        }
        let whole = absolute(&path)?;
        if whole == b"/" && what != What::Directory {
            return Err(PackageError::corrupt(format!("{:?} is no folder", shown())));
        }
        let owner_id = before.owner_id.map_or_else(|| self.number(108..116), Ok)?;
        let group_id = before.group_id.map_or_else(|| self.number(116..124), Ok)?;
        Ok(Head {
            path: whole,
            what,
            ids: [owner_id, group_id],
            mode: (self.number(100..108)? & PERMISSIONS) as u32,
            owner: before.owner.unwrap_or_else(|| self.owner(265..297)),
            group: before.group.unwrap_or_else(|| self.owner(297..329)),
            size,
            modified: before.modified.map_or_else(|| self.number(136..148), Ok)?,
        })
    }

    /// As Linux has it in 32 bits.
    fn device(&self) -> Result<u32, PackageError> {
        let (major, minor) = (self.number(329..337)?, self.number(337..345)?);
        PackageError::within("the number of a device", major, MAJOR)?;
        PackageError::within("the number of a device", minor, MINOR)?;
        Ok(((minor & 0xff) | major << 8 | (minor & !0xff) << 12) as u32)
    }
}

/// A field's number; none of it is 0. Negative ones are no number here.
fn number(field: &[u8]) -> Option<u64> {
    if let Some((first @ 0x80.., rest)) = field.split_first() {
        let start = (first & 0x40 == 0).then_some(u64::from(first & 0x3f));
        return rest
            .iter()
            .try_fold(start?, |number, byte| number.checked_mul(256)?.checked_add(u64::from(*byte)));
    }
    let digits = field.trim_ascii_start().split(|byte| matches!(byte, b' ' | 0)).next().unwrap_or_default();
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 8)?;
        number.checked_mul(8)?.checked_add(digit.into())
    })
}

/// A path below the root, by the archive's, which begins with `./` or its first folder.
fn absolute(path: &[u8]) -> Result<Vec<u8>, PackageError> {
    let wrong = |why| {
        let path = String::from_utf8_lossy(path);
        Err(PackageError::corrupt(format!("the path {path:?} {why}")))
    };
    if path.is_empty() {
        return wrong("is empty");
    }
    if path.starts_with(b"/") {
        return wrong("is absolute in its archive");
    }
    let mut whole = Vec::with_capacity(path.len() + 1);
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b".." => return wrong("leads out of its folder"),
            b"" | b"." => {}
            part => {
                whole.push(b'/');
                whole.extend_from_slice(part);
            }
        }
    }
    if whole.is_empty() {
        whole.push(b'/');
    }
    Ok(whole)
}
