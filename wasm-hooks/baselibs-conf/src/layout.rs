//! What lies where in the new package.
//!
//! Folders that its files need are the new package's own, but for those that belong to every system, and those that lead to the prefix.

use crate::choice::Choice;
use crate::{ConfError, Rules, build_id, path};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Bytes of a path, as Linux takes it: all folders that one is in are looked at.
const MAX_PATH: usize = 4096;

/// Bytes of all paths, and of what new symlinks say: a few deep paths stand for very many folders. No longer list can be handed over.
const MAX_PATHS: usize = 8 << 20;

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
        self.lay_chosen(&Choice::by(self, originals)?, originals, system)
    }

    /// The same of what was chosen.
    pub(crate) fn lay_chosen(
        &self,
        choice: &Choice<'_>,
        originals: &[Original<'_>],
        system: &BTreeSet<&str>,
    ) -> Result<Laid, ConfError> {
        if choice.is_empty() {
            return Ok(Laid::new());
        }
        let mut laying = Laying { rules: self, laid: Laid::new(), bytes: 0 };
        // Where what is left of the original went to.
        let mut went = BTreeMap::new();
        for original in originals {
            let Some(path) = self.place(original.path, choice) else { continue };
            laying.insert(path.clone(), Piece::Original(original.place))?;
            went.insert(original.path, path);
        }
        for (path, target) in &choice.links {
            laying.insert(path.clone(), Piece::Symlink(target.clone()))?;
        }
        laying.add_folders(system)?;
        build_id::link(&mut laying, originals, &went)?;
        Ok(laying.laid)
    }

    pub(crate) fn place(&self, path: &str, choice: &Choice<'_>) -> Option<String> {
        if choice.config.contains(path) {
            return Some(format!("{}/{}", self.config_folder, path::name(path)));
        }
        if !choice.kept.contains(path) {
            return None;
        }
        Some(choice.moved.get(path).cloned().unwrap_or_else(|| format!("{}{path}", self.prefix)))
    }

    /// Whether a library of the original lies under the prefix where it lay.
    pub fn has_libraries(&self, laid: &Laid, originals: &[Original<'_>]) -> bool {
        let lies = |original: &&Original<'_>| {
            laid.get(&format!("{}{}", self.prefix, original.path)) == Some(&Piece::Original(original.place))
        };
        originals.iter().filter(|original| original.path.contains(".so")).any(|original| lies(&original))
    }
}

/// Paths on their way into a new package.
pub(crate) struct Laying<'r, 'a> {
    rules: &'r Rules<'a>,
    laid: Laid,
    /// What they take.
    bytes: usize,
}

impl Laying<'_, '_> {
    /// Adds what nothing else may lie at.
    fn insert(&mut self, path: String, piece: Piece) -> Result<(), ConfError> {
        let name = &self.rules.name;
        if path.len() > MAX_PATH {
            let start: String = path.chars().take(100).collect();
            let why = format!("{name} would have a file whose path has more than {MAX_PATH} bytes: {start}…");
            return Err(self.rules.error(why));
        }
        if self.laid.contains_key(&path) {
            return Err(self.twice(&path));
        }
        self.put(path, piece)
    }

    /// Adds it where nothing lies but a new folder, or the same file of the original.
    pub(crate) fn replace(&mut self, path: &str, piece: Piece, place: Option<u32>) -> Result<(), ConfError> {
        let there = self.laid.get(path);
        let is_other = match there {
            None | Some(Piece::Folder) => false,
            Some(Piece::Original(there)) => Some(*there) != place,
            Some(Piece::Relinked(..) | Piece::Symlink(_)) => true,
        };
        if is_other {
            return Err(self.twice(path));
        }
        if there == Some(&piece) {
            return Ok(());
        }
        self.put(path.to_string(), piece)
    }

    fn twice(&self, path: &str) -> ConfError {
        let name = &self.rules.name;
        self.rules.error(format!("{name} would have two files {path}; leave one of them out, or move it"))
    }

    fn put(&mut self, path: String, piece: Piece) -> Result<(), ConfError> {
        let target = match &piece {
            Piece::Relinked(_, target) | Piece::Symlink(target) => target.len(),
            Piece::Original(_) | Piece::Folder => 0,
        };
        self.bytes = self.bytes.saturating_add(path.len()).saturating_add(target);
        self.laid.insert(path, piece);
        self.check(self.bytes)
    }

    fn check(&self, bytes: usize) -> Result<(), ConfError> {
        if bytes <= MAX_PATHS {
            return Ok(());
        }
        let name = &self.rules.name;
        let why = format!("the paths of {name} would take more than {MAX_PATHS} bytes; take in fewer files");
        Err(self.rules.error(why))
    }

    /// Adds the folders that the files need, but those of others.
    fn add_folders(&mut self, system: &BTreeSet<&str>) -> Result<(), ConfError> {
        let (mut needed, mut bytes) = (BTreeSet::new(), self.bytes);
        for folder in self.laid.keys().flat_map(|path| path::above(path)) {
            if !self.laid.contains_key(folder) && needed.insert(folder) {
                bytes = bytes.saturating_add(folder.len());
                self.check(bytes)?;
            }
        }
        let leads_to_prefix = |folder: &str| {
            let rest = self.rules.prefix.strip_prefix(folder);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let is_own = |folder: &&str| !system.contains(folder) && !leads_to_prefix(folder);
        let own: Vec<String> = needed.into_iter().filter(is_own).map(ToString::to_string).collect();
        own.into_iter().try_for_each(|folder| self.put(folder, Piece::Folder))
    }
}
