//! Files that the header numbers alike: rpm installs them as one, with the content of the last.

use super::{is_refused, one_file};
use skink_packages::Bounds;
use skink_tests_packages::forge::{Forged, Tag, entry, read_whole, trailer};
use skink_tests_packages::temporary;
use std::process::Command;

const SAFE: &[u8] = b"SAFE\n";
const EVIL: &[u8] = b"EVIL\n";

/// `/etc/a` and `/etc/b`, with these contents in the header and in the payload; in the order of the payload, which is the header's.
fn two([told_a, told_b]: [&[u8]; 2], [a, b]: [&[u8]; 2]) -> Forged {
    let mut forged = one_file();
    let digests = [told_a, told_b].map(|content| hex::encode(sha256(content)));
    let columns = [
        Tag::texts(1117, &["a", "b"]),
        Tag::words(1116, &[0, 0]),
        Tag::words(1028, &[told_a.len() as u32, told_b.len() as u32]),
        Tag {
            number: 1030,
            form: 3,
            count: 2,
            data: [0o100_644_u16.to_be_bytes(); 2].concat(),
            offset: None,
        },
        Tag { number: 1033, form: 3, count: 2, data: vec![0; 4], offset: None },
        Tag::words(1034, &[1, 1]),
        Tag::texts(1035, &[&digests[0], &digests[1]]),
        Tag::texts(1036, &["", ""]),
        Tag::words(1037, &[0, 0]),
        Tag::texts(1039, &["root", "root"]),
        Tag::texts(1040, &["root", "root"]),
        Tag::words(1045, &[u32::MAX, u32::MAX]),
        Tag::words(1095, &[1, 1]),
        Tag::words(1096, &[7, 7]),
        Tag::texts(1097, &["", ""]),
        Tag::words(5011, &[8]),
    ];
    forged.tags.retain(|tag| !matches!(tag.number, 1140..=1145));
    columns.into_iter().for_each(|tag| forged.set(tag));
    forged.tags.sort_by_key(|tag| tag.number);
    forged.pay("none", &[entry("./etc/a", a), entry("./etc/b", b), trailer()].concat());
    forged
}

fn sha256(content: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    Sha256::digest(content).to_vec()
}

/// What is changed, and what comes of it: bytes that are read, or a piece of the error.
type Row<Outcome> = (&'static str, fn(&mut Forged), Outcome);

#[test]
fn contents_of_links() {
    const ODD: Result<u64, &str> =
        Err("has \"/etc/a\" and \"/etc/b\" as links of one file, with several contents");
    let rows: [Row<Result<u64, &str>>; 9] = [
        ("a link of another digest", |_| {}, ODD),
        ("another size", |p| p.set(Tag::words(1028, &[5, 6])), ODD),
        ("one without digest", |p| p.set(Tag::texts(1035, &["", "00"])), ODD),
        ("the same digest", |p| p.set(Tag::texts(1035, &["00", "00"])), Ok(5)),
        ("no digests", |p| p.remove(1035), Ok(5)),
        // What follows are no links for rpm either.
        ("another inode", |p| p.set(Tag::words(1096, &[7, 8])), Err("has 0 bytes in the payload and 5 in")),
        ("another device", |p| p.set(Tag::words(1095, &[1, 2])), Err("has 0 bytes in the payload and 5 in")),
        ("inodes of zero", |p| p.set(Tag::words(1096, &[0, 0])), Err("has 0 bytes in the payload and 5 in")),
        ("no inodes", |p| p.remove(1096), Err("has 0 bytes in the payload and 5 in")),
    ];
    for (what, change, wanted) in rows {
        let mut forged = two([SAFE, EVIL], [b"", EVIL]);
        change(&mut forged);
        match wanted {
            Ok(bytes) => assert_eq!(read_whole(&forged.bytes(), Bounds::default()).unwrap(), bytes, "{what}"),
            Err(piece) => is_refused(what, &forged.bytes(), Bounds::default(), "Corrupt", piece),
        }
    }
}

#[test]
fn what_is_no_link_is_read() {
    let rows: [Row<u64>; 6] = [
        ("inodes of their own", |p| p.set(Tag::words(1096, &[7, 8])), 10),
        ("devices of their own", |p| p.set(Tag::words(1095, &[1, 2])), 10),
        ("inodes of zero", |p| p.set(Tag::words(1096, &[0, 0])), 10),
        ("no inodes", |p| p.remove(1096), 10),
        (
            "a ghost",
            |p| (p.tag(1037).data[7], p.payload) = (1 << 6, [entry("./etc/a", SAFE), trailer()].concat()),
            5,
        ),
        ("a symlink", |p| p.tag(1030).data[2..].copy_from_slice(&0o120_777_u16.to_be_bytes()), 10),
    ];
    for (what, change, wanted) in rows {
        let mut forged = two([SAFE, EVIL], [SAFE, EVIL]);
        change(&mut forged);
        assert_eq!(read_whole(&forged.bytes(), Bounds::default()).unwrap(), wanted, "{what}");
    }
}

/// What the real rpm makes of such a package: both files are the last one's content.
#[test]
fn rpm_installs_the_content_of_the_last() {
    let folder = temporary();
    let path = folder.path().join("links.rpm");
    std::fs::write(&path, two([SAFE, EVIL], [b"", EVIL]).bytes()).unwrap();
    let root = folder.path().join("root");
    let mut rpm = Command::new("rpm");
    rpm.args(["--root"]).arg(&root).args(["-i", "--nosignature", "--nodigest", "--nodeps", "--ignorearch"]);
    let output = rpm.arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for name in ["a", "b"] {
        assert_eq!(std::fs::read(root.join("etc").join(name)).unwrap(), EVIL, "{name}");
    }
}
