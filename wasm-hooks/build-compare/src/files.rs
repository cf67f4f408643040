//! The lists of files: which files there are, and what is told of each but its content.
//!
//! Sizes, times, inodes and devices of file systems are those of the build and say nothing. Links by build ids come and go
//! with each build.

use crate::codes::Code;
use crate::difference::{Difference, Differences};
use crate::header::Header;
use crate::pair::merge;
use crate::sides::Sides;
use crate::text::are_unclear;
use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;
use skink_sdk::packages::PackagedFile;

/// Where links lie that have a build's ids for names.
const BUILD_IDS: &str = "/usr/lib/.build-id";

/// Where debuggers find what they need, and what such packages tell of themselves.
const DEBUG: [&str; 3] = ["/usr/lib/debug", "/usr/src/debug", "/usr/share/doc"];

/// Ends of files that gdb runs when it loads what they lie beside.
const RUN: [&str; 3] = ["-gdb.py", "-gdb.scm", "-gdb.gdb"];

/// A file of both packages.
#[derive(Debug, Clone)]
pub(crate) struct Both<'a> {
    pub(crate) old: &'a PackagedFile<'a>,
    pub(crate) new: &'a PackagedFile<'a>,
}

/// A file, and under which path and with which target it is compared.
struct Row<'a> {
    file: &'a PackagedFile<'a>,
    path: Cow<'a, str>,
    target: Cow<'a, str>,
    device: u32,
    language: &'a str,
    capabilities: &'a str,
}

/// Compares the lists, and gives the regular files of both packages, whose contents are to be compared.
pub(crate) fn compare<'a>(
    (old, new): (&'a [PackagedFile<'a>], &'a [PackagedFile<'a>]),
    sides: Sides<'a>,
    found: &mut Differences,
) -> Vec<Both<'a>> {
    let (old, new) = (rows(old, sides.old), rows(new, sides.new));
    let mut contents = Vec::new();
    for (old, new) in merge(old, new, |row| row.path.clone(), Some) {
        match (old, new) {
            (Some(old), Some(new)) => {
                attributes(&old, &new, found);
                let (old, new) = (old.file, new.file);
                if old.is_file() && new.is_file() && !old.is_ghost() && !new.is_ghost() {
                    contents.push(Both { old, new });
                }
            }
            (Some(old), None) => found.add(only(&old, "removed", sides).values(Some(old.file.path), None)),
            (None, Some(new)) => found.add(only(&new, "added", sides).values(None, Some(new.file.path))),
            (None, None) => {}
        }
    }
    contents
}

/// A file of one package alone. A source that comes or goes is a changed source.
fn only(row: &Row<'_>, field: &str, sides: Sides<'_>) -> Difference {
    let code = if sides.new.is_source { Code::SourceDiffers } else { Code::FilesDiffer };
    Difference::new(code, "the file").field(field).file(row.file.path)
}

/// All files that count, sorted by the paths that are compared.
fn rows<'a>(files: &'a [PackagedFile<'a>], header: &'a Header) -> Vec<Row<'a>> {
    let mut languages = header.files.languages.split('\0');
    let mut capabilities = header.files.capabilities.split('\0');
    let mut rows = Vec::new();
    for file in files {
        let (language, capabilities) = (languages.next(), capabilities.next());
        if is_build_id(file) {
            continue;
        }
        let line = format!("{} {}", file.path, file.target);
        rows.push(Row {
            path: header.release.part(file.path, &line),
            target: header.release.part(file.target, &line),
            device: header.files.devices.get(file.place as usize).copied().unwrap_or_default(),
            language: language.unwrap_or_default(),
            capabilities: capabilities.unwrap_or_default(),
            file,
        });
    }
    rows.sort_by(|a, b| (&a.path, a.file.path).cmp(&(&b.path, b.file.path)));
    rows
}

/// Whether all files are for debuggers alone: the name of a package does not say that.
pub(crate) fn are_debug(files: &[PackagedFile<'_>]) -> bool {
    let is_below = |path: &str| {
        DEBUG.iter().any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    };
    let is_run = |path: &str| RUN.iter().any(|end| path.ends_with(end));
    let is_debug = |path: &str| is_below(path) && !is_run(path);
    files.iter().all(|file| file.is_directory() || is_build_id(file) || is_debug(file.path))
}

fn is_build_id(file: &PackagedFile<'_>) -> bool {
    let below =
        file.path.strip_prefix(BUILD_IDS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below && (file.is_directory() || file.is_symlink())
}

fn attributes(old: &Row<'_>, new: &Row<'_>, found: &mut Differences) {
    let before = found.count();
    others(old, new, found);
    if found.count() > before {
        return;
    }
    let file = new.file;
    let texts = [
        ("path", file.path),
        ("target", file.target),
        ("owner", file.owner),
        ("group", file.group),
        ("language", new.language),
        ("capabilities", new.capabilities),
    ];
    if let Some((field, _)) = texts.into_iter().find(|(_, text)| are_unclear([*text])) {
        let what = format!("{field} of {}", file.path);
        found.add(Difference::unclear(Code::FilesDiffer, &what).field(field).file(file.path));
    }
}

/// All that is told otherwise.
fn others(old: &Row<'_>, new: &Row<'_>, found: &mut Differences) {
    let (a, b) = (old.file, new.file);
    let octal = |mode: u32| format!("{mode:o}");
    let bits = |flags: u32| format!("{flags:#x}");
    let mut other = |field: &str, was: &str, is: &str| {
        let what = format!("{field} of {}", b.path);
        let difference = Difference::new(Code::FilesDiffer, &what).field(field).file(b.path);
        found.add(difference.values(Some(was), Some(is)));
    };
    if a.mode != b.mode {
        other("mode", &octal(a.mode), &octal(b.mode));
    }
    let numbers =
        [("flags", a.flags, b.flags), ("verify", a.verify, b.verify), ("device", old.device, new.device)];
    for (field, was, is) in numbers.into_iter().filter(|(_, was, is)| was != is) {
        other(field, &bits(was), &bits(is));
    }
    if old.target != new.target {
        other("target", a.target, b.target);
    }
    let texts = [
        ("owner", a.owner, b.owner),
        ("group", a.group, b.group),
        ("language", old.language, new.language),
        ("capabilities", old.capabilities, new.capabilities),
    ];
    for (field, was, is) in texts.into_iter().filter(|(_, was, is)| was != is) {
        other(field, was, is);
    }
}

#[cfg(test)]
mod tests;
