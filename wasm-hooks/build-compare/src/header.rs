//! What is read of a package without its contents.

use crate::release::Release;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::Failure;
use skink_sdk::packages::{Change, Dependency, Field, FileTable, Format, Package, Script, Trigger};

/// The most files of a package: two lists of so many take some 200 MiB, and a call has 256 MiB if nobody says otherwise.
const MAX_FILES: usize = 150_000;

/// All that the header of a package says.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) format: Format,
    pub(crate) is_source: bool,
    pub(crate) fields: Vec<Field>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) scripts: Vec<Script>,
    pub(crate) triggers: Vec<Trigger>,
    /// The last change of its changelog.
    pub(crate) change: Option<Change>,
    pub(crate) files: FileTable,
    pub(crate) release: Release,
}

impl Header {
    /// # Errors
    /// The package does not hold together, or is too large.
    pub(crate) fn read(package: &Package) -> Result<Self, Failure> {
        let files = package.files();
        are_few(files.modes.len())?;
        let (format, fields) = (package.format(), package.fields());
        let release = release(format, &fields);
        Ok(Self {
            format,
            is_source: package.is_source(),
            fields,
            dependencies: package.dependencies()?,
            scripts: package.scripts()?,
            triggers: package.triggers()?,
            change: package.changelog()?.into_iter().next(),
            files,
            release,
        })
    }

    /// Whether it has no script.
    pub(crate) fn runs_nothing(&self) -> bool {
        self.scripts.is_empty() && self.triggers.is_empty()
    }

    /// All values of a field, however often it comes; none where it has no such field.
    pub(crate) fn field(&self, name: &str) -> Vec<&str> {
        values(&self.fields, name)
    }
}

fn are_few(files: usize) -> Result<(), Failure> {
    if files <= MAX_FILES {
        return Ok(());
    }
    Err(Failure::Limit(format!(
        "it has {files} files, and of more than {MAX_FILES} the memory would not suffice"
    )))
}

/// Names of fields are the same in large and small letters, as dpkg has it.
fn values<'f>(fields: &'f [Field], name: &str) -> Vec<&'f str> {
    let named = fields.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
    named.flat_map(|field| field.values.iter().map(String::as_str)).collect()
}

pub(crate) fn release(format: Format, fields: &[Field]) -> Release {
    let first = |name| values(fields, name).into_iter().next().unwrap_or_default();
    match format {
        Format::Rpm => Release::of_rpm(first("name"), first("version"), first("release")),
        Format::Deb => Release::of_deb(first("package"), first("version")),
    }
}

#[cfg(test)]
pub(crate) mod made;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_too_long_is_refused() {
        for (files, fine) in [(0, true), (MAX_FILES, true), (MAX_FILES + 1, false)] {
            assert_eq!(are_few(files).is_ok(), fine, "{files}");
        }
    }
}
