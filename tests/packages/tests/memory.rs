//! What is held of a package does not grow with its contents, and only by so much with what its header claims.
//!
//! Measured of a process of its own, by what the kernel says: an allocator that counts would miss what the decoders in C allocate.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use skink_packages::Bounds;
use skink_tests_packages::forge::{Forged, Tag, entry, piped, told_entry, trailer};
use skink_tests_packages::{by_hand, corpus, temporary};
use std::process::Command;

const MIB: u64 = 1 << 20;

/// What reading may hold, whatever the package, but for its decoder's window.
const MOST: u64 = 64 * MIB;

/// How often a piece of a large file comes, which makes 500 MB of it. Decoders that are not optimised take a minute for that.
const PIECES: u64 = if cfg!(debug_assertions) { 1 } else { 10 };

const NAME: &str = "./etc/file.conf";

/// The most bytes of memory that reading took, and what came of it.
fn held(forged: &Forged, bounds: Bounds) -> (u64, String) {
    held_of(&forged.bytes(), bounds, &[])
}

/// The same of any package; with a path a deb is written there.
fn held_of(package: &[u8], bounds: Bounds, more: &[&str]) -> (u64, String) {
    let folder = temporary();
    let path = folder.path().join("held");
    std::fs::write(&path, package).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hold"));
    let output = command
        .arg(path)
        .args([bounds.header_bytes.to_string(), bounds.files.to_string()])
        .args(more)
        .output();
    let output = String::from_utf8(output.unwrap().stdout).unwrap();
    let (peak, outcome) = output.trim().split_once('\n').unwrap_or_else(|| panic!("{output:?}"));
    (peak.parse::<u64>().unwrap() << 10, outcome.to_owned())
}

/// A package of the corpus with one file.
fn base() -> Forged {
    let package = corpus().into_iter().find(|path| path.ends_with("no-signature-1.0-0.noarch.rpm"));
    Forged::of(&package.unwrap())
}

/// Small packages whose only file is large: how a piece of it is compressed, how often it comes, and the decoder's window.
#[test]
fn large_files() {
    const PIECE: u64 = 50 * MIB;
    let ways = [
        ("gzip", "gzip -1nc", PIECES, 0),
        ("bzip2", "bzip2 -1c", 1, 0),
        ("xz", "xz -0c", PIECES, MIB),
        ("xz", "xz -6c", 1, 8 * MIB),
        ("zstd", "zstd -qc", 10, 8 * MIB),
        ("zstd", "zstd -qc --long=27", 10, 128 * MIB),
    ];
    let zeros = vec![0; PIECE as usize];
    for (word, command, times, window) in ways {
        let size = PIECE * times;
        let (head, piece) = (told_entry(NAME.as_bytes(), NAME.len() + 1, b"", size), piped(command, &zeros));
        let mut forged = base();
        forged.set(Tag::texts(1125, &[word]));
        forged.set(Tag::words(1028, &[size as u32]));
        // Each of these formats may be of several parts.
        forged.payload =
            [piped(command, &head), piece.repeat(times as usize), piped(command, &trailer())].concat();
        assert!((forged.payload.len() as u64) < size / 200, "{command}: {}", forged.payload.len());
        let (peak, outcome) = held(&forged, Bounds::default());
        assert_eq!(outcome, size.to_string(), "{command}");
        println!("{command}: {} MiB", peak / MIB);
        assert!(peak < MOST + window, "{command}: {} MiB for {} MiB", peak / MIB, size / MIB);
    }
}

/// A deb of a small one whose only file is large: how it is compressed, how often a piece comes, and what the encoder holds.
#[test]
fn large_files_are_derived() {
    const PIECE: u64 = 50 * MIB;
    let zeros = vec![0; PIECE as usize];
    let control = "Package: large\nVersion: 1\nArchitecture: all\n";
    let sums = "00000000000000000000000000000000  large\n";
    let files = [("./control", control), ("./md5sums", sums)];
    let control = by_hand::tar(&files.map(|(name, text)| by_hand::entry(name, b'0', "", text.as_bytes())));
    let ways =
        [("gz", "gzip -1nc", PIECES, 0), ("xz", "xz -0c", 1, 96 * MIB), ("zst", "zstd -qc", 2, 8 * MIB)];
    for (end, command, times, encoder) in ways {
        let size = PIECE * times;
        let (head, piece) =
            (piped(command, &by_hand::head("./large", b'0', "", size)), piped(command, &zeros));
        let data = [head, piece.repeat(times as usize), piped(command, &[0; 1024])].concat();
        let name = format!("data.tar.{end}");
        let members: [(&str, &[u8]); 3] =
            [("debian-binary", b"2.0\n"), ("control.tar", &control), (&name, &data)];
        let folder = temporary();
        let to = folder.path().join("derived.deb");
        let (peak, outcome) = held_of(&by_hand::ar(&members), Bounds::default(), &[to.to_str().unwrap()]);
        assert_eq!(outcome, size.to_string(), "{command}");
        println!("{command}: {} MiB", peak / MIB);
        assert!(peak < MOST + encoder, "{command}: {} MiB for {} MiB", peak / MIB, size / MIB);
        let sums = Command::new("dpkg-deb").arg("-I").arg(&to).arg("md5sums").output().unwrap().stdout;
        assert!(!sums.starts_with(b"0000") && sums.len() == 40, "{command}: {sums:?}");
    }
}

/// Values of a byte each, of which much more is made: no more than ten times the bound, and a KiB for each file.
#[test]
fn headers_of_many_values() {
    let bounds = Bounds { header_bytes: 8 << 20, files: 50_000, ..Bounds::default() };
    let strings = bounds.header_bytes / 16 - 1000;
    let zeros =
        |number, form, count: u32| Tag { number, form, count, data: vec![0; count as usize], offset: None };
    let names: Vec<String> = (0..bounds.files).map(|number| number.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folder = format!("/{}/", "a".repeat(150));
    let files = [
        Tag::texts(1117, &names),
        zeros(1116, 2, bounds.files),
        Tag::texts(1118, &[&folder]),
        zeros(1141, 2, bounds.files),
        Tag::texts(1142, &[&folder]),
        zeros(1036, 8, bounds.files),
        zeros(1039, 8, bounds.files),
    ];
    let cases = [
        ("requires", vec![zeros(1049, 8, strings)]),
        (
            "changes",
            vec![zeros(1080, 2, strings / 2), zeros(1081, 8, strings / 2), zeros(1082, 8, strings / 2)],
        ),
        ("triggers", vec![zeros(1065, 8, 65_000), zeros(5066, 8, 65_000), zeros(5076, 8, 65_000)]),
        ("sources", vec![zeros(1018, 8, 65_000), zeros(1019, 8, 65_000), zeros(1098, 8, 65_000)]),
        ("numbers", vec![zeros(1003, 2, 65_000), zeros(1006, 2, 65_000), zeros(1500, 2, 1 << 20)]),
        ("unknown tags", (0..1000).map(|number| zeros(2000 + number, 8, 64)).collect()),
        ("files", files.to_vec()),
    ];
    let most = 16 * MIB + 10 * u64::from(bounds.header_bytes) + 1024 * u64::from(bounds.files);
    for (what, tags) in cases {
        let mut forged = base();
        // What the package says of its own file and changes would be of another length.
        forged.tags.retain(
            |tag| !matches!(tag.number, 1028..=1040 | 1045..=1050 | 1080..=1097 | 1112..=1118 | 1140..=1145),
        );
        tags.into_iter().for_each(|tag| forged.set(tag));
        forged.pay("none", &[entry(NAME, b""), trailer()].concat());
        let (peak, outcome) = held(&forged, bounds);
        // It is read up to the payload, which has a file that is no longer listed.
        assert!(outcome.contains("and the header has not"), "{what}: {outcome}");
        assert!(peak < most, "{what}: {} MiB of {}", peak / MIB, most / MIB);
        println!("{what}: {} MiB", peak / MIB);
    }
}
