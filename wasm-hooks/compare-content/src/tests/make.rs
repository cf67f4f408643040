//! Archives, written by hand where the tools of it are not everywhere.

use std::io::Write;
use std::process::{Command, Stdio};

/// A file of an archive.
#[derive(Clone)]
pub(crate) struct One {
    pub(crate) name: String,
    pub(crate) mode: u32,
    pub(crate) bytes: Vec<u8>,
    /// Of a symlink.
    pub(crate) target: String,
    pub(crate) time: u32,
}

/// A file of no interest but its name and content.
pub(crate) fn one(name: &str, bytes: impl AsRef<[u8]>) -> One {
    let (name, bytes) = (name.to_owned(), bytes.as_ref().to_vec());
    One { name, mode: 0o100_644, bytes, target: String::new(), time: 1 }
}

impl One {
    fn is_symlink(&self) -> bool {
        self.mode & 0o170_000 == 0o120_000
    }

    fn content(&self) -> &[u8] {
        if self.is_symlink() { self.target.as_bytes() } else { &self.bytes }
    }
}

/// What a tool makes of what it reads.
pub(crate) fn piped(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new(program);
    let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{program}");
    output.stdout
}

/// With the time of the day in it.
pub(crate) fn gzip(bytes: &[u8], time: u32) -> Vec<u8> {
    let mut packed = piped("gzip", &["-nc"], bytes);
    packed[4..8].copy_from_slice(&time.to_le_bytes());
    packed
}

pub(crate) fn tar(files: &[One]) -> Vec<u8> {
    let mut tar = Vec::new();
    for file in files {
        let mut header = [0_u8; 512];
        let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
        let (size, kind) = if file.is_symlink() { (0, "2") } else { (file.bytes.len(), "0") };
        let kind = if file.mode & 0o170_000 == 0o040_000 { "5" } else { kind };
        put(0, &file.name);
        put(100, &format!("{:07o}", file.mode & 0o7777));
        put(108, &format!("{:07o}", file.time % 1000));
        put(116, &format!("{:07o}", file.time % 1000));
        put(124, &format!("{size:011o}"));
        put(136, &format!("{:011o}", file.time));
        put(148, "        ");
        put(156, kind);
        put(157, &file.target);
        put(257, "ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend_from_slice(&header);
        tar.extend_from_slice(&file.bytes[..size]);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize((tar.len() + 1024).next_multiple_of(10240), 0);
    tar
}

/// `newc` or `odc`.
pub(crate) fn cpio(files: &[One], is_new: bool) -> Vec<u8> {
    let mut cpio = Vec::new();
    let mut last = one("TRAILER!!!", "");
    last.mode = 0;
    for (number, file) in files.iter().chain([&last]).enumerate() {
        let (size, name) = (file.content().len(), file.name.len() + 1);
        let (mode, time) = (file.mode, file.time);
        let header = if is_new {
            let inode = number as u32 * 7 + time;
            format!(
                "070701{inode:08x}{mode:08x}{time:08x}{time:08x}{0:08x}{time:08x}{size:08x}{1:08x}{1:08x}{1:08x}{1:08x}{name:08x}{1:08x}",
                1, 0
            )
        } else {
            let owner = time % 1000;
            format!(
                "070707{0:06o}{number:06o}{mode:06o}{owner:06o}{owner:06o}{1:06o}{0:06o}{time:011o}{name:06o}{size:011o}",
                0, 1
            )
        };
        let align =
            |cpio: &mut Vec<u8>| cpio.resize(cpio.len().next_multiple_of(if is_new { 4 } else { 1 }), 0);
        cpio.extend_from_slice(header.as_bytes());
        cpio.extend_from_slice(file.name.as_bytes());
        cpio.push(0);
        align(&mut cpio);
        cpio.extend_from_slice(file.content());
        align(&mut cpio);
    }
    cpio.resize(cpio.len().next_multiple_of(512), 0);
    cpio
}

/// As GNU has it, with a table of long names and an index in which the first member has a symbol.
pub(crate) fn ar(files: &[One]) -> Vec<u8> {
    let mut names = String::new();
    let mut short = Vec::new();
    for file in files {
        if file.name.len() > 15 {
            short.push(format!("/{}", names.len()));
            names.push_str(&format!("{}/\n", file.name));
        } else {
            short.push(format!("{}/", file.name));
        }
    }
    let index = match short.is_empty() {
        true => vec![0; 4],
        false => {
            let first = 8 + (60 + 4 + 4 + 8) + 60 + names.len().next_multiple_of(2);
            [&[0, 0, 0, 1][..], &u32::try_from(first).unwrap().to_be_bytes(), b"symbol1\0"].concat()
        }
    };
    let time = files.first().map_or(0, |file| file.time);
    let mut ar = [&b"!<arch>\n"[..], &entry("/", time, &index), &entry("//", 0, names.as_bytes())].concat();
    files.iter().zip(short).for_each(|(file, name)| ar.extend(entry(&name, file.time, &file.bytes)));
    ar
}

/// A member of ar.
pub(crate) fn entry(name: &str, time: u32, bytes: &[u8]) -> Vec<u8> {
    let mut entry = format!("{name:<16}{time:<12}0     0     100644  {:<10}`\n", bytes.len()).into_bytes();
    entry.extend_from_slice(bytes);
    entry.resize(entry.len().next_multiple_of(2), b'\n');
    entry
}

/// Compressed where `is_packed`.
pub(crate) fn zip(files: &[One], is_packed: bool) -> Vec<u8> {
    let (mut zip, mut list) = (Vec::new(), Vec::new());
    for file in files {
        let packed = piped("gzip", &["-nc"], file.content());
        let (stream, sums) = packed[10..].split_at(packed.len() - 18);
        let (method, stream) = if is_packed { (8_u16, stream) } else { (0, file.content()) };
        let offset = u32::try_from(zip.len()).unwrap().to_le_bytes();
        let name = u16::try_from(file.name.len()).unwrap().to_le_bytes();
        let size = u32::try_from(stream.len()).unwrap().to_le_bytes();
        let common = [
            &[20, 0, 0, 0],
            &method.to_le_bytes()[..],
            &file.time.to_le_bytes(),
            &sums[..4],
            &size,
            &sums[4..],
            &name,
        ]
        .concat();
        zip.extend_from_slice(&[b"PK\x03\x04", &common[..], &[0, 0], file.name.as_bytes(), stream].concat());
        let mode = (file.mode << 16).to_le_bytes();
        list.extend_from_slice(
            &[b"PK\x01\x02\x14\x03", &common[..], &[0; 8], &mode, &offset, file.name.as_bytes()].concat(),
        );
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let (size, place) =
        (u32::try_from(list.len()).unwrap().to_le_bytes(), u32::try_from(zip.len()).unwrap().to_le_bytes());
    [&zip[..], &list, b"PK\x05\x06\0\0\0\0", &count, &count, &size, &place, &[0, 0]].concat()
}
