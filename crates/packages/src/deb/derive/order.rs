//! The order of the files in the archive.
//!
//! Contents come as the original has them, and its other entries where they stood. Folders come before what lies in them, made where
//! the recipe has none: dpkg does not make them. New symlinks come last, as dpkg-deb has all of them last.
//!
//! Invariant: climbing from a path ends at the first folder that is there, so that all takes no longer than the paths that come of it.

use super::super::Deb;
use super::layout::{Body, Laid};
use crate::recipe::Names;
use crate::{EntryKind, PackageError};
use std::collections::{HashMap, HashSet};

/// Files on their way into an order.
pub(super) struct Order<'a, S> {
    deb: &'a Deb<S>,
    wanted: Vec<Option<Laid>>,
    /// Where in `wanted` a path is, and of what kind.
    places: HashMap<Vec<u8>, (usize, EntryKind)>,
    /// Folders of the original.
    folders: HashMap<&'a [u8], usize>,
    /// Folders that are in the order.
    made: HashSet<Vec<u8>>,
    /// For files of the original, where in the order the first link is.
    links: HashMap<usize, usize>,
    ordered: Vec<Laid>,
    names: Names,
}

impl<'a, S> Order<'a, S> {
    pub(super) fn new(deb: &'a Deb<S>, files: Vec<Laid>, names: Names) -> Result<Self, PackageError> {
        let is_folder = |(_, file): &(usize, &crate::Entry)| file.kind == EntryKind::Directory;
        let folders = deb.files.iter().enumerate().filter(is_folder);
        let folders = folders.map(|(place, file)| (deb.unlisted.path(place, file), place)).collect();
        let mut order = Self {
            deb,
            places: HashMap::with_capacity(files.len()),
            wanted: Vec::with_capacity(files.len()),
            folders,
            made: HashSet::new(),
            links: HashMap::new(),
            ordered: Vec::with_capacity(files.len()),
            names,
        };
        for file in sorted(files) {
            let place = (order.wanted.len(), file.kind);
            if order.places.insert(file.path.clone(), place).is_some() {
                let path = String::from_utf8_lossy(&file.path);
                return Err(PackageError::recipe(format!("two files are {path}")));
            }
            order.wanted.push(Some(file));
        }
        Ok(order)
    }

    /// All files, with what follows the head of each.
    pub(super) fn files(mut self) -> Result<Vec<Laid>, PackageError> {
        for place in 0..self.wanted.len() {
            let Some(file) = self.wanted.get_mut(place).and_then(Option::take) else { continue };
            for folder in self.folders_above(&file.path)?.into_iter().rev() {
                self.push(folder);
            }
            self.push(file);
        }
        PackageError::within("the number of files", self.ordered.len() as u64, self.deb.bounds.files.into())?;
        Ok(self.ordered)
    }

    /// The folders that are not yet there, the deepest one first.
    fn folders_above(&mut self, path: &[u8]) -> Result<Vec<Laid>, PackageError> {
        let mut missing = Vec::new();
        let mut below = path;
        while let Some(folder) = parent(below).filter(|folder| !self.made.contains(*folder)) {
            match self.places.get(folder) {
                Some((place, EntryKind::Directory)) => {
                    missing.extend(self.wanted.get_mut(*place).and_then(Option::take));
                }
                Some(_) => {
                    let [path, folder] = [path, folder].map(String::from_utf8_lossy);
                    return Err(PackageError::recipe(format!("{path} lies in {folder}, which is no folder")));
                }
                None => {
                    self.names.hold(folder.len())?;
                    missing.push(self.implied(folder));
                }
            }
            self.made.insert(folder.to_vec());
            below = folder;
        }
        Ok(missing)
    }

    /// A folder that the recipe does not name: the original's, if it has it there.
    fn implied(&self, folder: &[u8]) -> Laid {
        let original = self.folders.get(folder).and_then(|place| {
            let path = &self.deb.files.get(*place)?.path;
            Laid::of_original(self.deb, *place, path)
        });
        original.unwrap_or_else(|| Laid::folder(folder.to_vec(), self.deb.members.time))
    }

    fn push(&mut self, mut file: Laid) {
        if file.kind == EntryKind::Directory {
            self.made.insert(file.path.clone());
        } else if let Some((place, first)) = file.from {
            // What is no file is one with another only where the original's are.
            let linked = self.links.get(&first).filter(|_| file.kind == EntryKind::File || place != first);
            file.body = match linked {
                Some(place) => Body::Link(*place),
                None if file.kind == EntryKind::File => Body::Content(first),
                None => Body::None,
            };
            self.links.entry(first).or_insert(self.ordered.len());
        }
        self.ordered.push(file);
    }
}

/// As the contents come; of several links of a file the first one comes with the content.
fn sorted(files: Vec<Laid>) -> Vec<Laid> {
    const NEW_FOLDER: usize = usize::MAX - 1;
    const NEW_SYMLINK: usize = usize::MAX;
    let own = |file: &Laid| match file.from {
        Some((place, _)) => place,
        None if file.kind == EntryKind::Directory => NEW_FOLDER,
        None => NEW_SYMLINK,
    };
    let order = |a: &(usize, Laid), b: &(usize, Laid)| (a.0, &a.1.path).cmp(&(b.0, &b.1.path));
    let mut files: Vec<(usize, Laid)> = files.into_iter().map(|file| (own(&file), file)).collect();
    files.sort_by(order);
    let mut seen = HashSet::new();
    for (when, file) in files.iter_mut().filter(|(_, file)| file.kind == EntryKind::File) {
        if let Some((_, first)) = file.from.filter(|(_, first)| seen.insert(*first)) {
            *when = first;
        }
    }
    files.sort_by(order);
    files.into_iter().map(|(_, file)| file).collect()
}

/// The folder that a path lies in; the root lies in none.
fn parent(path: &[u8]) -> Option<&[u8]> {
    let path = path.strip_prefix(b"/").filter(|rest| !rest.is_empty()).and(Some(path))?;
    let end = memchr::memrchr(b'/', path)?;
    if end == 0 { Some(b"/") } else { path.get(..end) }
}
