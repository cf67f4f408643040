//! A package of either format, in one view.

use crate::deb::{self, Deb};
use crate::rpm::{self, Rpm};
use crate::{Bounds, Change, Content, Dependency, Entry, Field, PackageError, Recipe, Script, Trigger};
use std::io::{BufReader, Read, Seek, Write};

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the formats")]
pub enum Format {
    Rpm,
    Deb,
}

/// An open package: what is said of it is read, the contents of its files are not.
#[derive(Debug)]
pub enum Package<S> {
    /// See there.
    Rpm(Box<Rpm<S>>),
    /// See there.
    Deb(Box<Deb<S>>),
}

impl<S: Read + Seek> Package<S> {
    /// Opens a package, whose format its first bytes tell.
    pub fn open(mut source: S, bounds: Bounds) -> Result<Self, PackageError> {
        source.rewind().map_err(PackageError::Io)?;
        let mut source = BufReader::with_capacity(rpm::USUAL, source);
        let mut start = Vec::with_capacity(deb::MAGIC.len());
        (&mut source).take(deb::MAGIC.len() as u64).read_to_end(&mut start).map_err(PackageError::Io)?;
        if start.starts_with(&rpm::MAGIC) {
            // Back within what is read already.
            source.seek_relative(-start.len().cast_signed() as i64).map_err(PackageError::Io)?;
            return Ok(Self::Rpm(Box::new(Rpm::read(source, bounds)?)));
        }
        if start == deb::MAGIC {
            return Ok(Self::Deb(Box::new(Deb::open(source.into_inner(), bounds)?)));
        }
        Err(PackageError::NotAPackage("it begins neither as an RPM nor as a deb"))
    }

    /// Which of the formats it has.
    pub fn format(&self) -> Format {
        match self {
            Self::Rpm(_) => Format::Rpm,
            Self::Deb(_) => Format::Deb,
        }
    }

    /// Whether it holds sources.
    pub fn is_source(&self) -> bool {
        match self {
            Self::Rpm(rpm) => rpm.is_source(),
            Self::Deb(_) => false,
        }
    }

    /// What is told of it as a whole.
    pub fn fields(&self) -> Vec<Field> {
        match self {
            Self::Rpm(rpm) => rpm.fields(),
            Self::Deb(deb) => deb.fields(),
        }
    }

    /// What it depends on, those of one kind beside each other.
    pub fn dependencies(&self) -> Result<Vec<Dependency>, PackageError> {
        match self {
            Self::Rpm(rpm) => rpm.dependencies(),
            Self::Deb(deb) => deb.dependencies(),
        }
    }

    /// What runs when it comes or goes.
    pub fn scripts(&self) -> Result<Vec<Script>, PackageError> {
        match self {
            Self::Rpm(rpm) => rpm.scripts(),
            Self::Deb(deb) => deb.scripts(),
        }
    }

    /// What runs when others come or go.
    pub fn triggers(&self) -> Result<Vec<Trigger>, PackageError> {
        match self {
            Self::Rpm(rpm) => rpm.triggers(),
            Self::Deb(deb) => deb.triggers(),
        }
    }

    /// Its changes, the last one first; a deb has them among its files.
    pub fn changelog(&self) -> Result<Vec<Change>, PackageError> {
        match self {
            Self::Rpm(rpm) => rpm.changelog(),
            Self::Deb(_) => Ok(Vec::new()),
        }
    }

    /// Its files.
    pub fn files(&self) -> &[Entry] {
        match self {
            Self::Rpm(rpm) => rpm.files(),
            Self::Deb(deb) => deb.files(),
        }
    }

    /// Writes a package of the same format that is made of this one. `to` is empty.
    pub fn derive<W: Read + Write + Seek>(&mut self, recipe: &Recipe, to: W) -> Result<(), PackageError> {
        match self {
            Self::Rpm(rpm) => rpm.derive(recipe, to),
            Self::Deb(deb) => deb.derive(recipe, to),
        }
    }

    /// The name of the file that such a package would have.
    pub fn derived_name(&self, recipe: &Recipe) -> Result<String, PackageError> {
        match self {
            Self::Rpm(rpm) => rpm.derived_name(recipe),
            Self::Deb(deb) => deb.derived_name(recipe),
        }
    }

    /// Goes through the contents of all files, in the order of the archive.
    pub fn each_content<E: From<PackageError>>(
        &mut self,
        mut with: impl FnMut(&mut Content<'_, '_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Rpm(rpm) => {
                let mut payload = rpm.payload()?;
                while let Some(mut content) = payload.next()? {
                    with(&mut content)?;
                }
            }
            Self::Deb(deb) => {
                let mut payload = deb.payload()?;
                while let Some(mut content) = payload.next()? {
                    with(&mut content)?;
                }
            }
        }
        Ok(())
    }
}
