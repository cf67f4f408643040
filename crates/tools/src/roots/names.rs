//! What each name led to, and the right to build it.

use super::build::RootWatcher;
use super::error::ToolRootError;
use serde::{Deserialize, Serialize};
use skink_job::{Digest, ToolRootName};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How often one that waits looks again.
const PAUSE: Duration = Duration::from_millis(50);

/// What a name led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Known {
    /// To a root.
    Built {
        /// Of the description and its folders.
        fingerprint: Digest,
        /// Of the root.
        address: Digest,
    },
    /// To none.
    Failed {
        /// Of the description and its folders.
        fingerprint: Digest,
        /// When, in milliseconds of Unix time.
        at: u128,
        /// The error's text.
        why: String,
    },
}

/// The files of one name.
pub(super) struct Names<'a> {
    folder: PathBuf,
    name: &'a ToolRootName,
}

impl<'a> Names<'a> {
    pub(super) fn of(folder: &Path, name: &'a ToolRootName) -> Self {
        Self { folder: folder.join("names"), name }
    }

    /// What is known. A file that cannot be read as such is as good as none.
    pub(super) fn known(&self) -> Result<Option<Known>, ToolRootError> {
        let path = self.file("json");
        match fs::read(&path) {
            Ok(text) => Ok(serde_json::from_slice(&text).ok()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(ToolRootError::file("read", &path)(e)),
        }
    }

    /// Only for who has the turn.
    pub(super) fn note(&self, known: &Known) -> Result<(), ToolRootError> {
        let (path, part) = (self.file("json"), self.file("json.part"));
        let text = serde_json::to_vec(known).map_err(|e| ToolRootError::file("encode", &path)(e.into()))?;
        fs::write(&part, text).map_err(ToolRootError::file("write", &part))?;
        fs::rename(&part, &path).map_err(ToolRootError::file("write", &path))
    }

    pub(super) fn log(&self) -> PathBuf {
        self.file("log")
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", self.name))
    }

    /// Waits until nobody else builds this name.
    pub(super) fn turn(&self, watcher: &dyn RootWatcher) -> Result<Turn, ToolRootError> {
        let mut told = false;
        loop {
            if let Some(turn) = self.turn_if_free()? {
                return Ok(turn);
            }
            if let Some(signal) = watcher.interrupted() {
                return Err(ToolRootError::Interrupted(signal));
            }
            if !std::mem::replace(&mut told, true) {
                watcher.waits(self.name);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// The right to build this name, if nobody has it. Held until it is dropped, or the process ends.
    pub(super) fn turn_if_free(&self) -> Result<Option<Turn>, ToolRootError> {
        let path = self.file("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(ToolRootError::file("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Turn(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(ToolRootError::file("lock", &path)(e)),
        }
    }
}

/// The right to build a name.
pub(super) struct Turn(#[expect(dead_code, reason = "holds the lock")] File);

/// Milliseconds of Unix time.
pub(super) fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis())
}

/// The names in a folder that may not be there.
pub(super) fn entries(folder: &Path) -> Result<Vec<String>, ToolRootError> {
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(ToolRootError::file("list", folder))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(ToolRootError::file("list", folder))?.file_name();
        names.extend(name.into_string());
    }
    Ok(names)
}
