//! The contents of a derived package's files, from one archive into the other.

use super::super::Deb;
use super::super::control::MD5SUMS;
use super::layout::{Body, Layout};
use super::tar::{end, pad};
use crate::{Content, PackageError};
use md5::{Digest, Md5};
use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek, Write};

/// What a reader says who finds other files than those that were listed.
fn changes() -> PackageError {
    PackageError::corrupt("it changes while it is read")
}

impl<S: Read + Seek> Deb<S> {
    /// The MD5 sums of all contents that are taken, by their places, where the original has such sums.
    pub(super) fn digests(&mut self, layout: &Layout) -> Result<HashMap<usize, String>, PackageError> {
        let mut digests = HashMap::new();
        if self.control.file(MD5SUMS).is_none() {
            return Ok(digests);
        }
        let taken = layout.files.iter().filter_map(|file| match file.body {
            Body::Content(place) => Some(place),
            Body::None | Body::Link(_) => None,
        });
        let taken: HashSet<usize> = taken.collect();
        let mut payload = self.payload()?;
        while let Some(mut content) = payload.next()? {
            if taken.contains(&content.place()) {
                let mut digest = Md5::new();
                each_part(&mut content, |part| {
                    digest.update(part);
                    Ok(())
                })?;
                digests.insert(content.place(), hex::encode(digest.finalize()));
            }
        }
        Ok(digests)
    }

    /// Writes the archive, as many bytes as the layout says.
    pub(super) fn write_data(&mut self, layout: &Layout, to: &mut dyn Write) -> Result<(), PackageError> {
        let mut payload = self.payload()?;
        for file in &layout.files {
            to.write_all(&layout.head(file)?).map_err(PackageError::Io)?;
            let Body::Content(wanted) = file.body else { continue };
            let mut content = loop {
                let Some(content) = payload.next()? else { return Err(changes()) };
                if content.place() == wanted {
                    break content;
                }
            };
            if content.size() != file.size {
                return Err(changes());
            }
            each_part(&mut content, |part| to.write_all(part).map_err(PackageError::Io))?;
            pad(to, file.size).map_err(PackageError::Io)?;
        }
        // A decoder sees its checksums at the end.
        while payload.next()?.is_some() {}
        end(to, layout.entries_size()).map_err(PackageError::Io)
    }
}

fn each_part(
    content: &mut Content<'_, '_>,
    mut with: impl FnMut(&[u8]) -> Result<(), PackageError>,
) -> Result<(), PackageError> {
    let mut part = [0; 64 << 10];
    loop {
        match content.read(&mut part)? {
            0 => return Ok(()),
            read => with(part.get(..read).unwrap_or_default())?,
        }
    }
}
