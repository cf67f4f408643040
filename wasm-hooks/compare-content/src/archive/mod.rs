//! What is in archives: a list of members for each format, by one form.
//!
//! Nothing is unpacked into files, and nothing is copied but names and the like. Invariant: a list is bounded by the bytes of its
//! archive and by what the caller allows, and an archive that does not hold together has none.

pub(crate) mod ar;
pub(crate) mod cpio;
mod pax;
pub(crate) mod tar;
pub(crate) mod zip;

use crate::kind::Kind;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// The longest name.
const NAME: usize = 64 << 10;
/// What some look for at the beginning of a zip.
const FOLDER: &[u8] = b"META-INF/";
const MANIFEST: &[u8] = b"META-INF/MANIFEST.MF";
pub(crate) const MIMETYPE: &[u8] = b"mimetype";

/// An archive's members, in its order.
#[derive(Debug, Default)]
pub(crate) struct Archive<'a> {
    /// How many members it may have.
    most: usize,
    /// How long it is itself.
    len: usize,
    /// How long all names are together.
    pub(crate) names: usize,
    pub(crate) members: Vec<Member<'a>>,
    /// What is in the file beside them, as a program in front of a zip.
    pub(crate) beside: Vec<(&'static str, Cow<'a, [u8]>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member<'a> {
    pub(crate) name: Vec<u8>,
    pub(crate) traits: Traits,
    pub(crate) body: Body<'a>,
}

/// What counts of a member beside its name and content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Traits {
    pub(crate) what: What,
    /// Permissions, where the format has them.
    pub(crate) mode: Option<u64>,
    /// Where a link leads.
    pub(crate) target: Vec<u8>,
    /// Of a device.
    pub(crate) device: (u64, u64),
    /// Of a program that runs as its owner or group does, who they are.
    pub(crate) owner: Vec<u8>,
    /// Such as `SCHILY.xattr.security.capability=…`.
    pub(crate) more: Vec<u8>,
    /// Of a zip, as [`ZIP`] says.
    pub(crate) zip: [u64; 4],
}

/// What a zip's list says of a member in numbers.
pub(crate) const ZIP: [&str; 4] =
    ["system that made it", "version that unpacks it", "flags", "attributes of DOS"];

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    File,
    Directory,
    Symlink,
    /// Of another member.
    Link,
    CharacterDevice,
    BlockDevice,
    Fifo,
    /// None of these.
    Other(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body<'a> {
    Plain(&'a [u8]),
    Packed(Packed<'a>),
}

impl Body<'_> {
    /// Which way of a zip it is packed in.
    pub(crate) fn method(&self) -> u16 {
        match self {
            Self::Plain(_) => 0,
            Self::Packed(packed) => packed.method,
        }
    }
}

/// What a zip compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packed<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) size: u32,
}

/// The mode's bits of a program that runs as its owner or its group does.
const SET_ID: u64 = 0o6000;

/// The parts of a name, however it is written.
fn parts(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".")
}

impl What {
    /// By `st_mode`.
    pub(crate) fn of_mode(mode: u64) -> Self {
        match mode & 0o170_000 {
            0 | 0o100_000 => Self::File,
            0o040_000 => Self::Directory,
            0o120_000 => Self::Symlink,
            0o020_000 => Self::CharacterDevice,
            0o060_000 => Self::BlockDevice,
            0o010_000 => Self::Fifo,
            other => Self::Other(other),
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Directory => "a directory",
            Self::Symlink => "a symlink",
            Self::Link => "a link",
            Self::CharacterDevice => "a character device",
            Self::BlockDevice => "a block device",
            Self::Fifo => "a fifo",
            Self::Other(_) => "something else",
        }
    }
}

impl Traits {
    pub(crate) fn new(what: What) -> Self {
        let (target, owner, more) = (Vec::new(), Vec::new(), Vec::new());
        Self { what, mode: None, target, device: (0, 0), owner, more, zip: [0; 4] }
    }
}

impl<'a> Archive<'a> {
    /// Lists one; an error says in a few words why it cannot be.
    pub(crate) fn read(kind: Kind, bytes: &'a [u8], most: usize) -> Result<Self, String> {
        let read = match kind {
            Kind::Ar => ar::read(bytes, most),
            Kind::Cpio => cpio::read(bytes, most),
            Kind::Tar => tar::read(bytes, most),
            Kind::Zip => zip::read(bytes, most),
            Kind::Compressed(_) | Kind::Elf | Kind::Rpm | Kind::Squashfs | Kind::Plain => {
                Err("it is no archive that is opened")
            }
        };
        read.map_err(String::from)
    }

    /// Whether it may be another archive with its members in another order.
    ///
    /// A linker takes the first member that has a symbol, and runs what begins in the order of members; the kernel makes no folder
    /// for a file of cpio that comes before it. Of what is unpacked elsewhere only links and members of one name depend on it.
    pub(crate) fn has_order(&self, kind: Kind) -> bool {
        let is_link = |member: &Member<'_>| member.traits.what == What::Link;
        matches!(kind, Kind::Ar | Kind::Cpio) || self.members.iter().any(is_link) || self.has_beneath()
    }

    /// What those find who read a zip from its beginning: Java a manifest, which may have its folder before it, and readers of books
    /// and documents what it is.
    pub(crate) fn head(&self) -> impl Iterator<Item = &[u8]> {
        let name = |at: usize| self.members.get(at).map_or(&b""[..], |member| &member.name);
        let folders = usize::from(name(0).eq_ignore_ascii_case(FOLDER));
        let is_told = name(folders).eq_ignore_ascii_case(MANIFEST) || name(folders) == MIMETYPE;
        (0..folders + usize::from(is_told)).map(name)
    }

    /// Whether a member has the place of another one, or lies below one that is no folder.
    fn has_beneath(&self) -> bool {
        let mut sorted: Vec<&Member<'a>> = self.members.iter().collect();
        sorted.sort_by(|one, other| parts(&one.name).cmp(parts(&other.name)));
        // What lies below a member follows it at once.
        sorted.array_windows().any(|[above, next]| {
            let mut below = parts(&next.name);
            above.traits.what != What::Directory && parts(&above.name).all(|part| below.next() == Some(part))
        })
    }

    /// An empty one, of such bytes.
    fn of(bytes: &[u8], most: usize) -> Self {
        Self { most, len: bytes.len(), ..Self::default() }
    }

    /// Takes one more member.
    fn push(&mut self, name: &[u8], traits: Traits, body: Body<'a>) -> Result<(), &'static str> {
        if self.members.len() >= self.most {
            return Err("it has too many members");
        }
        if name.len() > NAME {
            return Err("a name is too long");
        }
        self.names += name.len();
        if self.names > self.len {
            return Err("its members have the same name again and again");
        }
        self.members.push(Member { name: name.to_vec(), traits, body });
        Ok(())
    }
}
