//! What lies where in the new package.
//!
//! Folders that its files need are the new package's own, but for those that belong to every system, and those that lead to the prefix.

use crate::choice::Choice;
use crate::{ConfError, Rules, build_id, path};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};

/// Bytes of a path, as Linux takes it: all folders that one is in are looked at.
const MAX_PATH: usize = 4096;

/// A file of the original.
#[derive(Debug, Clone, Copy)]
pub struct Original<'a> {
    /// Its place among all.
    pub place: u32,
    /// Absolute.
    pub path: &'a str,
    /// Where it leads, if it is a symlink; else empty.
    pub target: &'a str,
    /// Whether it is only listed.
    pub is_ghost: bool,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// What the new package has at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The file of the original at that place.
    Original(u32),
    /// The symlink of the original at that place, which leads somewhere else now.
    Relinked(u32, String),
    /// A new symlink, and where it leads.
    Symlink(String),
    /// A new folder.
    Folder,
}

/// All paths of a new package.
pub type Laid = BTreeMap<String, Piece>;

impl Rules<'_> {
    /// All paths of the new package; none where nothing of the original is in it. `system` are folders that are never its own.
    ///
    /// # Errors
    /// A rule that cannot be obeyed, or two files at one path.
    pub fn lay(&self, originals: &[Original<'_>], system: &BTreeSet<&str>) -> Result<Laid, ConfError> {
        let choice = Choice::by(self, originals)?;
        if choice.is_empty() {
            return Ok(Laid::new());
        }
        let mut laid = Laid::new();
        // Where what is left of the original went to.
        let mut went = BTreeMap::new();
        for original in originals {
            let Some(path) = self.place(original.path, &choice) else { continue };
            went.insert(original.path, path.clone());
            self.insert(&mut laid, path, Piece::Original(original.place))?;
        }
        for (path, target) in choice.links {
            self.insert(&mut laid, path, Piece::Symlink(target))?;
        }
        let needed: BTreeSet<String> =
            laid.keys().flat_map(|path| path::above(path)).map(ToString::to_string).collect();
        let is_others = |folder: &str| {
            system.contains(folder)
                || folder == self.prefix
                || path::above(&self.prefix).any(|one| one == folder)
        };
        for folder in needed.into_iter().filter(|folder| !is_others(folder)) {
            laid.entry(folder).or_insert(Piece::Folder);
        }
        build_id::link(&mut laid, originals, &went);
        Ok(laid)
    }

    fn place(&self, path: &str, choice: &Choice<'_>) -> Option<String> {
        if choice.config.contains(path) {
            return Some(format!("{}/{}", self.config_folder, path::name(path)));
        }
        if !choice.kept.contains(path) {
            return None;
        }
        Some(choice.moved.get(path).cloned().unwrap_or_else(|| format!("{}{path}", self.prefix)))
    }

    fn insert(&self, laid: &mut Laid, path: String, piece: Piece) -> Result<(), ConfError> {
        if path.len() > MAX_PATH {
            let start: String = path.chars().take(100).collect();
            let why = format!(
                "{} would have a file whose path has more than {MAX_PATH} bytes: {start}…",
                self.name
            );
            return Err(self.error(why));
        }
        if laid.contains_key(&path) {
            let why = format!("{} would have two files {path}; leave one of them out, or move it", self.name);
            return Err(self.error(why));
        }
        laid.insert(path, piece);
        Ok(())
    }
}

impl Rules<'_> {
    /// Whether a library of the original lies under the prefix where it lay.
    pub fn has_libraries(&self, laid: &Laid, originals: &[Original<'_>]) -> bool {
        let lies = |original: &&Original<'_>| {
            laid.get(&format!("{}{}", self.prefix, original.path)) == Some(&Piece::Original(original.place))
        };
        originals.iter().filter(|original| original.path.contains(".so")).any(|original| lies(&original))
    }
}
