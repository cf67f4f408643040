//! What is in a root: its file `root.json`.

use super::error::ToolRootError;
use serde::{Deserialize, Serialize};
use skink_job::{ByteCount, Digest, SafeText, ToolRootName};
use std::io;
use std::path::Path;

const FILE: &str = "root.json";

/// What a root is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RootInfo {
    /// The name that it was first built for.
    pub name: ToolRootName,
    /// Its address.
    pub address: Digest,
    /// Its architecture.
    pub arch: String,
    /// The sha256 of the distribution's configuration.
    pub dist: Digest,
    /// When it was built, in seconds of Unix time.
    pub built: u64,
    /// What it takes of the disk.
    pub bytes: ByteCount,
    /// Its packages, by name.
    pub packages: Vec<RootPackage>,
}

/// One package of a root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RootPackage {
    /// Its name.
    pub name: String,
    /// Name, version, release and architecture, as obs-build knows them.
    pub id: SafeText,
    /// Of its file.
    pub sha256: Digest,
}

impl RootInfo {
    /// That of the root in `folder`, if there is one.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, ToolRootError> {
        let path = folder.join(FILE);
        match std::fs::read(&path) {
            Ok(text) => {
                let read = serde_json::from_slice(&text);
                read.map(Some).map_err(|e| ToolRootError::file("understand", &path)(e.into()))
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(ToolRootError::file("read", &path)(e)),
        }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), ToolRootError> {
        let path = folder.join(FILE);
        let text =
            serde_json::to_vec_pretty(self).map_err(|e| ToolRootError::file("encode", &path)(e.into()))?;
        std::fs::write(&path, text).map_err(ToolRootError::file("write", &path))
    }
}
