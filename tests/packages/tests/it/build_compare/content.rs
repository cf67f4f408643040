//! Contents of the kinds that the rows need, with the one thing in them that differs.

use skink_tests_packages::by_hand;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// What a program makes of bytes.
pub(crate) fn through(program: &str, arguments: &[&str], bytes: &[u8]) -> Vec<u8> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writing = std::thread::spawn(move || stdin.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    output.stdout
}

/// gzip, with a time in its head.
pub(crate) fn gz(bytes: &[u8], time: u32) -> Vec<u8> {
    let mut packed = through("gzip", &["-nc"], bytes);
    packed[4..8].copy_from_slice(&time.to_le_bytes());
    packed
}

/// tar of such files with a time, as POSIX has it or as GNU does.
pub(crate) fn tar(files: &[(&str, &[u8])], time: u64, is_gnu: bool) -> Vec<u8> {
    let entries: Vec<Vec<u8>> = files
        .iter()
        .map(|(path, content)| {
            let entry = by_hand::entry(path, b'0', "", content);
            let entry = by_hand::patched(entry, 136, format!("{:011o}\0", 1_700_000_000 + time).as_bytes());
            if is_gnu { entry } else { by_hand::patched(entry, 257, b"ustar\x0000") }
        })
        .collect();
    by_hand::tar(&entries)
}

/// ar of such files with a time.
pub(crate) fn ar(files: &[(&str, &[u8])], time: u64) -> Vec<u8> {
    let mut all = b"!<arch>\n".to_vec();
    for (name, content) in files {
        let mut member = by_hand::member(&format!("{name}/"), &content.len().to_string(), content);
        member[16..28].copy_from_slice(format!("{time:<12}").as_bytes());
        all.extend(member);
    }
    all
}

/// cpio of the newer form.
pub(crate) fn cpio(files: &[(&str, &[u8])], time: u64) -> Vec<u8> {
    let mut all = Vec::new();
    for (place, (name, content)) in files.iter().chain([&("TRAILER!!!", &b""[..])]).enumerate() {
        let mode = if *name == "TRAILER!!!" { 0 } else { 0o100_644 };
        let numbers = [place as u64 + 1, mode, 0, 0, 1, time, content.len() as u64, 0, 0, 0, 0];
        all.extend(b"070701");
        let more = [name.len() as u64 + 1, 0];
        all.extend(numbers.iter().chain(&more).flat_map(|number| format!("{number:08x}").into_bytes()));
        all.extend(name.bytes().chain([0]));
        all.resize(all.len().next_multiple_of(4), 0);
        all.extend(*content);
        all.resize(all.len().next_multiple_of(4), 0);
    }
    all
}

/// zip of such files, not compressed, with a time.
pub(crate) fn zip(files: &[(&str, &[u8])], time: u16) -> Vec<u8> {
    let (mut all, mut index) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        let mut fields = vec![20, 0, 0, 0, 0, 0];
        fields.extend(time.to_le_bytes());
        fields.extend([0x21, 0x5d]);
        fields.extend(crc(content).to_le_bytes());
        fields.extend([size, size].concat());
        fields.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        fields.extend([0, 0]);
        let at = u32::try_from(all.len()).unwrap().to_le_bytes();
        all.extend([b"PK\x03\x04", &fields[..], name.as_bytes(), content].concat());
        index.extend([b"PK\x01\x02\x14\x00", &fields[..], &[0; 10], &at, name.as_bytes()].concat());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let [size, at] = [index.len(), all.len()].map(|number| u32::try_from(number).unwrap().to_le_bytes());
    all.extend(index);
    all.extend([&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &at, &[0, 0]].concat());
    all
}

/// A picture of one grey pixel, with the minute it was made in and, maybe, a text.
pub(crate) fn png(minute: u8, grey: u8, text: &str) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], content: &[u8]| {
        let named = [&kind[..], content].concat();
        let size = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&size[..], &named, &crc(&named).to_be_bytes()].concat()
    };
    // One block of deflate that is not compressed, of one line: how it is filtered, and the pixel.
    let sum = (1 + u32::from(grey)) | (2 + u32::from(grey)) << 16;
    let pixels = [&[0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, grey][..], &sum.to_be_bytes()].concat();
    let mut all = b"\x89PNG\r\n\x1a\n".to_vec();
    all.extend(chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]));
    all.extend(chunk(b"tIME", &[7, 0xea, 11, 18, 10, minute, 0]));
    if !text.is_empty() {
        all.extend(chunk(b"tEXt", text.as_bytes()));
    }
    all.extend(chunk(b"IDAT", &pixels));
    all.extend(chunk(b"IEND", b""));
    all
}

/// A compiled module of Python, with the number of its version and the time of its source.
pub(crate) fn pyc(magic: u16, time: u32, code: &str) -> Vec<u8> {
    let flags: &[u8] = if (3392..20000).contains(&magic) { &[0; 4] } else { &[] };
    let size: &[u8] = if magic < 20000 { &[9, 0, 0, 0] } else { &[] };
    let code = format!("c\0\0\0\0{code}");
    [&magic.to_le_bytes()[..], b"\r\n", flags, &time.to_le_bytes(), size, code.as_bytes()].concat()
}

/// A catalogue of gettext with two messages.
pub(crate) fn catalogue(date: &str, translation: &str) -> Vec<u8> {
    let head = format!("POT-Creation-Date: {date}\nContent-Type: text/plain; charset=UTF-8\n");
    let texts = ["", "Hello", &head, translation];
    let mut at = 28 + 8 * 4;
    let (mut index, mut content) = (Vec::new(), Vec::new());
    for text in texts {
        index.extend([text.len(), at].map(|number| u32::try_from(number).unwrap()));
        content.extend(text.bytes().chain([0]));
        at += text.len() + 1;
    }
    let numbers = [0x9504_12de, 0, 2, 28, 28 + 16, 0, 28 + 32].into_iter().chain(index);
    numbers.flat_map(u32::to_le_bytes).chain(content).collect()
}

/// The beginning of TeX's output, and a page's number.
pub(crate) fn dvi(comment: &str, page: u8) -> Vec<u8> {
    let length = u8::try_from(comment.len()).unwrap();
    let numbers = [25_400_000_u32, 473_628_672, 1000].map(u32::to_be_bytes).concat();
    [&[247, 2][..], &numbers, &[length], comment.as_bytes(), &[139, 0, 0, 0, page, 140, 248]].concat()
}

/// The head of such a program as Xen has for EFI, with its time and checksum, and its code.
pub(crate) fn efi(time: u8, code: u8) -> Vec<u8> {
    let mut program = [b"MZ\x90\0", &[0; 508][..]].concat();
    program[0x3c] = 0x80;
    program[0x80..0x84].copy_from_slice(b"PE\0\0");
    program[0x88..0x8c].fill(time);
    program[0xd8..0xdc].fill(time);
    program[0x1f0] = code;
    program
}

/// The checksum of zip and PNG.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum: u32, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1)))
    })
}
