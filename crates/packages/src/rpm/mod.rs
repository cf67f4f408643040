//! RPM packages.
//!
//! A package is a lead, a header of signatures, the header itself, and the payload: the files in an archive, compressed. What is said
//! of files stands in the header; the payload has their contents.

pub(crate) mod archive;
mod derive;
mod files;
pub(crate) mod header;
mod lead;
mod parts;
mod payload;
mod tag;
mod unlisted;

pub(crate) use lead::MAGIC;
pub use payload::Payload;

use crate::{Bounds, Change, Dependency, Entry, Field, PackageError, Script, Trigger};
use header::Header;
use std::io::{BufReader, Read, Seek, SeekFrom};

/// Headers of signatures are filled up to a multiple of so many bytes.
const SIGNATURE_ALIGNMENT: u64 = 8;

/// Bytes that the headers of most packages have fewer of.
pub(crate) const USUAL: usize = 16 << 10;

/// The most values of one field, and the most triggers of one kind; distributions are far below.
const VALUES: u64 = 0xffff;

/// An open package: its headers are read, its payload is not.
#[derive(Debug)]
pub struct Rpm<S> {
    source: S,
    bounds: Bounds,
    is_source: bool,
    header: Header,
    /// Where the payload begins.
    payload_start: u64,
    files: Vec<Entry>,
}

impl<S: Read + Seek> Rpm<S> {
    /// Reads the headers.
    pub fn open(mut source: S, bounds: Bounds) -> Result<Self, PackageError> {
        source.rewind().map_err(PackageError::Io)?;
        Self::read(BufReader::with_capacity(USUAL, source), bounds)
    }

    /// Reads them from where they begin.
    pub(crate) fn read(mut headers: BufReader<S>, bounds: Bounds) -> Result<Self, PackageError> {
        let is_source_by_lead = lead::read(&mut headers)?;
        let signatures = Header::read(&mut headers, &bounds, "the header of signatures")?;
        let padding = signatures.size().next_multiple_of(SIGNATURE_ALIGNMENT) - signatures.size();
        // Nothing says that it has to be zero.
        headers.seek_relative(padding.cast_signed()).map_err(PackageError::Io)?;
        let header = Header::read(&mut headers, &bounds, "the header")?;
        let payload_start = lead::SIZE + signatures.size() + padding + header.size();
        for (what, tag) in [
            ("name", tag::NAME),
            ("version", tag::VERSION),
            ("release", tag::RELEASE),
            ("architecture", tag::ARCH),
        ] {
            if header.text(tag)?.is_none_or(<[u8]>::is_empty) {
                return Err(PackageError::corrupt(format!("it has no {what}")));
            }
        }
        let is_list = |tag| {
            tag::FIELDS.iter().any(|(_, own)| *own == tag)
                || tag::TRIGGERS.iter().any(|own| own.scripts == tag)
        };
        if let Some((_, count)) = header.longer(VALUES).find(|(tag, _)| is_list(*tag)) {
            PackageError::within("the number of values of a field", count, VALUES)?;
        }
        unlisted::within(&header)?;
        let files = files::read(&header, &bounds)?;
        let is_source = is_source_by_lead || !header.has(tag::SOURCERPM);
        // Those of sources are only names.
        if let Some(file) = files.iter().find(|file| !is_source && !file.path.starts_with('/')) {
            return Err(PackageError::corrupt(format!("the path {:?} begins in no folder", file.path)));
        }
        Ok(Self { source: headers.into_inner(), bounds, is_source, header, payload_start, files })
    }

    /// Whether it holds sources, and not what was built of them.
    pub fn is_source(&self) -> bool {
        self.is_source
    }

    /// What is told of it as a whole. A tag that is not known here is the field `tag-NUMBER`, with a digest in place of values that
    /// are many or no text; but none of such as are others in each build of the same, as signatures are.
    pub fn fields(&self) -> Vec<Field> {
        let shown = |(name, tag): &(&str, u32)| {
            let values = self.header.shown(*tag);
            (!values.is_empty()).then(|| Field { name: (*name).to_owned(), values })
        };
        tag::FIELDS.iter().filter_map(shown).chain(unlisted::fields(&self.header)).collect()
    }

    /// What it depends on, those of one kind beside each other.
    pub fn dependencies(&self) -> Result<Vec<Dependency>, PackageError> {
        parts::dependencies(&self.header)
    }

    /// What runs when it comes or goes.
    pub fn scripts(&self) -> Result<Vec<Script>, PackageError> {
        parts::scripts(&self.header)
    }

    /// What runs when others come or go.
    pub fn triggers(&self) -> Result<Vec<Trigger>, PackageError> {
        parts::triggers(&self.header)
    }

    /// Its changes, the last one first.
    pub fn changelog(&self) -> Result<Vec<Change>, PackageError> {
        parts::changelog(&self.header)
    }

    /// Its files, in the order of the header.
    pub fn files(&self) -> &[Entry] {
        &self.files
    }

    /// Contents of its files, in the order of the archive.
    pub fn payload(&mut self) -> Result<Payload<'_, S>, PackageError> {
        self.source.seek(SeekFrom::Start(self.payload_start)).map_err(PackageError::Io)?;
        Payload::begin(&mut self.source, &self.header, &self.files, self.bounds)
    }
}
