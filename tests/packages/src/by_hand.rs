//! Debs written byte by byte, since no tool writes what is wrong in them.

/// What every deb has to say of itself.
pub const CONTROL: &str =
    "Package: odd\nVersion: 1\nArchitecture: all\nMaintainer: A Person <a@example.org>\nDescription: odd\n";

/// A block of tar.
const BLOCK: usize = 512;

/// Where a head has its checksum.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// An ar archive.
pub fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all = b"!<arch>\n".to_vec();
    for (name, content) in members {
        all.extend(member(name, &content.len().to_string(), content));
    }
    all
}

/// A member of ar, whatever size it claims.
pub fn member(name: &str, size: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, "100644");
    let filler = if content.len().is_multiple_of(2) { "" } else { "\n" };
    [head.as_bytes(), content, filler.as_bytes()].concat()
}

/// A deb of these archives.
pub fn deb_of(control: &[u8], data: &[u8]) -> Vec<u8> {
    ar(&[("debian-binary", b"2.0\n"), ("control.tar", control), ("data.tar", data)])
}

/// A deb with these entries in its data.
pub fn deb_with(entries: &[Vec<u8>]) -> Vec<u8> {
    deb_of(&tar(&[entry("./control", b'0', "", CONTROL.as_bytes())]), &tar(entries))
}

/// A deb with these control files.
pub fn deb_told(files: &[(&str, &str)]) -> Vec<u8> {
    let files: Vec<_> = files.iter().map(|(name, text)| entry(name, b'0', "", text.as_bytes())).collect();
    deb_of(&tar(&files), &tar(&[]))
}

/// A tar archive with its end.
pub fn tar(entries: &[Vec<u8>]) -> Vec<u8> {
    [entries.concat(), vec![0; 2 * BLOCK]].concat()
}

/// An entry: its letter tells its kind.
pub fn entry(path: &str, letter: u8, link: &str, content: &[u8]) -> Vec<u8> {
    let filler = content.len().next_multiple_of(BLOCK) - content.len();
    [head(path, letter, link, content.len() as u64).as_slice(), content, &vec![0; filler]].concat()
}

/// A head as GNU tar writes it, whatever size it claims.
pub fn head(path: &str, letter: u8, link: &str, size: u64) -> Vec<u8> {
    let mut block = vec![0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, path.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    // Eleven octal digits, or binary behind a bit that says so.
    let octal = format!("{size:011o}\0");
    let binary = [&[0x80, 0, 0, 0], size.to_be_bytes().as_slice()].concat();
    put(124, if octal.len() == 12 { octal.as_bytes() } else { &binary });
    put(136, b"14700000000\0");
    put(156, &[letter]);
    put(157, link.as_bytes());
    put(257, b"ustar  \0");
    put(265, b"root");
    put(297, b"root");
    signed(block)
}

/// The same entry with other bytes at a place of its head, and the checksum for them.
pub fn patched(mut entry: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
    entry[at..at + bytes.len()].copy_from_slice(bytes);
    signed(entry)
}

/// A record of pax.
pub fn record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let length = (1..).find(|length| rest + format!("{length}").len() == *length).unwrap();
    format!("{length} {key}={value}\n")
}

fn signed(mut entry: Vec<u8>) -> Vec<u8> {
    entry[CHECKSUM].fill(b' ');
    let sum: u64 = entry[..BLOCK].iter().map(|byte| u64::from(*byte)).sum();
    entry[CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    entry
}
