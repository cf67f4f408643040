//! Paths in packages: absolute, without anything to resolve.

use alloc::string::String;
use alloc::vec::Vec;

/// Whether a path is absolute and names what it says, but for a slash at its end.
pub(crate) fn is_plain(path: &str) -> bool {
    let odd = |part: &str| matches!(part, "" | "." | "..") || part.contains('\0');
    path.strip_prefix('/').is_some_and(|rest| !rest.split('/').any(odd))
}

/// All folders that a path is in, but the root.
pub(crate) fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).filter_map(|at| path.get(..at))
}

/// The last part.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The folder that a path is in; empty for the root.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Where a symlink of a folder leads; none where that is above the root.
pub(crate) fn resolved(folder: &str, target: &str) -> Option<String> {
    let start = if target.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in start.split('/').chain(target.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.iter().fold(String::new(), |path, part| path + "/" + part))
}

/// What a symlink of a folder says to lead to a path: first to the root.
pub(crate) fn from_root(folder: &str, path: &str) -> String {
    let up = folder.split('/').filter(|part| !part.is_empty()).count();
    "../".repeat(up) + path.trim_start_matches('/')
}
