//! Symlinks that lead from the build id of a program to it.
//!
//! rpm makes them for what is in a package, whatever its list of files says; so the new package has those of the original that lead to
//! what it has, and they lead to where that lies now. Those that lead to debug information it has only by its rules.

use crate::layout::{Laying, Original, Piece};
use crate::{ConfError, path};
use alloc::collections::BTreeMap;
use alloc::string::String;

/// Where they are.
const FOLDER: &str = "/usr/lib/.build-id";

/// Adds the links, and the folders that they are in. `went` tells for the original's files where they lie now.
///
/// # Errors
/// Another file lies where one of them has to.
pub(crate) fn link(
    laying: &mut Laying<'_, '_>,
    originals: &[Original<'_>],
    went: &BTreeMap<&str, String>,
) -> Result<(), ConfError> {
    let folders = originals.iter().filter(|original| original.is_folder && is_in(original.path));
    let folders: BTreeMap<&str, u32> = folders.map(|original| (original.path, original.place)).collect();
    let links = originals.iter().filter(|original| !original.target.is_empty() && is_link(original.path));
    for link in links {
        let folder = path::folder(link.path);
        let Some(old) = path::resolved(folder, link.target) else { continue };
        let Some(new) = went.get(old.as_str()) else { continue };
        let piece = if *new == old {
            Piece::Original(link.place)
        } else {
            Piece::Relinked(link.place, path::from_root(folder, new))
        };
        laying.replace(link.path, piece, Some(link.place))?;
        for folder in path::above(link.path).filter(|folder| folder.len() >= FOLDER.len()) {
            let place = folders.get(folder).copied();
            laying.replace(folder, place.map_or(Piece::Folder, Piece::Original), place)?;
        }
    }
    Ok(())
}

/// Whether a path is in the folder, or is it.
fn is_in(path: &str) -> bool {
    path == FOLDER || is_link(path)
}

/// Whether a path is in the folder.
fn is_link(path: &str) -> bool {
    path.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'))
}
