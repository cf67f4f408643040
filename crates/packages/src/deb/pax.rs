//! What stands before an entry's head and holds for the entry: long names of GNU tar, and records of pax.
//!
//! Invariant: nothing is said twice of one entry, since readers differ on which of two names holds.

use crate::PackageError;

/// What was said of the entry whose head comes next.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    pub(super) path: Option<Vec<u8>>,
    pub(super) target: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) owner: Option<Vec<u8>>,
    pub(super) group: Option<Vec<u8>>,
    pub(super) owner_id: Option<u64>,
    pub(super) group_id: Option<u64>,
    pub(super) modified: Option<u64>,
}

impl Extensions {
    /// Whether nothing was said.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// GNU's long path: up to the zero byte that ends it.
    pub(super) fn long_path(&mut self, text: &[u8]) -> Result<(), PackageError> {
        once(&mut self.path, up_to_zero(text))
    }

    /// GNU's long target of a link.
    pub(super) fn long_target(&mut self, text: &[u8]) -> Result<(), PackageError> {
        once(&mut self.target, up_to_zero(text))
    }

    /// Records of pax. Those that tell what a package has no place for (access times, comments) are left out.
    pub(super) fn pax(&mut self, mut records: &[u8]) -> Result<(), PackageError> {
        while !records.is_empty() {
            let (key, value, rest) = record(records)?;
            records = rest;
            match key {
                b"path" => once(&mut self.path, name(value)?)?,
                b"linkpath" => once(&mut self.target, name(value)?)?,
                b"uname" => once(&mut self.owner, name(value)?)?,
                b"gname" => once(&mut self.group, name(value)?)?,
                b"uid" => once(&mut self.owner_id, number(value)?)?,
                b"gid" => once(&mut self.group_id, number(value)?)?,
                b"size" => once(&mut self.size, number(value)?)?,
                // With a fraction, which no package shows.
                b"mtime" => {
                    let whole = value.split(|byte| *byte == b'.').next().unwrap_or_default();
                    once(&mut self.modified, number(whole)?)?;
                }
                key if key.starts_with(b"GNU.sparse.") => {
                    return Err(PackageError::Unsupported("a sparse file".to_owned()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Records that would hold for all entries that follow. Packages have none that change what is read here.
    pub(super) fn global(records: &[u8]) -> Result<(), PackageError> {
        let mut said = Self::default();
        said.pax(records)?;
        if said.is_empty() {
            return Ok(());
        }
        Err(PackageError::Unsupported("an archive that says something of all its entries".to_owned()))
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), PackageError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(PackageError::corrupt("something is said twice of one entry of an archive")),
    }
}

fn up_to_zero(text: &[u8]) -> Vec<u8> {
    text.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()
}

fn name(value: &[u8]) -> Result<Vec<u8>, PackageError> {
    if value.contains(&0) {
        return Err(PackageError::corrupt("a name in an archive has a zero byte"));
    }
    Ok(value.to_vec())
}

/// A record's key and value, and what follows it.
type Record<'r> = (&'r [u8], &'r [u8], &'r [u8]);

/// The first record, which is its own length, a blank, `key=value`, and the end of the line.
fn record(records: &[u8]) -> Result<Record<'_>, PackageError> {
    let wrong = || PackageError::corrupt("a record before an entry of an archive is none");
    let blank = memchr::memchr(b' ', records).ok_or_else(wrong)?;
    let length = usize::try_from(number(records.get(..blank).unwrap_or_default())?).map_err(|_| wrong())?;
    let (record, rest) = records.split_at_checked(length).ok_or_else(wrong)?;
    let record = record.get(blank + 1..).and_then(|record| record.strip_suffix(b"\n")).ok_or_else(wrong)?;
    let equals = memchr::memchr(b'=', record).ok_or_else(wrong)?;
    let (key, value) = record.split_at_checked(equals).ok_or_else(wrong)?;
    Ok((key, value.strip_prefix(b"=").unwrap_or_default(), rest))
}

fn number(digits: &[u8]) -> Result<u64, PackageError> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|c| c.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| PackageError::corrupt("a number before an entry of an archive is none"))
}
