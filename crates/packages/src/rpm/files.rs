//! The list of files of a header: some twenty tags, each with one value for each file.
//!
//! Invariant: no path comes twice, and none leads upwards. Folders and classes are written once and named by many files, so what they
//! come to in all files is bounded by what a header may have, or a few bytes could become any number of them. Of links of one file
//! the same is said: the payload has the content of one of them.

use super::header::{Header, Numbers, Texts, Words, text};
use super::parts::{places, same_length};
use super::payload::inode;
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
    let mut columns = Columns::read(header, paths.len())?;
    let path = |raw| String::from_utf8(raw).unwrap_or_else(|wrong| text(wrong.as_bytes()));
    let files: Vec<Entry> = paths.into_iter().map(|raw| columns.entry(path(raw))).collect();
    links_are_alike(&files)?;
    Ok(files)
}

fn within_header(what: &'static str, bytes: u64, bounds: &Bounds) -> Result<(), PackageError> {
    PackageError::within(what, bytes, bounds.header_bytes.into())
}

/// How long all paths are, without making one.
fn path_bytes(header: &Header) -> Result<u64, PackageError> {
    let folders = named_bytes(header, tag::DIRNAMES, tag::DIRINDEXES)?;
    let names: u64 = header.texts(tag::BASENAMES)?.map(|name| name.len() as u64).sum();
    Ok(folders.saturating_add(names))
}

fn class_bytes(header: &Header) -> Result<u64, PackageError> {
    named_bytes(header, tag::CLASSDICT, tag::FILECLASS)
}

/// How long the texts of one tag are that another one names by their places.
fn named_bytes(header: &Header, texts: u32, places: u32) -> Result<u64, PackageError> {
    let lengths: Vec<u64> = header.texts(texts)?.map(|text| text.len() as u64).collect();
    let length = |place: u32| lengths.get(place as usize).copied().unwrap_or_default();
    Ok(header.words(places)?.map(length).fold(0, u64::saturating_add))
}

/// That each is another one, and that none leads upwards.
fn are_paths(paths: &[Vec<u8>]) -> Result<(), PackageError> {
    let corrupt =
        |path: &[u8], why: &str| PackageError::corrupt(format!("the header has {:?} {why}", text(path)));
    let leads_up = |path: &&Vec<u8>| path.split(|byte| *byte == b'/').any(|part| part == b"..");
    if let Some(path) = paths.iter().find(leads_up) {
        return Err(corrupt(path, "as a file's path"));
    }
    if are_rising(paths) {
        return Ok(());
    }
    let mut seen = HashSet::with_capacity(paths.len());
    let twice = paths.iter().find(|path| !seen.insert(plain(path)));
    twice.map_or(Ok(()), |path| Err(corrupt(path, "twice")))
}

/// Whether each comes after the one before it, as in nearly all packages: then none is there twice.
fn are_rising(paths: &[Vec<u8>]) -> bool {
    let mut last = Cow::Borrowed(&b""[..]);
    paths.iter().map(|path| plain(path)).all(|path| {
        let rises = last < path;
        last = path;
        rises
    })
}

/// A path however often it has a slash, and with or without folders that are only a point.
fn plain(path: &[u8]) -> Cow<'_, [u8]> {
    let is_part = |part: &&[u8]| !part.is_empty() && *part != b".";
    let may_be_odd = |[byte, next]: &[u8; 2]| *byte == b'/' && matches!(next, b'/' | b'.');
    if path.starts_with(b"/") && !path.ends_with(b"/") && !path.array_windows().any(may_be_odd) {
        return path.into();
    }
    let mut plain = Vec::with_capacity(path.len() + 1);
    for part in path.split(|byte| *byte == b'/').filter(is_part) {
        plain.push(b'/');
        plain.extend_from_slice(part);
    }
    plain.into()
}

/// That links of one file are told with one content, so that none is installed with that of another.
fn links_are_alike(files: &[Entry]) -> Result<(), PackageError> {
    let numbered = files.iter().filter_map(|file| Some((inode(file)?, file)));
    let mut numbered: Vec<((u32, u32), &Entry)> = numbered.collect();
    // They mostly are in this order.
    numbered.sort_by_key(|(inode, _)| *inode);
    let is_odd = |[(one, a), (other, b)]: &&[(_, &Entry); 2]| {
        one == other && (a.size != b.size || a.digest != b.digest)
    };
    match numbered.array_windows().find(is_odd) {
        Some([(_, a), (_, b)]) => Err(PackageError::corrupt(format!(
            "the header has {:?} and {:?} as links of one file, with several contents",
            a.path, b.path
        ))),
        None => Ok(()),
    }
}

/// The bytes of all paths: folders and names apart, or in old packages whole.
pub(super) fn raw_paths(header: &Header) -> Result<Vec<Vec<u8>>, PackageError> {
    let names = header.texts(tag::BASENAMES)?;
    if names.len() == 0 {
        return Ok(header.texts(tag::OLDFILENAMES)?.map(<[u8]>::to_vec).collect());
    }
    let folders: Vec<&[u8]> = header.texts(tag::DIRNAMES)?.collect();
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
    names.zip(indexes).map(path).collect()
}

/// The tags, each of as many values as there are files, or of none; entries are made of them in the order of the files.
struct Columns<'a> {
    sizes: Numbers<'a>,
    modes: Words<'a>,
    devices: Words<'a>,
    times: Words<'a>,
    digests: Texts<'a>,
    targets: Texts<'a>,
    flags: Words<'a>,
    owners: Texts<'a>,
    groups: Texts<'a>,
    verify: Words<'a>,
    file_systems: Words<'a>,
    inodes: Words<'a>,
    languages: Texts<'a>,
    colours: Words<'a>,
    /// Their places among the names.
    classes: Words<'a>,
    class_names: Vec<&'a [u8]>,
    capabilities: Texts<'a>,
    dependencies: std::vec::IntoIter<Vec<u32>>,
}

impl<'a> Columns<'a> {
    fn read(header: &'a Header, length: usize) -> Result<Self, PackageError> {
        let words = |tag| -> Result<Words<'a>, PackageError> {
            let column = header.words(tag)?;
            same_length(&column, length, "files").map(|()| column)
        };
        let texts = |tag| -> Result<Texts<'a>, PackageError> {
            let column = header.texts(tag)?;
            same_length(&column, length, "files").map(|()| column)
        };
        let sizes = if header.has(tag::LONGFILESIZES) { tag::LONGFILESIZES } else { tag::FILESIZES };
        let sizes = header.numbers(sizes)?;
        same_length(&sizes, length, "files")?;
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
            classes: words(tag::FILECLASS)?,
            class_names: header.texts(tag::CLASSDICT)?.collect(),
            capabilities: texts(tag::FILECAPS)?,
            dependencies: dependencies(header, length)?.into_iter(),
        })
    }

    /// That of the next file.
    fn entry(&mut self, path: String) -> Entry {
        let word = |column: &mut Words<'_>| column.next().unwrap_or_default();
        let named = |column: &mut Texts<'_>| column.next().map(text).unwrap_or_default();
        let mode = word(&mut self.modes);
        let kind = EntryKind::of_mode(mode);
        let target = self.targets.next().unwrap_or_default();
        let class = self.classes.next().and_then(|place| self.class_names.get(place as usize));
        Entry {
            path,
            kind,
            mode,
            owner: named(&mut self.owners),
            group: named(&mut self.groups),
            flags: word(&mut self.flags),
            verify: word(&mut self.verify),
            size: self.sizes.next().unwrap_or_default(),
            modified: word(&mut self.times).into(),
            digest: named(&mut self.digests),
            target: (kind == EntryKind::Symlink).then(|| text(target)),
            device: word(&mut self.devices),
            inode: word(&mut self.inodes),
            file_system: word(&mut self.file_systems),
            language: named(&mut self.languages),
            class: class.copied().map(text).unwrap_or_default(),
            colour: word(&mut self.colours),
            capabilities: named(&mut self.capabilities),
            dependencies: self.dependencies.next().unwrap_or_default(),
        }
    }
}

/// For each file the places of its dependencies among all of the package.
fn dependencies(header: &Header, length: usize) -> Result<Vec<Vec<u32>>, PackageError> {
    let (starts, counts) = (header.words(tag::FILEDEPENDSX)?, header.words(tag::FILEDEPENDSN)?);
    let words: Vec<u32> = header.words(tag::DEPENDSDICT)?.collect();
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
    starts.zip(counts).map(of_file).collect()
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
