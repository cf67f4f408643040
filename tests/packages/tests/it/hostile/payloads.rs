//! Payloads that are not what the header says.

use super::{Case, is_refused, one_file};
use skink_packages::Bounds;
use skink_tests_packages::forge::{Forged, Tag, entry, piped, read_whole, told_entry, trailer};

const WAYS: [&str; 6] = ["gzip", "bzip2", "xz", "lzma", "zstd", "none"];

const NAME: &str = "./etc/file.conf";
const CONTENT: &[u8] = b"twelve bytes";

fn right() -> Vec<u8> {
    entry(NAME, CONTENT)
}

/// The one file under another name.
fn renamed(name: &str) -> Vec<u8> {
    [entry(name, CONTENT), trailer()].concat()
}

fn paid(word: &str, archive: &[u8]) -> Forged {
    let mut forged = one_file();
    forged.pay(word, archive);
    forged
}

#[test]
fn archives() {
    let whole = [right(), trailer()].concat();
    assert_eq!(read_whole(&paid("none", &whole).bytes(), Bounds::default()).unwrap(), 12);
    let long = b"./etc/file.conf and more";
    let number = |digits: &str| [b"07070X", digits.as_bytes(), &[0; 2], CONTENT].concat();
    let numbered = [number("00000000"), trailer()].concat();
    assert_eq!(read_whole(&paid("none", &numbered).bytes(), Bounds::default()).unwrap(), 12);
    let not_listed = "and the header has not";
    let cases: [Case<Vec<u8>>; 20] = [
        ("twice", [right(), right(), trailer()].concat(), "Corrupt", "has /etc/file.conf twice"),
        (
            "other",
            [right(), entry("./etc/x", b""), trailer()].concat(),
            "Corrupt",
            "has \"./etc/x\", and the",
        ),
        ("none", trailer(), "Corrupt", "the payload has no /etc/file.conf"),
        (
            "more",
            told_entry(NAME.as_bytes(), 16, CONTENT, 13),
            "Corrupt",
            "13 bytes in the payload and 12 in",
        ),
        ("empty", entry(NAME, b""), "Corrupt", "0 bytes in the payload and 12 in"),
        (
            "huge",
            told_entry(NAME.as_bytes(), 16, b"", u32::MAX.into()),
            "Corrupt",
            "has 4294967295 bytes in the",
        ),
        ("long name", told_entry(NAME.as_bytes(), 1 << 31, b"", 12), "TooLarge", "a file is 2147483648"),
        ("short name", told_entry(NAME.as_bytes(), 3, b"", 12), "Corrupt", "the name of a file has no end"),
        ("no name", told_entry(b"", 0, CONTENT, 12), "Corrupt", "the name of a file has no end"),
        ("half a name", told_entry(long, long.len() + 1, CONTENT, 12), "Corrupt", not_listed),
        ("absolute", renamed("/etc/passwd"), "Corrupt", not_listed),
        ("above", renamed("./../etc/file.conf"), "Corrupt", not_listed),
        ("around", renamed("./etc/../etc/file.conf"), "Corrupt", not_listed),
        ("far above", renamed("../../../etc/file.conf"), "Corrupt", not_listed),
        ("no end", right(), "Truncated", "what is compressed"),
        ("more after it", [&*whole, b"more"].concat(), "Corrupt", "goes on after the end"),
        ("zeros after it", [&*whole, &[0; 513]].concat(), "Corrupt", "goes on after the end"),
        ("number", number("00000001"), "Corrupt", "a file that the header has not"),
        ("digits", number("+0000000"), "Corrupt", "a number in the payload's archive is none"),
        ("text", b"text".repeat(99), "Corrupt", "no archive as rpm writes it"),
    ];
    for (what, archive, variant, piece) in cases {
        is_refused(what, &paid("none", &archive).bytes(), Bounds::default(), variant, piece);
    }
    assert_eq!(
        read_whole(&paid("none", &[&*whole, &[0; 512]].concat()).bytes(), Bounds::default()).unwrap(),
        12
    );
}

/// A ghost's size is in no sum, so its content may not come.
#[test]
fn ghosts() {
    let mut forged = paid("none", &[right(), trailer()].concat());
    forged.set(Tag::words(1037, &[1 << 6]));
    is_refused("ghost", &forged.bytes(), Bounds::default(), "Corrupt", "/etc/file.conf and it is a ghost");
}

#[test]
fn what_is_compressed() {
    let whole = [right(), trailer()].concat();
    let bomb = vec![0; 16 << 20];
    for word in WAYS {
        let refused = |what: &str, forged: &Forged, variant: &str, piece: &str| {
            is_refused(&format!("{word}: {what}"), &forged.bytes(), Bounds::default(), variant, piece);
        };
        assert_eq!(read_whole(&paid(word, &whole).bytes(), Bounds::default()).unwrap(), 12, "{word}");
        let told = told_entry(NAME.as_bytes(), 16, &bomb, bomb.len() as u64);
        refused(
            "told",
            &paid(word, &[told, trailer()].concat()),
            "Corrupt",
            "16777216 bytes in the payload and 12",
        );
        let lying = told_entry(NAME.as_bytes(), 16, &bomb, 12);
        refused(
            "not told",
            &paid(word, &[lying, trailer()].concat()),
            "Corrupt",
            "no archive as rpm writes it",
        );
        let behind = paid(word, &[&*whole, &*bomb].concat());
        refused("behind it", &behind, "Corrupt", "goes on after the end");
        let mut longer = paid(word, &whole);
        longer.payload.extend(b"garbage, garbage, garbage");
        let piece = if word == "none" { "goes on after the end" } else { "cannot be unpacked" };
        refused("garbage behind it", &longer, "Corrupt", piece);
        // Text in place of gzip is taken as it is, and has a dictionary of some gigabytes as lzma.
        if ["bzip2", "xz", "zstd"].contains(&word) {
            let mut other = paid("none", &whole);
            other.set(Tag::texts(1125, &[word]));
            refused("another way", &other, "Corrupt", "cannot be unpacked");
        }
    }
}

#[test]
fn decoders_that_take_more_than_they_may() {
    let whole = [right(), trailer()].concat();
    let small = Bounds { decoder_bytes: 1 << 20, ..Bounds::default() };
    let ways = [
        ("xz", "xz -6c"),
        ("lzma", "xz --format=lzma -6c"),
        ("zstd", "zstd -qc --ultra --long=24 --no-check"),
    ];
    for (word, command) in ways {
        let mut forged = paid(word, &whole);
        forged.payload = piped(command, &whole);
        assert_eq!(read_whole(&forged.bytes(), Bounds::default()).unwrap(), 12, "{word}");
        is_refused(word, &forged.bytes(), small, "Unsupported", "more memory than a decoder may have");
    }
    // The largest that zstd can say: two gigabytes.
    let frame = [
        &[0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3][..],
        &[(whole.len() << 3) as u8 | 1],
        &[(whole.len() >> 5) as u8, 0],
        &whole,
    ];
    let mut forged = paid("zstd", &whole);
    forged.payload = frame.concat();
    is_refused(
        "2 GB",
        &forged.bytes(),
        Bounds::default(),
        "Unsupported",
        "more memory than a decoder may have",
    );
    let large = Bounds { decoder_bytes: u64::MAX, ..Bounds::default() };
    assert_eq!(read_whole(&forged.bytes(), large).unwrap(), 12);
}
