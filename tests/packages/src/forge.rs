//! Packages that are wrong in one way: a real one is taken apart, changed, and written again.

use skink_packages::rpm::Rpm;
use skink_packages::{Bounds, PackageError};
use std::io::{Cursor, Read, Seek, Write};
use std::path::Path;
use std::process::{Command, Stdio};

const LEAD: usize = 96;
const INTRODUCTION: usize = 16;
const ENTRY: usize = 16;

/// Tags that frame a header. They are left out of what is written: where they point to would no longer be right.
const FRAMES: [u32; 2] = [62, 63];

/// A package in parts.
#[derive(Clone, Debug)]
pub struct Forged {
    pub lead: Vec<u8>,
    /// With what fills it up.
    pub signatures: Vec<u8>,
    pub tags: Vec<Tag>,
    /// Compressed.
    pub payload: Vec<u8>,
}

/// A tag of the header.
#[derive(Clone, Debug)]
pub struct Tag {
    pub number: u32,
    pub form: u32,
    pub count: u32,
    pub data: Vec<u8>,
    /// Where the index says that the data are, if not where they are.
    pub offset: Option<u32>,
}

impl Tag {
    pub fn texts(number: u32, texts: &[&str]) -> Self {
        let data = texts.iter().flat_map(|text| [text.as_bytes(), &[0]].concat()).collect();
        Self { number, form: 8, count: texts.len() as u32, data, offset: None }
    }

    pub fn words(number: u32, words: &[u32]) -> Self {
        let data = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        Self { number, form: 4, count: words.len() as u32, data, offset: None }
    }

    /// Of 64 bits.
    pub fn longs(number: u32, longs: &[u64]) -> Self {
        let data = longs.iter().flat_map(|long| long.to_be_bytes()).collect();
        Self { number, form: 5, count: longs.len() as u32, data, offset: None }
    }

    fn alignment(&self) -> usize {
        match self.form {
            3 => 2,
            4 => 4,
            5 => 8,
            _ => 1,
        }
    }
}

impl Forged {
    /// Takes a package apart.
    pub fn of(package: &Path) -> Self {
        let bytes = std::fs::read(package).unwrap();
        let signatures = LEAD + size(&bytes[LEAD..]).next_multiple_of(8);
        let payload = signatures + size(&bytes[signatures..]);
        Self {
            lead: bytes[..LEAD].to_vec(),
            signatures: bytes[LEAD..signatures].to_vec(),
            tags: tags(&bytes[signatures..payload]),
            payload: bytes[payload..].to_vec(),
        }
    }

    /// The header as it is written.
    pub fn header(&self) -> Vec<u8> {
        let (mut index, mut data) = (Vec::new(), Vec::new());
        for tag in &self.tags {
            data.resize(data.len().next_multiple_of(tag.alignment()), 0);
            let offset = tag.offset.unwrap_or(data.len() as u32);
            index
                .extend([tag.number, tag.form, offset, tag.count].iter().flat_map(|word| word.to_be_bytes()));
            data.extend(&tag.data);
        }
        let mut header = vec![0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
        header.extend([self.tags.len() as u32, data.len() as u32].iter().flat_map(|word| word.to_be_bytes()));
        [header, index, data].concat()
    }

    /// The package as it is written.
    pub fn bytes(&self) -> Vec<u8> {
        [&self.lead, &self.signatures, &self.header(), &self.payload].map(Vec::as_slice).concat()
    }

    /// A tag that is there.
    pub fn tag(&mut self, number: u32) -> &mut Tag {
        self.tags.iter_mut().find(|tag| tag.number == number).unwrap_or_else(|| panic!("no tag {number}"))
    }

    /// Puts a tag in the place of the one with its number, or at the end.
    pub fn set(&mut self, tag: Tag) {
        match self.tags.iter_mut().find(|old| old.number == tag.number) {
            Some(old) => *old = tag,
            None => self.tags.push(tag),
        }
    }

    pub fn remove(&mut self, number: u32) {
        assert!(self.tags.iter().any(|tag| tag.number == number), "no tag {number}");
        self.tags.retain(|tag| tag.number != number);
    }

    /// Another payload, by the word for its compression and what is compressed.
    pub fn pay(&mut self, word: &str, archive: &[u8]) {
        self.set(Tag::texts(1125, &[word]));
        self.payload = packed(word, archive);
    }
}

/// Bytes of the header that begins there.
fn size(bytes: &[u8]) -> usize {
    INTRODUCTION + ENTRY * word(bytes, 8) as usize + word(bytes, 12) as usize
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn tags(header: &[u8]) -> Vec<Tag> {
    let (index, data) = header[INTRODUCTION..].split_at(ENTRY * word(header, 8) as usize);
    let tag = |entry: &[u8]| {
        let [number, form, offset, count] = [0, 4, 8, 12].map(|at| word(entry, at));
        let data = &data[offset as usize..];
        let ends = data.iter().enumerate().filter(|(_, byte)| **byte == 0).map(|(at, _)| at + 1);
        let length = match form {
            3 => 2 * count as usize,
            4 => 4 * count as usize,
            5 => 8 * count as usize,
            6 | 8 | 9 => ends.take(count as usize).last().unwrap_or(0),
            _ => count as usize,
        };
        Tag { number, form, count, data: data[..length].to_vec(), offset: None }
    };
    index.chunks(ENTRY).map(tag).filter(|tag| !FRAMES.contains(&tag.number)).collect()
}

/// An entry of an archive whose head says that its content has so many bytes, and so many its name.
pub fn told_entry(name: &[u8], told_name: usize, content: &[u8], told: u64) -> Vec<u8> {
    let fields = [1, 0o100_644, 0, 0, 1, 0, told, 0, 0, 0, 0, told_name as u64, 0];
    let mut entry = b"070701".to_vec();
    entry.extend(fields.iter().flat_map(|field| format!("{field:08x}").into_bytes()));
    entry.extend(name);
    entry.push(0);
    entry.resize(entry.len().next_multiple_of(4), 0);
    entry.extend(content);
    entry.resize(entry.len().next_multiple_of(4), 0);
    entry
}

/// An entry of an archive as it should be.
pub fn entry(name: &str, content: &[u8]) -> Vec<u8> {
    told_entry(name.as_bytes(), name.len() + 1, content, content.len() as u64)
}

/// What ends an archive.
pub fn trailer() -> Vec<u8> {
    entry("TRAILER!!!", &[])
}

/// Compresses with the real tool, by the word of a header.
pub fn packed(word: &str, bytes: &[u8]) -> Vec<u8> {
    let command = match word {
        "gzip" => "gzip -1nc",
        "bzip2" => "bzip2 -1c",
        "xz" => "xz -0c",
        "lzma" => "xz --format=lzma -0c",
        "zstd" => "zstd -qc",
        _ => return bytes.to_vec(),
    };
    piped(command, bytes)
}

/// What a tool makes of some bytes.
pub fn piped(command: &str, bytes: &[u8]) -> Vec<u8> {
    let mut words = command.split(' ');
    let mut child = Command::new(words.next().unwrap())
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{command}: {e}"));
    let mut input = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(bytes).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "{command}: {}", output.status);
    output.stdout
}

/// Asks a package for all that it has; how many bytes its files have together.
pub fn read_whole(package: &[u8], bounds: Bounds) -> Result<u64, PackageError> {
    read_from(Cursor::new(package), bounds)
}

/// The same of a package that need not be in memory.
pub fn read_from(source: impl Read + Seek, bounds: Bounds) -> Result<u64, PackageError> {
    let mut rpm = Rpm::open(source, bounds)?;
    // All of it is held at once, as a caller may.
    let _all = (rpm.fields(), rpm.dependencies()?, rpm.scripts()?, rpm.triggers()?, rpm.changelog()?);
    let mut payload = rpm.payload()?;
    let (mut sum, mut part) = (0, [0; 16 << 10]);
    while let Some(mut content) = payload.next()? {
        loop {
            match content.read(&mut part)? as u64 {
                0 => break,
                read => sum += read,
            }
        }
    }
    Ok(sum)
}
