//! What a package is called, in the words that dpkg takes.

use super::fields::Fields;
use crate::PackageError;

/// Name, version and architecture.
pub(super) struct Identity {
    package: String,
    version: String,
    architecture: String,
}

impl Identity {
    pub(super) fn of(fields: &Fields) -> Result<Self, PackageError> {
        let word = |name: &str, is_one: fn(&str) -> bool| {
            let value = fields.value(name).unwrap_or_default();
            if is_one(&value) {
                return Ok(value);
            }
            Err(PackageError::recipe(format!("the field {name} is {value:?}, which dpkg does not take")))
        };
        Ok(Self {
            package: word("Package", is_package)?,
            version: word("Version", is_version)?,
            architecture: word("Architecture", is_architecture)?,
        })
    }

    /// As Debian's tools name it: without the epoch.
    pub(super) fn file_name(&self) -> String {
        let version = self.version.split_once(':').map_or(self.version.as_str(), |(_, rest)| rest);
        format!("{}_{version}_{}.deb", self.package, self.architecture)
    }
}

/// Letters and digits, and a few signs behind the first of them.
fn is_word(text: &str, signs: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c))
}

pub(super) fn is_package(text: &str) -> bool {
    is_word(text, "-+._")
}

/// An epoch, a version, and a revision; only a version behind an epoch may have a colon.
pub(super) fn is_version(text: &str) -> bool {
    let Some((epoch, version)) = text.split_once(':') else { return is_word(text, ".+~-") };
    epoch.parse::<u32>().is_ok_and(|epoch| i32::try_from(epoch).is_ok()) && is_word(version, ".+~-:")
}

/// dpkg only warns of an architecture with an underscore, as `x86_64` is one.
pub(super) fn is_architecture(text: &str) -> bool {
    is_word(text, "-_")
}
