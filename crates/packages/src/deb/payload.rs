//! The contents of files, as the data archive has them.

use super::tar::Archive;
use crate::content::Kind;
use crate::{Content, Entry, PackageError};

/// The contents of a package's files, in the order of the archive, which is that of the list.
pub struct Payload<'a> {
    archive: Archive<'a>,
    files: &'a [Entry],
    place: usize,
}

impl<'a> Payload<'a> {
    pub(super) fn begin(archive: Archive<'a>, files: &'a [Entry]) -> Self {
        Self { archive, files, place: 0 }
    }

    /// The next file; none at the end. Whatever is no file has no content, and a hard link has none of its own.
    #[expect(clippy::should_implement_trait, reason = "each content borrows the archive")]
    pub fn next(&mut self) -> Result<Option<Content<'_, 'a>>, PackageError> {
        let Some(head) = self.archive.next()? else { return Ok(None) };
        let place = self.place;
        self.place += 1;
        // The list was read of the same bytes, unless somebody writes the file.
        let file = self.files.get(place).filter(|file| file.path == String::from_utf8_lossy(&head.path));
        if file.is_none_or(|file| head.size > file.size) {
            return Err(PackageError::corrupt("it changes while it is read"));
        }
        let kind = file.map_or(Kind::Other, |file| Kind::of(file.kind, head.size < file.size));
        Ok(Some(Content::begin(self.archive.stream(), place, head.size, kind)))
    }
}
