//! What pax adds to a header of tar: lines of `LENGTH NAME=VALUE`.

use crate::numbers::written;
use alloc::vec::Vec;

/// What counts of them.
#[derive(Debug, Default, Clone)]
pub(super) struct Pax {
    pub(super) path: Option<Vec<u8>>,
    pub(super) target: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    /// Who owns the file, in the archive's words.
    pub(super) owner: Vec<u8>,
    /// All others, in the archive's order.
    pub(super) more: Vec<u8>,
}

/// Who owns a file.
const OWNER: [&[u8]; 4] = [b"uid", b"gid", b"uname", b"gname"];

/// What says when a file was written.
const LEFT_OUT: [&[u8]; 5] = [b"mtime", b"atime", b"ctime", b"comment", b"LIBARCHIVE.creationtime"];

/// Reads all lines; none where they do not hold together.
pub(super) fn read(mut lines: &[u8]) -> Option<Pax> {
    let mut pax = Pax::default();
    while !lines.is_empty() {
        let blank = memchr::memchr(b' ', lines)?;
        let len = usize::try_from(written(lines.get(..blank)?, 10)?).ok()?;
        let line = lines.get(blank + 1..len)?.strip_suffix(b"\n")?;
        let equals = memchr::memchr(b'=', line)?;
        let (name, value) = (line.get(..equals)?, line.get(equals + 1..)?);
        match name {
            b"path" => pax.path = Some(value.to_vec()),
            b"linkpath" => pax.target = Some(value.to_vec()),
            b"size" => pax.size = Some(written(value, 10)?),
            name if OWNER.contains(&name) => pax.owner.extend_from_slice(&[line, b"\n"].concat()),
            name if LEFT_OUT.contains(&name) => {}
            // The content of a sparse file is in a form of its own.
            name if name.starts_with(b"GNU.sparse") => return None,
            &[..] => pax.more.extend_from_slice(&[line, b"\n"].concat()),
        }
        lines = lines.get(len..)?;
    }
    Some(pax)
}
