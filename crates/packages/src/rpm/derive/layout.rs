//! The files of a derived package: which they are, in which order, and what a header says of them.

use super::super::tag;
use super::links::number_links;
use super::write::Tags;
use crate::recipe::Names;
use crate::{Altered, Bounds, Dependency, Entry, EntryKind, Origin, PackageError, Placed};
use std::collections::{BTreeMap, HashMap};

/// The files of a derived package, sorted by path as rpm looks for them.
pub(super) struct Layout {
    pub(super) files: Vec<Laid>,
    /// Whether a file, or all of them together, are too large for numbers of 32 bits.
    pub(super) is_large: bool,
    /// For each file of the original the number of the file here that has its content, if one has.
    pub(super) numbers: Vec<Option<u32>>,
}

/// That what was read as text is what stood there.
fn is_carried(file: &Entry) -> Result<(), PackageError> {
    let texts = [Some(&file.path), file.target.as_ref()];
    if texts.into_iter().flatten().any(|text| text.contains(char::REPLACEMENT_CHARACTER)) {
        let why =
            format!("{:?}, or where it leads, has bytes that are no UTF-8, and cannot be kept", file.path);
        return Err(PackageError::recipe(why));
    }
    Ok(())
}

/// One of them.
pub(super) struct Laid {
    pub(super) entry: Entry,
    /// Its place in the original.
    pub(super) from: Option<usize>,
    /// How many links the file has.
    pub(super) links: u32,
}

impl Layout {
    pub(super) fn new(
        placed: &[Placed],
        originals: &[Entry],
        now: u64,
        bounds: &Bounds,
    ) -> Result<Self, PackageError> {
        PackageError::within("the number of files", placed.len() as u64, bounds.files.into())?;
        // A reader bounds paths, classes, and what stands in the header as it is each by the header: the original's own files fit.
        let mut names = Names::new(u64::from(bounds.header_bytes).saturating_mul(3));
        let mut files = Vec::with_capacity(placed.len());
        for one in placed {
            one.check_path()?;
            let file = laid(one, originals, now)?;
            is_carried(&file.entry)?;
            names.hold(texts(&file.entry))?;
            files.push(file);
        }
        files.sort_by(|a: &Laid, b: &Laid| a.entry.path.cmp(&b.entry.path));
        if let Some([first, _]) = files.array_windows().find(|[a, b]| a.entry.path == b.entry.path) {
            return Err(PackageError::recipe(format!("two files are {}", first.entry.path)));
        }
        let numbers = number_links(&mut files, originals);
        let large = |bytes: u64| bytes > u32::MAX.into();
        let sum = files.iter().fold(0, |sum: u64, file| sum.saturating_add(file.entry.size));
        Ok(Self { is_large: large(sum), files, numbers })
    }

    /// Bytes that it takes when it is installed; links count once.
    pub(super) fn size(&self) -> u64 {
        let carriers = self.carriers();
        let own = self.files.iter().zip(carriers).filter(|(_, carries)| *carries);
        own.map(|(file, _)| file.entry.size).fold(0, u64::saturating_add)
    }

    /// Whether a file is, or was in the original, more than one: rpm asks for more then than it needs.
    pub(super) fn has_links(&self) -> bool {
        let taken = self.numbers.iter().flatten();
        taken.clone().count() > taken.collect::<std::collections::HashSet<_>>().len()
    }

    /// Says it in a header. `dependencies` are all of the new package, `old` those of the original.
    pub(super) fn tell(&self, tags: &mut Tags, dependencies: &[Dependency], old: &[Dependency]) {
        let entries = || self.files.iter().map(|file| &file.entry);
        self.tell_paths(tags);
        if self.is_large {
            tags.longs(tag::LONGFILESIZES, entries().map(|entry| entry.size));
        } else {
            tags.words(tag::FILESIZES, entries().map(|entry| entry.size as u32));
        }
        tags.shorts(tag::FILEMODES, entries().map(|entry| entry.mode as u16));
        tags.shorts(tag::FILERDEVS, entries().map(|entry| entry.device as u16));
        tags.words(tag::FILEMTIMES, entries().map(|entry| entry.modified as u32));
        tags.texts(tag::FILEDIGESTS, entries().map(|entry| entry.digest.as_str()));
        tags.texts(tag::FILELINKTOS, entries().map(|entry| entry.target.as_deref().unwrap_or_default()));
        tags.words(tag::FILEFLAGS, entries().map(|entry| entry.flags));
        tags.texts(tag::FILEUSERNAME, entries().map(|entry| entry.owner.as_str()));
        tags.texts(tag::FILEGROUPNAME, entries().map(|entry| entry.group.as_str()));
        tags.words(tag::FILEVERIFYFLAGS, entries().map(|entry| entry.verify));
        tags.words(tag::FILEDEVICES, entries().map(|_| 1));
        tags.words(tag::FILEINODES, entries().map(|entry| entry.inode));
        tags.texts(tag::FILELANGS, entries().map(|entry| entry.language.as_str()));
        tags.words(tag::FILECOLORS, entries().map(|entry| entry.colour));
        if entries().any(|entry| !entry.capabilities.is_empty()) {
            tags.texts(tag::FILECAPS, entries().map(|entry| entry.capabilities.as_str()));
        }
        self.tell_classes(tags);
        self.tell_dependencies(tags, dependencies, old);
    }

    fn tell_paths(&self, tags: &mut Tags) {
        let (mut folders, mut places) = (Vec::new(), HashMap::new());
        let (mut names, mut indexes) = (Vec::new(), Vec::new());
        for file in &self.files {
            let (folder, name) = file.entry.path.rsplit_once('/').unwrap_or_default();
            let place = *places.entry(folder).or_insert_with(|| {
                folders.push(format!("{folder}/"));
                folders.len() as u32 - 1
            });
            names.push(name);
            indexes.push(place);
        }
        tags.texts(tag::BASENAMES, names);
        tags.texts(tag::DIRNAMES, folders.iter().map(String::as_str));
        tags.words(tag::DIRINDEXES, indexes);
    }

    fn tell_classes(&self, tags: &mut Tags) {
        let classes: BTreeMap<&str, u32> =
            self.files.iter().map(|file| (file.entry.class.as_str(), 0)).collect();
        let classes: BTreeMap<&str, u32> = classes.into_keys().zip(0..).collect();
        tags.texts(tag::CLASSDICT, classes.keys().copied());
        let of = |file: &Laid| classes.get(file.entry.class.as_str()).copied().unwrap_or_default();
        tags.words(tag::FILECLASS, self.files.iter().map(of));
    }

    fn tell_dependencies(&self, tags: &mut Tags, dependencies: &[Dependency], old: &[Dependency]) {
        let mut words = Vec::new();
        let (mut starts, mut counts) = (Vec::new(), Vec::new());
        let places = places(dependencies);
        for file in &self.files {
            let own = file.entry.dependencies.iter().filter_map(|place| old.get(*place as usize));
            let own = own.filter_map(|dependency| places.get(&key(dependency)));
            let start = words.len();
            words.extend(own);
            starts.push(start as u32);
            counts.push((words.len() - start) as u32);
        }
        if !words.is_empty() {
            tags.words(tag::FILEDEPENDSX, starts);
            tags.words(tag::FILEDEPENDSN, counts);
            tags.words(tag::DEPENDSDICT, words);
        }
    }
}

type Key<'a> = (crate::DependencyKind, &'a str, u32, &'a str);

fn key(one: &Dependency) -> Key<'_> {
    (one.kind, &one.name, one.flags, &one.version)
}

/// For each dependency the word by which a file names it: the letter of its kind, and its place among those.
fn places(dependencies: &[Dependency]) -> HashMap<Key<'_>, u32> {
    let mut places = HashMap::new();
    for tags in &tag::DEPENDENCIES {
        let own = dependencies.iter().filter(|one| one.kind == tags.kind);
        places.extend(
            own.zip(0..0x0100_0000).map(|(one, place)| (key(one), u32::from(tags.letter) << 24 | place)),
        );
    }
    places
}

/// Bytes of all that is copied with a file.
fn texts(entry: &Entry) -> usize {
    let Entry { path, owner, group, digest, target, language, class, capabilities, dependencies, .. } = entry;
    let own = [path, owner, group, digest, language, class, capabilities].map(String::len);
    let target = target.as_ref().map_or(0, String::len);
    own.into_iter().sum::<usize>() + target + size_of_val(dependencies.as_slice())
}

fn laid(placed: &Placed, originals: &[Entry], now: u64) -> Result<Laid, PackageError> {
    let path = placed.path.clone();
    let entry = match &placed.origin {
        Origin::Original(place) => return original(path, *place, originals),
        Origin::Altered(said) => return altered(path, said, originals),
        Origin::Symlink(target) => {
            check_target(&path, target)?;
            Entry {
                kind: EntryKind::Symlink,
                mode: 0o120_777,
                size: target.len() as u64,
                target: Some(target.clone()),
                ..of_root(path, now)
            }
        }
        Origin::Directory => Entry { mode: 0o040_755, class: "directory".to_owned(), ..of_root(path, now) },
    };
    Ok(Laid { entry, from: None, links: 1 })
}

fn original(path: String, place: u32, originals: &[Entry]) -> Result<Laid, PackageError> {
    let original = originals
        .get(place as usize)
        .ok_or_else(|| PackageError::recipe(format!("{path} is of file {place}, which is not there")))?;
    let entry = Entry { path, ..original.clone() };
    Ok(Laid { entry, from: Some(place as usize), links: 1 })
}

fn altered(path: String, said: &Altered, originals: &[Entry]) -> Result<Laid, PackageError> {
    let mut laid = original(path, said.file, originals)?;
    let entry = &mut laid.entry;
    entry.flags = said.flags.unwrap_or(entry.flags);
    if let Some(target) = &said.target {
        check_target(&entry.path, target)?;
        if entry.kind != EntryKind::Symlink {
            return Err(PackageError::recipe(format!("{} is no symlink and leads nowhere", entry.path)));
        }
        (entry.size, entry.target) = (target.len() as u64, Some(target.clone()));
    }
    Ok(laid)
}

fn check_target(path: &str, target: &str) -> Result<(), PackageError> {
    if target.is_empty() || target.contains('\0') {
        return Err(PackageError::recipe(format!("{path} leads nowhere")));
    }
    Ok(())
}

fn of_root(path: String, now: u64) -> Entry {
    Entry {
        path,
        kind: EntryKind::Directory,
        mode: 0,
        owner: "root".to_owned(),
        group: "root".to_owned(),
        flags: 0,
        verify: u32::MAX,
        size: 0,
        modified: now,
        digest: String::new(),
        target: None,
        device: 0,
        inode: 0,
        file_system: 1,
        language: String::new(),
        class: String::new(),
        colour: 0,
        capabilities: String::new(),
        dependencies: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
