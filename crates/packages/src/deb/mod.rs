//! Debian's binary packages.
//!
//! A package is an ar archive with a version, an archive of control files, and an archive of the package's files, both of tar and
//! compressed. The list of files is the data archive itself: opening a package unpacks it once, and holds none of its contents.

mod ar;
mod control;
mod derive;
mod files;
mod head;
mod owner;
mod pax;
mod payload;
mod relations;
mod stanza;
mod tar;

pub(crate) use ar::MAGIC;
pub use payload::Payload;

use crate::{Bounds, Dependency, Entry, Field, PackageError, Script, Trigger};
use ar::{Member, Members};
use control::Control;
use files::Unlisted;
use std::io::{Read, Seek, SeekFrom};
use tar::Archive;

/// An open package: its control files and its list of files are read.
#[derive(Debug)]
pub struct Deb<S> {
    source: S,
    bounds: Bounds,
    members: Members,
    control: Control,
    files: Vec<Entry>,
    unlisted: Unlisted,
}

impl<S: Read + Seek> Deb<S> {
    /// Reads the control files, and of the data what files there are.
    pub fn open(mut source: S, bounds: Bounds) -> Result<Self, PackageError> {
        let members = ar::members(&mut source)?;
        let control = archive(&mut source, members.control, bounds, "the control archive")?;
        let control = Control::read(control, bounds)?;
        let data = archive(&mut source, members.data, bounds, "the data archive")?;
        let (files, unlisted) = files::read(data, &control)?;
        Ok(Self { source, bounds, members, control, files, unlisted })
    }

    /// The fields of `control` in their order, by their own names; a folded value keeps its lines. Then the files beside it that say
    /// something of the package as a whole, by their names: `triggers` by its lines, `conffiles`, `shlibs`, `symbols` and `templates`
    /// whole. Then those that are not known, such as `control/isinstallable`; one that is no text is told by its digest.
    pub fn fields(&self) -> Vec<Field> {
        self.control.fields()
    }

    /// What it depends on, those of one kind beside each other. `a | b` is one dependency, whose name is all of it.
    pub fn dependencies(&self) -> Result<Vec<Dependency>, PackageError> {
        self.control.dependencies()
    }

    /// What runs when it comes or goes. A body is the whole script, with the line that names its interpreter.
    pub fn scripts(&self) -> Result<Vec<Script>, PackageError> {
        Ok(self.control.scripts())
    }

    /// None: what triggers a deb runs its `postinst`. What it waits for is the field `triggers`.
    pub fn triggers(&self) -> Result<Vec<Trigger>, PackageError> {
        Ok(Vec::new())
    }

    /// Its files, in the order of the archive.
    pub fn files(&self) -> &[Entry] {
        &self.files
    }

    /// Contents of its files, in the order of the archive.
    pub fn payload(&mut self) -> Result<Payload<'_>, PackageError> {
        let archive = archive(&mut self.source, self.members.data, self.bounds, "the data archive")?;
        Ok(Payload::begin(archive, &self.files))
    }
}

/// A member, unpacked as it is read.
fn archive<'a>(
    source: &'a mut (impl Read + Seek),
    member: Member,
    bounds: Bounds,
    what: &'static str,
) -> Result<Archive<'a>, PackageError> {
    source.seek(SeekFrom::Start(member.start)).map_err(PackageError::Io)?;
    let decoder = member.codec.decoder(source.take(member.size), &bounds)?;
    Ok(Archive::new(decoder, bounds, what))
}
