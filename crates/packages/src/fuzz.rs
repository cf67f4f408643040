//! What a fuzzer calls: functions of any bytes, which may find them wrong, and may not panic.
//!
//! Each asserts what the readers promise beyond that, so that a fuzzer sees a broken promise as it sees a panic. A further format is
//! a function and a line in [`TARGETS`].

use crate::deb::Deb;
use crate::rpm::Rpm;
use crate::rpm::archive::{Archive, Who};
use crate::rpm::header::{ENTRY, Header, INTRODUCTION};
use crate::{Bounds, Elf, Entry, EntryKind, Origin, PackageError, Placed, Recipe};
use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Read, Seek};

/// What takes any bytes.
pub type Target = fn(&[u8]);

/// The functions, by the names of the folders that have the seeds of each.
pub const TARGETS: [(&str, Target); 5] =
    [("header", header), ("rpm", rpm), ("archive", archive), ("deb", deb), ("elf", elf)];

/// Small, so that a fuzzer is fast, and comes over each of them.
const BOUNDS: Bounds = Bounds {
    header_bytes: 64 << 10,
    files: 300,
    decoder_bytes: 8 << 20,
    payload_bytes: 1 << 20,
    deadline: None,
};

/// One header of an RPM: no byte of it is in the values of two tags.
pub fn header(bytes: &[u8]) {
    let Ok(header) = Header::read(&mut &*bytes, &BOUNDS, "the header") else { return };
    let index = bytes.get(INTRODUCTION..).unwrap_or_default().chunks_exact(ENTRY);
    let tags = index.filter_map(|entry| entry.first_chunk()).map(|tag| u32::from_be_bytes(*tag));
    let mut used = 0;
    // What is behind the index may look like further tags; none is counted twice.
    for tag in tags.collect::<HashSet<u32>>() {
        let texts: Vec<&[u8]> = header.texts(tag).map(Iterator::collect).unwrap_or_default();
        let text: usize = texts.iter().map(|text| text.len() + 1).sum();
        let numbers: Vec<u64> = header.numbers(tag).map(Iterator::collect).unwrap_or_default();
        assert!(text == 0 || numbers.is_empty(), "tag {tag} is text and numbers");
        assert!(texts.is_empty() || header.has(tag), "tag {tag} has a value, and is not there");
        if let Ok(words) = header.words(tag) {
            assert_eq!(words.len(), numbers.len());
        }
        if !numbers.is_empty() || !texts.is_empty() {
            assert_eq!(header.shown(tag).len(), numbers.len() + texts.len());
        }
        used += text + numbers.len();
    }
    assert!(used as u64 <= 2 * header.size(), "{used} bytes are in the values of {} bytes", header.size());
    assert!(header.size() <= bytes.len() as u64, "a header of {} bytes in {}", header.size(), bytes.len());
}

/// A whole RPM: all that is told of it, and the contents of all files.
pub fn rpm(bytes: &[u8]) {
    let Ok(mut rpm) = Rpm::open(Cursor::new(bytes), BOUNDS) else { return };
    told(&rpm);
    let files = rpm.files().to_vec();
    match contents(&mut rpm, &files) {
        Ok(came) => {
            let promised = files.iter().filter(|file| !file.is_ghost()).count();
            assert_eq!(came, promised, "a payload without error has all files");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn told<S: Read + Seek>(rpm: &Rpm<S>) {
    let fields = rpm.fields();
    for wanted in ["name", "version", "release", "arch"] {
        assert!(fields.iter().any(|field| field.name == wanted), "a package without {wanted} is open");
    }
    assert!(fields.iter().all(|field| !field.values.is_empty()));
    assert!(fields.len() < 1100, "{} fields", fields.len());
    let (dependencies, triggers) = (rpm.dependencies(), rpm.triggers());
    let count = dependencies.map_or(usize::MAX, |all| all.len());
    // None of these has to be right; all have to return.
    let _ = (rpm.is_source(), rpm.scripts().is_ok(), rpm.changelog().is_ok(), triggers.is_ok());
    assert!(rpm.files().len() <= BOUNDS.files as usize);
    let (mut paths, mut links) = (HashSet::new(), HashMap::new());
    for file in rpm.files() {
        if file.kind == EntryKind::File && !file.is_ghost() && file.inode != 0 {
            let content = (file.size, &file.digest);
            let first = links.entry((file.file_system, file.inode)).or_insert(content);
            assert_eq!(*first, content, "{} is a link of another content", file.path);
        }
        assert!(file.dependencies.iter().all(|place| (*place as usize) < count), "{}", file.path);
        // Bytes that are no UTF-8 are all the same as text.
        assert!(rpm.is_source() || file.path.starts_with('/'), "{} is nowhere", file.path);
        assert!(!file.path.split('/').any(|part| part == ".."), "{} leads upwards", file.path);
        assert!(file.path.contains('\u{fffd}') || paths.insert(&file.path), "{} is there twice", file.path);
    }
}

/// How many files came.
fn contents<S: Read + Seek>(rpm: &mut Rpm<S>, files: &[Entry]) -> Result<usize, PackageError> {
    let mut payload = rpm.payload()?;
    let (mut came, mut sum) = (HashSet::new(), 0);
    while let Some(mut content) = payload.next()? {
        let (place, size) = (content.place(), content.size());
        assert!(came.insert(place), "file {place} came twice");
        let file = files.get(place);
        assert!(file.is_some_and(|file| size == 0 || size == file.size), "file {place} has {size} bytes");
        // Some are left unread, as a caller may.
        if place % 7 != 6 {
            let read = content.read_all(BOUNDS.payload_bytes)?.len() as u64;
            assert_eq!(read, size, "file {place}");
        }
        sum += size;
        assert!(sum <= BOUNDS.payload_bytes, "the payload has {sum} bytes");
    }
    assert!(payload.next()?.is_none(), "a payload goes on after its end");
    Ok(came.len())
}

/// The archive in an RPM's payload: it gives no more than it has.
pub fn archive(bytes: &[u8]) {
    let mut archive = Archive::new(Box::new(bytes));
    let mut sum = 0;
    while let Ok(Some(who)) = archive.next() {
        let size = match who {
            Who::Named(name, size) => {
                sum += name.len();
                size
            }
            // The size is the header's; any has to do.
            Who::Numbered(number) => u64::from(number % 300),
        };
        archive.stream().begin_content(size);
        let mut part = [0; 100];
        while let Ok(more @ 1..) = archive.stream().read(&mut part) {
            sum += more;
        }
        assert!(sum <= bytes.len(), "{sum} bytes of an archive of {}", bytes.len());
    }
}

/// A whole deb: all that is told of it, and the contents of all files.
pub fn deb(bytes: &[u8]) {
    let Ok(mut deb) = Deb::open(Cursor::new(bytes), BOUNDS) else { return };
    let files = deb.files().to_vec();
    assert!(files.len() <= BOUNDS.files as usize);
    assert!(deb.fields().iter().all(|field| !field.values.is_empty()));
    // None of these has to be right; all have to return.
    let _ = (deb.dependencies().is_ok(), deb.scripts().is_ok());
    let mut paths = HashSet::new();
    for file in &files {
        assert!(file.path.starts_with('/'), "{} is nowhere", file.path);
        assert!(!file.path.split('/').any(|part| part == ".."), "{} leads upwards", file.path);
        assert!(file.path.contains('\u{fffd}') || paths.insert(&file.path), "{} is there twice", file.path);
    }
    // What was listed of an archive can be read of it.
    let Ok(mut payload) = deb.payload() else { return };
    let mut sum = 0;
    for file in &files {
        let Ok(content) = payload.next() else { return };
        assert!(content.is_some(), "{} does not come", file.path);
        let Some(mut content) = content else { return };
        let size = content.size();
        assert!(size <= file.size, "{} has more than it says", file.path);
        let Ok(read) = content.read_all(BOUNDS.payload_bytes) else { return };
        assert_eq!(read.len() as u64, size, "{}", file.path);
        sum += size;
        assert!(sum <= BOUNDS.payload_bytes, "the files have {sum} bytes");
    }
    let end = payload.next().map(|more| more.is_some());
    assert!(!matches!(end, Ok(true)), "a file came that is not listed");
    drop(payload);
    if end.is_ok() {
        derived(&mut deb, &files);
    }
}

/// A deb of all files of another one: what is made is read, with the same files.
fn derived(deb: &mut Deb<Cursor<&[u8]>>, files: &[Entry]) {
    let (Ok(dependencies), Ok(scripts)) = (deb.dependencies(), deb.scripts()) else { return };
    let placed =
        |(file, place): (&Entry, u32)| Placed { path: file.path.clone(), origin: Origin::Original(place) };
    let all = files.iter().zip(0..).map(placed).collect();
    let recipe = Recipe { dependencies, scripts, files: all, ..Recipe::default() };
    let mut to = Cursor::new(Vec::new());
    if let Err(error) = deb.derive(&recipe, &mut to) {
        assert!(!error.to_string().is_empty());
        return;
    }
    assert!(deb.derived_name(&recipe).is_ok_and(|name| !name.contains('/')));
    // With the folders that were made it may be larger.
    let made = Deb::open(Cursor::new(to.into_inner()), Bounds::default());
    let paths: HashSet<&str> =
        made.iter().flat_map(|made| made.files()).map(|file| file.path.as_str()).collect();
    let lost = files.iter().find(|file| !paths.contains(file.path.as_str()));
    assert!(made.is_ok() && lost.is_none(), "{made:?} has lost {lost:?}");
}

/// A program or library: no more is kept than twice its bytes.
pub fn elf(bytes: &[u8]) {
    let Ok(Some(elf)) = Elf::read(bytes) else { return };
    let lists = [&elf.needed, &elf.versions, &elf.needed_versions];
    let names = elf.sections.iter().map(|section| &section.name);
    let texts =
        lists.into_iter().flatten().chain(names).chain(elf.soname.as_ref()).chain(elf.build_id.as_ref());
    // A byte that is no UTF-8 becomes three, and one of an identity two.
    let kept: usize = texts.map(|text| text.len() / 3).sum();
    assert!(kept <= 2 * bytes.len(), "{kept} characters of {} bytes", bytes.len());
    assert!(elf.sections.len() <= bytes.len());
    assert!(matches!(elf.bits, 32 | 64));
}
