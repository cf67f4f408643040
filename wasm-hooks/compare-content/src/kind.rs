//! What a content is, told by its first bytes, and by its name where those say nothing.

use crate::archive::tar;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

/// What a content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Compressed(Way),
    Ar,
    Cpio,
    Tar,
    Zip,
    Elf,
    /// Not opened.
    Rpm,
    /// Not opened.
    Squashfs,
    /// Anything else.
    Plain,
}

/// How something is compressed. Who reads it by one way cannot read it by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Gzip,
    Bzip2,
    Xz,
    Lzma,
    Zstd,
}

impl Way {
    /// What some readers ask for: the kernel knows xz with certain sums only, and dictzip's reader jumps by a field of gzip's head.
    pub(crate) fn form(self, bytes: &[u8]) -> Option<&[u8]> {
        match self {
            Self::Xz => bytes.get(6..8),
            Self::Gzip if bytes.get(3)? & 4 != 0 => bytes.get(12..14),
            Self::Gzip | Self::Bzip2 | Self::Lzma | Self::Zstd => None,
        }
    }
}

/// Endings of what was compressed.
const ENDINGS: [(&str, &str); 11] = [
    (".gz", ""),
    (".bz2", ""),
    (".xz", ""),
    (".zst", ""),
    (".lzma", ""),
    (".tgz", ".tar"),
    (".tbz2", ".tar"),
    (".tbz", ".tar"),
    (".txz", ".tar"),
    (".tzst", ".tar"),
    (".svgz", ".svg"),
];

/// Endings of zip, which may have anything before it.
const ZIPS: [&str; 4] = [".zip", ".egg", ".jar", ".war"];

impl Kind {
    pub(crate) fn of(name: &str, bytes: &[u8]) -> Self {
        const MAGICS: [(&[u8], Kind); 14] = [
            (b"\x7fELF", Kind::Elf),
            (b"\x1f\x8b", Kind::Compressed(Way::Gzip)),
            (b"\xfd7zXZ\0", Kind::Compressed(Way::Xz)),
            (b"\x28\xb5\x2f\xfd", Kind::Compressed(Way::Zstd)),
            (b"!<arch>\n", Kind::Ar),
            (b"070701", Kind::Cpio),
            (b"070702", Kind::Cpio),
            (b"070707", Kind::Cpio),
            (b"PK\x03\x04", Kind::Zip),
            (b"PK\x05\x06", Kind::Zip),
            (b"\xed\xab\xee\xdb", Kind::Rpm),
            (b"hsqs", Kind::Squashfs),
            (b"sqsh", Kind::Squashfs),
            (b"BZh", Kind::Compressed(Way::Bzip2)),
        ];
        let magic = MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic));
        if let Some((_, kind)) = magic {
            return *kind;
        }
        if ZIPS.iter().any(|ending| name.ends_with(ending)) {
            Self::Zip
        } else if name.ends_with(".lzma") && bytes.starts_with(b"\x5d\0\0") {
            Self::Compressed(Way::Lzma)
        } else if tar::is_one(bytes, name.ends_with(".tar")) {
            Self::Tar
        } else {
            Self::Plain
        }
    }
}

/// The name of what was compressed.
pub(crate) fn unpacked_name(name: &str) -> String {
    let unpacked = ENDINGS.iter().find_map(|(ending, now)| Some((name.strip_suffix(ending)?, now)));
    unpacked.map_or_else(|| name.to_owned(), |(name, now)| format!("{name}{now}"))
}
