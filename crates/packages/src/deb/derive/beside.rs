//! The control files that name files of the package: they name what is there, by its new path.

use super::super::control::{CONFFILES, Control, MD5SUMS, REMOVED};
use super::super::files::Unlisted;
use super::fields::FILES;
use super::layout::{Laid, Layout};
use crate::{Entry, EntryKind, PackageError, Recipe};
use std::collections::{HashMap, HashSet};

/// What the control files name, before and now.
pub(super) struct Beside<'a> {
    control: &'a Control,
    files: &'a [Entry],
    /// For each path of the original its place.
    old: HashMap<&'a [u8], usize>,
    /// For each place of the original what became of it.
    new: HashMap<usize, Vec<&'a Laid>>,
    /// All paths of the new package.
    paths: HashSet<&'a [u8]>,
}

impl<'a> Beside<'a> {
    pub(super) fn new(
        control: &'a Control,
        files: &'a [Entry],
        unlisted: &'a Unlisted,
        layout: &'a Layout,
    ) -> Self {
        let old = files.iter().enumerate();
        let old = old.map(|(place, file)| (unlisted.path(place, file), place)).collect();
        let mut new: HashMap<usize, Vec<&Laid>> = HashMap::new();
        for laid in &layout.files {
            if let Some((place, _)) = laid.from {
                new.entry(place).or_default().push(laid);
            }
        }
        let paths = layout.files.iter().map(|laid| laid.path.as_slice()).collect();
        Self { control, files, old, new, paths }
    }

    /// The files that a path of the original became. Each path is asked for once.
    fn became(&self, path: &[u8], asked: &mut HashSet<usize>) -> &[&'a Laid] {
        let place = self.old.get(path).filter(|place| asked.insert(**place));
        let is_folder =
            |place: &usize| self.files.get(*place).is_some_and(|file| file.kind == EntryKind::Directory);
        let new = place.filter(|place| !is_folder(place)).and_then(|place| self.new.get(place));
        new.map(Vec::as_slice).unwrap_or_default()
    }

    /// Sums of the files of which the original has one, in the original's order.
    pub(super) fn md5sums(&self, digests: &HashMap<usize, String>) -> Result<Vec<u8>, PackageError> {
        let (mut sums, mut asked) = (Vec::new(), HashSet::new());
        if self.control.file(MD5SUMS).is_none() {
            return Ok(sums);
        }
        for line in self.control.digests() {
            let (path, _) = line?;
            for laid in self.became(&path, &mut asked) {
                let digest = laid.from.and_then(|(_, first)| digests.get(&first));
                if let Some(digest) = digest.filter(|_| laid.kind == EntryKind::File) {
                    let path = laid.path.strip_prefix(b"/").unwrap_or(&laid.path);
                    sums.extend([digest.as_bytes(), b"  ", path, b"\n"].concat());
                }
            }
        }
        Ok(sums)
    }

    /// The original's configuration, by its new paths, and what it says of files that are gone.
    pub(super) fn conffiles(&self) -> Result<Vec<u8>, PackageError> {
        let (mut lines, mut asked, mut removed) = (Vec::new(), HashSet::new(), HashSet::new());
        for line in self.control.file(CONFFILES).unwrap_or_default().split(|byte| *byte == b'\n') {
            let line = line.trim_ascii_end();
            let gone = line.strip_prefix(REMOVED).map(<[u8]>::trim_ascii_start);
            if gone.is_some_and(|path| !self.paths.contains(path)) && removed.insert(line) {
                lines.extend([line, b"\n"].concat());
            }
            for laid in self.became(line, &mut asked) {
                lines.extend([laid.path.as_slice(), b"\n"].concat());
            }
        }
        Ok(lines)
    }

    /// What is said of libraries, without those that are no longer there.
    pub(super) fn libraries(&self) -> Vec<(&'static str, Vec<u8>)> {
        let names = |path: &'a [u8]| path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let old: HashSet<&[u8]> = self.old.keys().map(|path| names(path)).collect();
        let new: HashSet<&[u8]> = self.paths.iter().map(|path| names(path)).collect();
        let has =
            |all: &HashSet<&[u8]>, names: &[Vec<u8>]| names.iter().any(|name| all.contains(name.as_slice()));
        let is_gone = |names: &[Vec<u8>]| has(&old, names) && !has(&new, names);
        let files = [("shlibs", shlibs as fn(&[u8]) -> Option<Vec<Vec<u8>>>), ("symbols", symbols)];
        let mut kept = Vec::new();
        for (file, library) in files {
            let Some(text) = self.control.file(file) else { continue };
            let (mut lines, mut is_kept) = (Vec::with_capacity(text.len()), true);
            for line in text.split_inclusive(|byte| *byte == b'\n') {
                if let Some(names) = library(line) {
                    is_kept = !is_gone(&names);
                }
                if is_kept {
                    lines.extend_from_slice(line);
                }
            }
            kept.push((file, lines));
        }
        kept
    }
}

/// The file names of the library that a line of `shlibs` is of: `[TYPE: ]NAME VERSION DEPENDENCIES`.
fn shlibs(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let first = words.next()?;
    let name = if first.ends_with(b":") { words.next()? } else { first };
    let version = words.next()?;
    Some(vec![[name, b".so.", version].concat(), [name, b"-", version, b".so"].concat()])
}

/// The file name of the library whose symbols follow a line of `symbols`.
fn symbols(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    if line.starts_with(b" ") || line.starts_with(b"|") || line.starts_with(b"*") || line.starts_with(b"#") {
        return None;
    }
    line.split(u8::is_ascii_whitespace).next().filter(|name| !name.is_empty()).map(|name| vec![name.to_vec()])
}

/// The control files that a recipe sets; one without values is left out.
pub(super) fn set_by(recipe: &Recipe, layout: &Layout) -> Result<Vec<(&'static str, Vec<u8>)>, PackageError> {
    let mut set: Vec<(&str, Vec<u8>)> = Vec::new();
    for field in &recipe.fields {
        let Some(name) = FILES.iter().find(|name| **name == field.name) else { continue };
        if set.iter().any(|(other, _)| other == name) {
            return Err(PackageError::recipe(format!("the field {name:?} is set twice")));
        }
        let mut text = field.values.join("\n");
        if text.contains('\0') {
            return Err(PackageError::recipe(format!("the field {name:?} has a byte of zero")));
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        if *name == CONFFILES {
            check_conffiles(&text, layout)?;
        }
        set.push((name, text.into_bytes()));
    }
    Ok(set)
}

/// That configuration is of files of the package, or of such as are to be removed.
fn check_conffiles(text: &str, layout: &Layout) -> Result<(), PackageError> {
    let files = layout.files.iter().filter(|laid| laid.kind == EntryKind::File);
    let files: HashSet<&[u8]> = files.map(|laid| laid.path.as_slice()).collect();
    let removed = std::str::from_utf8(REMOVED).unwrap_or_default();
    let is_wrong = |line: &&str| match line.strip_prefix(removed) {
        Some(path) => !path.starts_with('/') || files.contains(path.as_bytes()),
        None => !files.contains(line.as_bytes()),
    };
    match text.lines().find(is_wrong) {
        None => Ok(()),
        Some(line) => Err(PackageError::recipe(format!("{line:?} in conffiles is no file of the package"))),
    }
}
