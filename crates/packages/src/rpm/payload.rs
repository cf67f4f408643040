//! The contents of files, as the payload has them.
//!
//! Invariant: each file comes once (but ghosts, which never come), and is as large as the header says. So a payload unpacks to no more
//! than what the header claims, and what the header claims is bounded before the first byte is unpacked.

use super::archive::{Archive, Who};
use super::files::raw_paths;
use super::header::Header;
use super::tag;
use crate::codec::Codec;
use crate::content::Kind;
use crate::{Bounds, Content, Entry, EntryKind, PackageError};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::marker::PhantomData;

/// How a header says that the payload is compressed.
pub(super) fn named_codec(header: &Header) -> Result<Codec, PackageError> {
    let word = header.text(tag::PAYLOADCOMPRESSOR)?.map(String::from_utf8_lossy);
    Codec::named(word.as_deref().unwrap_or("gzip"))
}

/// The contents of a package's files, in the order of the archive.
pub struct Payload<'a, S> {
    archive: Archive<'a>,
    files: &'a [Entry],
    /// Where each path stands in the header.
    places: HashMap<Vec<u8>, usize>,
    /// For each file whether it came, or is never to come: a ghost's size is not in the sum that is bounded.
    is_done: Vec<bool>,
    /// Files that are links of another one, whose content comes with that.
    is_link: Vec<bool>,
    source: PhantomData<S>,
}

impl<'a, S: Read> Payload<'a, S> {
    pub(super) fn begin(
        source: &'a mut S,
        header: &'a Header,
        files: &'a [Entry],
        bounds: Bounds,
    ) -> Result<Self, PackageError> {
        if let Some(format) = header.text(tag::PAYLOADFORMAT)?.filter(|format| *format != b"cpio") {
            let format = String::from_utf8_lossy(format);
            return Err(PackageError::Unsupported(format!("a payload of the format {format:?}")));
        }
        let claimed = files.iter().filter(|file| !file.is_ghost()).map(|file| file.size);
        let claimed = claimed.fold(0, u64::saturating_add);
        PackageError::within("the payload", claimed, bounds.payload_bytes)?;
        let decoder = named_codec(header)?.decoder(source, &bounds)?;
        let places = raw_paths(header)?.into_iter().enumerate().map(|(place, path)| (path, place)).collect();
        Ok(Self {
            archive: Archive::new(decoder),
            files,
            places,
            is_done: files.iter().map(|file| file.is_ghost()).collect(),
            is_link: links(files),
            source: PhantomData,
        })
    }

    /// The next file; none at the end.
    #[expect(clippy::should_implement_trait, reason = "each content borrows the archive")]
    pub fn next(&mut self) -> Result<Option<Content<'_, 'a>>, PackageError> {
        let Some(who) = self.archive.next()? else { return self.end().map(|()| None) };
        let (place, told) = match who {
            Who::Named(name, size) => (self.place(&name)?, Some(size)),
            Who::Numbered(number) => (number as usize, None),
        };
        let unknown = || PackageError::corrupt("the payload has a file that the header has not");
        let (file, is_done) = self.files.get(place).zip(self.is_done.get_mut(place)).ok_or_else(unknown)?;
        if std::mem::replace(is_done, true) {
            let how = if file.is_ghost() { "and it is a ghost" } else { "twice" };
            return Err(PackageError::corrupt(format!("the payload has {} {how}", file.path)));
        }
        let is_link = self.is_link.get(place).copied().unwrap_or_default();
        let carries = matches!(file.kind, EntryKind::File | EntryKind::Symlink) && !is_link;
        let size = match told {
            None if carries => file.size,
            None => 0,
            // Some have the content of a link with each of them.
            Some(told) if told == file.size || (told == 0 && !carries) => told,
            Some(told) => {
                let why =
                    format!("{} has {told} bytes in the payload and {} in the header", file.path, file.size);
                return Err(PackageError::corrupt(why));
            }
        };
        Ok(Some(Content::begin(self.archive.stream(), place, size, Kind::of(file.kind, is_link))))
    }

    /// That every file came.
    fn end(&self) -> Result<(), PackageError> {
        match self.files.iter().zip(&self.is_done).find(|(_, is_done)| !**is_done) {
            Some((file, _)) => Err(PackageError::corrupt(format!("the payload has no {}", file.path))),
            None => Ok(()),
        }
    }

    /// Names of the archive begin with `./` in binary packages, and as the header has them in those of sources.
    fn place(&self, name: &[u8]) -> Result<usize, PackageError> {
        let plain = name.strip_prefix(b".").filter(|rest| rest.starts_with(b"/")).unwrap_or(name);
        let place = self.places.get(plain).or_else(|| self.places.get(plain.strip_prefix(b"/")?)).copied();
        place.ok_or_else(|| {
            let name = String::from_utf8_lossy(name);
            PackageError::corrupt(format!("the payload has {name:?}, and the header has not"))
        })
    }
}

/// Which files are links of one that comes later: of those with the same inode the last one has the content.
fn links(files: &[Entry]) -> Vec<bool> {
    let mut last = BTreeMap::new();
    for (place, file) in files.iter().enumerate() {
        if let Some(inode) = inode(file) {
            last.insert(inode, place);
        }
    }
    let is_link =
        |(place, file): (usize, &Entry)| inode(file).is_some_and(|inode| last.get(&inode) != Some(&place));
    files.iter().enumerate().map(is_link).collect()
}

/// By what rpm takes files for links of one. It takes none for that whose number is 0, as in packages without numbers.
pub(super) fn inode(file: &Entry) -> Option<(u32, u32)> {
    let is_linkable = file.kind == EntryKind::File && !file.is_ghost() && file.inode != 0;
    is_linkable.then_some((file.file_system, file.inode))
}
