//! The files of a derived package: which they are, and what the archive says of them.

use super::super::tar::NAME;
use super::super::{Deb, owner};
use super::order::Order;
use super::tar::{Head, head_size, padded, whole};
use crate::recipe::Names;
use crate::{Altered, EntryKind, Origin, PackageError, Placed, Recipe};

/// The most bytes of a path, so that it is read back: behind it stand a slash and a zero, and before it a dot.
const PATH: usize = NAME as usize - 3;

/// The most bytes of where a symlink leads.
const TARGET: usize = NAME as usize - 1;

/// The bits of a mode that are not its kind.
const PERMISSIONS: u32 = 0o7777;

/// The files of a derived package, in the order of its archive.
pub(super) struct Layout {
    pub(super) files: Vec<Laid>,
}

/// One of them.
pub(super) struct Laid {
    /// Absolute.
    pub(super) path: Vec<u8>,
    pub(super) kind: EntryKind,
    mode: u32,
    ids: [u64; 2],
    /// Empty where there is only a number.
    owner: Vec<u8>,
    group: Vec<u8>,
    pub(super) size: u64,
    modified: u64,
    device: u32,
    /// Where a symlink leads.
    pub(super) target: Vec<u8>,
    /// Its place in the original, and the place of the file that it is a link of; the same where it is none.
    pub(super) from: Option<(usize, usize)>,
    pub(super) body: Body,
}

/// What follows a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// Nothing.
    None,
    /// The content of the original's file at this place.
    Content(usize),
    /// Nothing: it is a link of the file at this place of the layout.
    Link(usize),
}

impl Layout {
    pub(super) fn new<S>(deb: &Deb<S>, recipe: &Recipe) -> Result<Self, PackageError> {
        PackageError::within("the number of files", recipe.files.len() as u64, deb.bounds.files.into())?;
        let (mut files, mut names) = (Vec::new(), Names::new(deb.bounds.header_bytes.into()));
        for placed in &recipe.files {
            let laid = laid(deb, placed)?;
            names.hold(laid.path.len() + laid.target.len() + laid.owner.len() + laid.group.len())?;
            files.push(laid);
        }
        Ok(Self { files: Order::new(deb, files, names)?.files()? })
    }

    /// What stands before the content of a file.
    pub(super) fn head(&self, laid: &Laid) -> Result<Vec<u8>, PackageError> {
        let path = stored(&laid.path, laid.kind);
        let linked = self.linked(laid);
        let letter = if linked.is_some() { b'1' } else { letter(laid)? };
        let [major, minor] = [laid.device >> 8 & 0xfff, laid.device & 0xff | laid.device >> 12 & 0xf_ff00];
        let head = Head {
            path: &path,
            letter,
            target: linked.as_deref().unwrap_or(&laid.target),
            mode: laid.mode & PERMISSIONS,
            ids: laid.ids,
            owner: &laid.owner,
            group: &laid.group,
            size: if matches!(laid.body, Body::Content(_)) { laid.size } else { 0 },
            modified: laid.modified,
            device: matches!(letter, b'3' | b'4').then_some([major.into(), minor.into()]),
        };
        head.written()
    }

    /// The path of the file that this one is a link of, as the archive has it.
    fn linked(&self, laid: &Laid) -> Option<Vec<u8>> {
        let Body::Link(place) = laid.body else { return None };
        self.files.get(place).map(|file| stored(&file.path, file.kind))
    }

    /// Bytes of all entries of the archive.
    pub(super) fn entries_size(&self) -> u64 {
        let size = |laid: &Laid| {
            let target = self.linked(laid).map_or(laid.target.len(), |linked| linked.len());
            let head = head_size(stored(&laid.path, laid.kind).len(), target);
            if matches!(laid.body, Body::Content(_)) { head.saturating_add(padded(laid.size)) } else { head }
        };
        self.files.iter().map(size).fold(0, u64::saturating_add)
    }

    /// Bytes of the archive.
    pub(super) fn archive_size(&self) -> u64 {
        whole(self.entries_size())
    }
}

/// The letter of a kind.
fn letter(laid: &Laid) -> Result<u8, PackageError> {
    Ok(match laid.kind {
        EntryKind::File => b'0',
        EntryKind::Directory => b'5',
        EntryKind::Symlink => b'2',
        EntryKind::CharacterDevice => b'3',
        EntryKind::BlockDevice => b'4',
        EntryKind::Fifo => b'6',
        EntryKind::Socket | EntryKind::Unknown => {
            let path = String::from_utf8_lossy(&laid.path);
            return Err(PackageError::Unsupported(format!("{path:?}, which is of no kind,")));
        }
    })
}

/// A path as the archive has it.
fn stored(path: &[u8], kind: EntryKind) -> Vec<u8> {
    let end: &[u8] = if kind == EntryKind::Directory && path != b"/" { b"/" } else { b"" };
    [b".", path, end].concat()
}

fn laid<S>(deb: &Deb<S>, placed: &Placed) -> Result<Laid, PackageError> {
    let path = &placed.path;
    let refused = |why: &str| Err(PackageError::recipe(format!("{path:?} {why}")));
    let laid = match &placed.origin {
        Origin::Original(place) => original(deb, path, *place)?,
        Origin::Altered(said) => altered(deb, path, said)?,
        Origin::Symlink(target) if target.is_empty() || target.contains('\0') => {
            return refused("leads nowhere");
        }
        Origin::Symlink(target) => Laid {
            kind: EntryKind::Symlink,
            mode: 0o777,
            target: target.clone().into_bytes(),
            ..Laid::folder(path.clone().into_bytes(), deb.members.time)
        },
        Origin::Directory => Laid::folder(path.clone().into_bytes(), deb.members.time),
    };
    // The root itself is among a deb's folders.
    if path != "/" || laid.kind != EntryKind::Directory {
        placed.check_path()?;
    }
    if path.contains('\n') {
        return refused("is of two lines; dpkg keeps paths by lines");
    }
    PackageError::within("a path or target", laid.path.len() as u64, PATH as u64)?;
    PackageError::within("a path or target", laid.target.len() as u64, TARGET as u64)?;
    Ok(laid)
}

fn original<S>(deb: &Deb<S>, path: &str, place: u32) -> Result<Laid, PackageError> {
    let laid = Laid::of_original(deb, place as usize, path);
    laid.ok_or_else(|| PackageError::recipe(format!("{path:?} is of file {place}, which is not there")))
}

fn altered<S>(deb: &Deb<S>, path: &str, said: &Altered) -> Result<Laid, PackageError> {
    let mut laid = original(deb, path, said.file)?;
    let refused = |why: &str| Err(PackageError::recipe(format!("{path:?} {why}")));
    let flags = deb.files.get(said.file as usize).map(|entry| entry.flags);
    if said.flags.is_some() && said.flags != flags {
        return refused("has other flags; what is configuration is the field conffiles");
    }
    let Some(target) = &said.target else { return Ok(laid) };
    if laid.kind != EntryKind::Symlink || target.is_empty() || target.contains('\0') {
        return refused("leads nowhere");
    }
    // It is no link of the original's any more.
    (laid.target, laid.from) = (target.clone().into_bytes(), None);
    Ok(laid)
}

impl Laid {
    /// A new folder, of root.
    pub(super) fn folder(path: Vec<u8>, modified: u64) -> Self {
        Self {
            path,
            kind: EntryKind::Directory,
            mode: 0o755,
            ids: [0; 2],
            owner: b"root".to_vec(),
            group: b"root".to_vec(),
            size: 0,
            modified,
            device: 0,
            target: Vec::new(),
            from: None,
            body: Body::None,
        }
    }

    /// One of the original's files, with all that is said of it. Where its path stays, so do the bytes of that.
    pub(super) fn of_original<S>(deb: &Deb<S>, place: usize, path: &str) -> Option<Self> {
        let entry = deb.files.get(place)?;
        let ids = deb.unlisted.ids.get(place).copied().unwrap_or_default();
        let names = deb.unlisted.names.get(&place);
        let first = (entry.inode as usize).saturating_sub(1);
        let target = deb.unlisted.names.get(&first).map(|names| names.target.clone());
        let target = target.or_else(|| entry.target.clone().map(String::into_bytes));
        let owner = |told: &str, bytes: Option<&Vec<u8>>, id: u64| {
            bytes.map_or_else(|| owner::name(told, id).as_bytes().to_vec(), Vec::clone)
        };
        let [owner_id, group_id] = ids;
        Some(Self {
            path: match names {
                Some(names) if entry.path == path => names.path.clone(),
                Some(_) | None => path.as_bytes().to_vec(),
            },
            kind: entry.kind,
            mode: entry.mode,
            ids,
            owner: owner(&entry.owner, names.map(|names| &names.owner), owner_id),
            group: owner(&entry.group, names.map(|names| &names.group), group_id),
            size: entry.size,
            modified: entry.modified,
            device: entry.device,
            target: if entry.kind == EntryKind::Symlink { target.unwrap_or_default() } else { Vec::new() },
            from: Some((place, first)),
            body: Body::None,
        })
    }
}
