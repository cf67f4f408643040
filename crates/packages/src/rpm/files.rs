//! The list of files of a header: some twenty tags, each with one value for each file.
//!
//! Invariant: no path comes twice, and none leads upwards. Folders and classes are written once and named by many files, so what they
//! come to in all files is bounded by what a header may have, or a few bytes could become any number of them.

use super::header::{Header, text};
use super::parts::{places, same_length};
use super::tag;
use crate::{Bounds, Entry, EntryKind, PackageError};
use std::borrow::Cow;
use std::collections::HashSet;

pub(super) fn read(header: &Header, bounds: &Bounds) -> Result<Vec<Entry>, PackageError> {
    let count = header.count(tag::BASENAMES).max(header.count(tag::OLDFILENAMES));
    PackageError::within("the number of files", count as u64, bounds.files.into())?;
    within_header("the text of all paths", path_bytes(header)?, bounds)?;
    let paths = raw_paths(header)?;
    are_paths(&paths)?;
    within_header("the text of all files' classes", class_bytes(header)?, bounds)?;
    let columns = Columns::read(header, paths.len())?;
    Ok(paths.iter().enumerate().map(|(place, path)| columns.entry(place, text(path))).collect())
}

fn within_header(what: &'static str, bytes: u64, bounds: &Bounds) -> Result<(), PackageError> {
    PackageError::within(what, bytes, bounds.header_bytes.into())
}

/// How long all paths are, without making one.
fn path_bytes(header: &Header) -> Result<u64, PackageError> {
    let folders = named_bytes(header, tag::DIRNAMES, tag::DIRINDEXES)?;
    let names: u64 = header.texts(tag::BASENAMES)?.iter().map(|name| name.len() as u64).sum();
    Ok(folders.saturating_add(names))
}

fn class_bytes(header: &Header) -> Result<u64, PackageError> {
    named_bytes(header, tag::CLASSDICT, tag::FILECLASS)
}

/// How long the texts of one tag are that another one names by their places.
fn named_bytes(header: &Header, texts: u32, places: u32) -> Result<u64, PackageError> {
    let texts = header.texts(texts)?;
    let length = |place: u32| texts.get(place as usize).map_or(0, |text| text.len() as u64);
    Ok(header.words(places)?.into_iter().map(length).fold(0, u64::saturating_add))
}

/// That each is another one, and that none leads upwards.
fn are_paths(paths: &[Vec<u8>]) -> Result<(), PackageError> {
    let mut seen = HashSet::with_capacity(paths.len());
    for path in paths {
        let corrupt = |why: &str| PackageError::corrupt(format!("the header has {:?} {why}", text(path)));
        if path.split(|byte| *byte == b'/').any(|part| part == b"..") {
            return Err(corrupt("as a file's path"));
        }
        if !seen.insert(plain(path)) {
            return Err(corrupt("twice"));
        }
    }
    Ok(())
}

/// A path however often it has a slash, and with or without folders that are only a point.
fn plain(path: &[u8]) -> Cow<'_, [u8]> {
    let is_part = |part: &&[u8]| !part.is_empty() && *part != b".";
    let rest = path.strip_prefix(b"/");
    if rest.is_some_and(|rest| rest.split(|byte| *byte == b'/').all(|part| is_part(&part))) {
        return path.into();
    }
    let mut plain = Vec::with_capacity(path.len() + 1);
    for part in path.split(|byte| *byte == b'/').filter(is_part) {
        plain.push(b'/');
        plain.extend_from_slice(part);
    }
    plain.into()
}

/// The bytes of all paths: folders and names apart, or in old packages whole.
pub(super) fn raw_paths(header: &Header) -> Result<Vec<Vec<u8>>, PackageError> {
    let (names, folders) = (header.texts(tag::BASENAMES)?, header.texts(tag::DIRNAMES)?);
    if names.is_empty() {
        return Ok(header.texts(tag::OLDFILENAMES)?.into_iter().map(<[u8]>::to_vec).collect());
    }
    let indexes = header.words(tag::DIRINDEXES)?;
    if indexes.len() != names.len() {
        return Err(PackageError::corrupt(format!("{} files have {} folders", names.len(), indexes.len())));
    }
    let path = |(name, index): (&[u8], u32)| {
        let folder = folders.get(index as usize);
        let folder =
            folder.ok_or_else(|| PackageError::corrupt("a file is in a folder that is not there"))?;
        Ok([*folder, name].concat())
    };
    names.into_iter().zip(indexes).map(path).collect()
}

/// The tags, each of as many values as there are files, or of none.
struct Columns<'a> {
    sizes: Vec<u64>,
    modes: Vec<u32>,
    devices: Vec<u32>,
    times: Vec<u32>,
    digests: Vec<&'a [u8]>,
    targets: Vec<&'a [u8]>,
    flags: Vec<u32>,
    owners: Vec<&'a [u8]>,
    groups: Vec<&'a [u8]>,
    verify: Vec<u32>,
    file_systems: Vec<u32>,
    inodes: Vec<u32>,
    languages: Vec<&'a [u8]>,
    colours: Vec<u32>,
    classes: Vec<&'a [u8]>,
    capabilities: Vec<&'a [u8]>,
    dependencies: Vec<Vec<u32>>,
}

impl<'a> Columns<'a> {
    fn read(header: &'a Header, length: usize) -> Result<Self, PackageError> {
        let words = |tag| -> Result<Vec<u32>, PackageError> {
            let column = header.words(tag)?;
            same_length(&column, length, "files").map(|()| column)
        };
        let texts = |tag| -> Result<Vec<&'a [u8]>, PackageError> {
            let column = header.texts(tag)?;
            same_length(&column, length, "files").map(|()| column)
        };
        let sizes = if header.has(tag::LONGFILESIZES) { tag::LONGFILESIZES } else { tag::FILESIZES };
        let sizes = header.numbers(sizes)?;
        same_length(&sizes, length, "files")?;
        let names = header.texts(tag::CLASSDICT)?;
        let class = |place: u32| names.get(place as usize).copied().unwrap_or_default();
        Ok(Self {
            sizes,
            modes: words(tag::FILEMODES)?,
            devices: words(tag::FILERDEVS)?,
            times: words(tag::FILEMTIMES)?,
            digests: texts(tag::FILEDIGESTS)?,
            targets: texts(tag::FILELINKTOS)?,
            flags: words(tag::FILEFLAGS)?,
            owners: texts(tag::FILEUSERNAME)?,
            groups: texts(tag::FILEGROUPNAME)?,
            verify: words(tag::FILEVERIFYFLAGS)?,
            file_systems: words(tag::FILEDEVICES)?,
            inodes: words(tag::FILEINODES)?,
            languages: texts(tag::FILELANGS)?,
            colours: words(tag::FILECOLORS)?,
            classes: words(tag::FILECLASS)?.into_iter().map(class).collect(),
            capabilities: texts(tag::FILECAPS)?,
            dependencies: dependencies(header, length)?,
        })
    }

    fn entry(&self, place: usize, path: String) -> Entry {
        let of = |column: &[u32]| column.get(place).copied().unwrap_or_default();
        let named = |column: &[&[u8]]| column.get(place).copied().map(text).unwrap_or_default();
        let mode = of(&self.modes);
        let kind = EntryKind::of_mode(mode);
        Entry {
            kind,
            mode,
            owner: named(&self.owners),
            group: named(&self.groups),
            flags: of(&self.flags),
            verify: of(&self.verify),
            size: self.sizes.get(place).copied().unwrap_or_default(),
            modified: of(&self.times).into(),
            digest: named(&self.digests),
            target: (kind == EntryKind::Symlink).then(|| named(&self.targets)),
            device: of(&self.devices),
            inode: of(&self.inodes),
            file_system: of(&self.file_systems),
            language: named(&self.languages),
            class: named(&self.classes),
            colour: of(&self.colours),
            capabilities: named(&self.capabilities),
            dependencies: self.dependencies.get(place).cloned().unwrap_or_default(),
            path,
        }
    }
}

/// For each file the places of its dependencies among all of the package.
fn dependencies(header: &Header, length: usize) -> Result<Vec<Vec<u32>>, PackageError> {
    let (starts, counts) = (header.words(tag::FILEDEPENDSX)?, header.words(tag::FILEDEPENDSN)?);
    let words = header.words(tag::DEPENDSDICT)?;
    same_length(&starts, length, "files")?;
    if counts.len() != starts.len() {
        return Err(PackageError::corrupt("it says of some files only where their dependencies begin"));
    }
    let kinds = places(header)?;
    let mut left = words.len();
    let of_file = |(start, count): (u32, u32)| {
        let (start, count) = (start as usize, count as usize);
        let part = start.checked_add(count).and_then(|end| words.get(start..end));
        let part = part.ok_or_else(|| PackageError::corrupt("a file has dependencies that are not there"))?;
        // No word is of two files, or a few words could be those of each of a million files.
        left = left.checked_sub(count).ok_or_else(|| PackageError::corrupt("files share dependencies"))?;
        part.iter().map(|word| place(&kinds, *word)).collect()
    };
    starts.into_iter().zip(counts).map(of_file).collect()
}

/// A word has the letter of a kind in its upper eight bits, and a place among those of the kind in the others.
fn place(kinds: &[(u8, u32, u32)], word: u32) -> Result<u32, PackageError> {
    let [letter, ..] = word.to_be_bytes();
    let within = word & 0x00ff_ffff;
    let kind = kinds.iter().find(|(of, _, count)| *of == letter && within < *count);
    let (_, start, _) =
        kind.ok_or_else(|| PackageError::corrupt("a file has a dependency that the package has not"))?;
    Ok(start + within)
}
