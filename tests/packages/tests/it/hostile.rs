//! Packages that are wrong in one way are refused, and the error says in which.

mod bounds;
mod headers;
mod links;
mod payloads;

use crate::gzipped;
use skink_packages::Bounds;
use skink_tests_packages::forge::{Forged, read_whole};
use skink_tests_packages::{corpus, everything, ours, temporary};

/// What is changed, how, the error's variant, and a piece of its text.
type Case<Change> = (&'static str, Change, &'static str, &'static str);

/// Fails unless a package is refused in such a way.
fn is_refused(what: &str, package: &[u8], bounds: Bounds, variant: &str, piece: &str) {
    let Err(error) = read_whole(package, bounds) else { panic!("{what}: it is read") };
    let (debug, text) = (format!("{error:?}"), error.to_string());
    assert!(debug.starts_with(variant) && text.contains(piece), "{what}: {debug}: {text}");
}

/// Changes a package in each of some ways.
fn are_refused(base: &Forged, cases: &[Case<fn(&mut Forged)>]) {
    for (what, change, variant, piece) in cases {
        let mut forged = base.clone();
        change(&mut forged);
        is_refused(what, &forged.bytes(), Bounds::default(), variant, piece);
    }
}

/// A small package of the corpus; its only file is `/etc/file.conf`, of twelve bytes.
fn one_file() -> Forged {
    let package = corpus().into_iter().find(|path| path.ends_with("no-signature-1.0-0.noarch.rpm"));
    Forged::of(&package.unwrap())
}

#[test]
fn what_is_taken_apart_and_written_again_is_the_same() {
    let folder = temporary();
    for package in corpus().iter().chain(everything()) {
        let again = folder.path().join("again.rpm");
        let bytes = Forged::of(package).bytes();
        std::fs::write(&again, &bytes).unwrap();
        assert_eq!(ours(&again), ours(package), "{}", package.display());
        let whole = read_whole(&std::fs::read(package).unwrap(), Bounds::default());
        assert_eq!(read_whole(&bytes, Bounds::default()).unwrap(), whole.unwrap());
    }
}

#[test]
fn what_ends_too_early() {
    let whole = one_file();
    let bytes = whole.bytes();
    let (signatures, header) = (96, 96 + whole.signatures.len());
    let payload = header + whole.header().len();
    // The introductions and indexes of both headers, and the parts themselves.
    let index = |start: usize| start + 16 + 16 * bytes[start + 11] as usize;
    let ends = [signatures, signatures + 16, index(signatures), header, header + 16, index(header), payload];
    for end in ends.iter().flat_map(|end| [end - 1, *end, end + 1, end + 7]).chain([4, 50, bytes.len() - 1]) {
        is_refused(&format!("{end} bytes"), &bytes[..end], Bounds::default(), "Truncated", "in the midst of");
    }
    for package in everything() {
        let bytes = std::fs::read(package).unwrap();
        let payload = bytes.len() - Forged::of(package).payload.len();
        for end in
            (payload..bytes.len()).step_by((bytes.len() - payload) / 40).chain(bytes.len() - 9..bytes.len())
        {
            let what = format!("{end} bytes of {}", package.display());
            is_refused(&what, &bytes[..end], Bounds::default(), "Truncated", "in the midst of");
        }
    }
}

#[test]
fn what_is_no_package() {
    let bytes = gzipped().bytes();
    let cases: [Case<Vec<u8>>; 8] = [
        ("nothing", Vec::new(), "Truncated", "the lead"),
        ("text", b"no package".to_vec(), "NotAPackage", "does not begin as an RPM"),
        ("a deb", b"!<arch>\ndebian-binary   ".repeat(9), "NotAPackage", "does not begin as an RPM"),
        ("zeros", vec![0; 10_000], "NotAPackage", "does not begin as an RPM"),
        ("one byte less", bytes[1..].to_vec(), "NotAPackage", "does not begin as an RPM"),
        ("only a lead", bytes[..96].to_vec(), "Truncated", "the header of signatures"),
        (
            "a lead twice",
            [&bytes[..96], &bytes].concat(),
            "Corrupt",
            "the header of signatures does not begin",
        ),
        ("only the magic", bytes[..4].to_vec(), "Truncated", "the lead"),
    ];
    for (what, bytes, variant, piece) in cases {
        is_refused(what, &bytes, Bounds::default(), variant, piece);
    }
}
