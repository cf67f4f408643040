//! Debs that the tools here do not write, and that dpkg reads all the same.

use skink_packages::deb::Deb;
use skink_packages::{Bounds, DependencyKind, EntryKind};
use skink_tests_packages::by_hand::{CONTROL, ar, deb_of, deb_told, deb_with, entry, patched, record, tar};
use skink_tests_packages::{deb_ours, deb_theirs, temporary};
use std::io::Cursor;

fn opened(deb: Vec<u8>) -> Deb<Cursor<Vec<u8>>> {
    Deb::open(Cursor::new(deb), Bounds::default()).unwrap()
}

#[test]
fn what_tar_tells_the_same_of() {
    let device = |path, letter, numbers: &[u8]| patched(entry(path, letter, "", b""), 329, numbers);
    let data = [
        entry("./", b'5', "", b""),
        entry("old-folder/", 0, "", b""),
        entry("old-folder/file", 0, "", b"text"),
        entry("./contiguous", b'7', "", b"text"),
        device("./null", b'3', b"0000001 0000003 "),
        device("./disk", b'4', b"0000403 0412345 "),
        entry("./link", b'2', "old-folder/file", b""),
        entry("./link-of-link", b'1', "./link", b""),
        entry("./once-more", b'1', "link-of-link", b""),
        patched(entry("./numbered", b'0', "", b""), 265, &[0; 64]),
        patched(entry("./binary", b'0', "", b""), 136, &[0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
        entry(
            "x",
            b'x',
            "",
            [record("size", "4"), record("mtime", "12.75"), record("uname", "who")].concat().as_bytes(),
        ),
        patched(entry("./pax", b'0', "", b"text"), 124, b"00000000000\0"),
        entry("g", b'g', "", record("comment", "of all").as_bytes()),
        entry("./last", b'0', "", b"end"),
        patched(patched(entry("./set-id", b'0', "", b"end"), 100, b"0004755\x000000617"), 265, b"abuild"),
        patched(entry("./of-root-by-name", b'0', "", b"end"), 108, b"0000012"),
    ];
    let folder = temporary();
    let path = folder.path().join("odd.deb");
    std::fs::write(&path, deb_with(&data)).unwrap();
    let (ours, theirs) = (deb_ours(&path), deb_theirs(&path));
    assert_eq!(ours, theirs);
    assert!(ours.len() > 100, "{ours:?}");
    let deb = opened(deb_with(&data));
    let numbers: Vec<u32> = deb.files().iter().map(|file| file.inode).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 7, 7, 10, 11, 12, 13, 14, 15]);
    let owners: Vec<&str> = deb.files().iter().map(|file| file.owner.as_str()).collect();
    assert_eq!(owners[9..], ["0", "root", "who:0", "root", "abuild:399", "root:10"]);
    assert_eq!(deb.files()[8].target.as_deref(), Some("old-folder/file"));
    assert_eq!(deb.files()[8].kind, EntryKind::Symlink);
}

#[test]
fn names_of_any_bytes() {
    let data = [
        entry("x", b'x', "", record("path", "./two\n8 path=x\nlines").as_bytes()),
        entry("./a", b'0', "", b""),
        patched(entry("./latin1-?", b'0', "", b""), 9, b"\xfc"),
    ];
    let deb = opened(deb_with(&data));
    let paths: Vec<&str> = deb.files().iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["/two\n8 path=x\nlines", "/latin1-\u{fffd}"]);
}

#[test]
fn archives_without_their_last_blocks() {
    let control = entry("control", b'0', "", CONTROL.as_bytes());
    let data = entry("./a", b'0', "", b"text");
    assert_eq!(opened(deb_of(&control, &data)).files().len(), 1);
    let members: [(&str, &[u8]); 4] =
        [("debian-binary", b"2.7\nmore\n"), ("_x", b""), ("control.tar", &control), ("data.tar/", &data)];
    assert_eq!(opened(ar(&members)).files().len(), 1);
    assert!(opened(deb_of(&tar(&[control]), b"")).files().is_empty());
}

#[test]
fn relations() {
    for (text, wanted) in [
        ("a", vec![("a", 0, "")]),
        ("a(<<1), b ( = 2 )", vec![("a", 2, "1"), ("b", 8, "2")]),
        ("a (<= 1),\n b:any (>= 2),\n\tc (>> 3)", vec![("a", 10, "1"), ("b:any", 12, "2"), ("c", 4, "3")]),
        // The signs of old, and none.
        ("a (< 1), b (> 2), c (3)", vec![("a", 10, "1"), ("b", 12, "2"), ("c", 8, "3")]),
        ("a  |  b (= 2),", vec![("a | b (= 2)", 0, "")]),
        ("", vec![]),
    ] {
        let deb = opened(deb_told(&[("./control", &format!("{CONTROL}pre-depends: {text}\n"))]));
        let found = deb.dependencies().unwrap();
        assert!(found.iter().all(|one| one.kind == DependencyKind::PreDepends));
        let found: Vec<_> =
            found.iter().map(|one| (one.name.as_str(), one.flags, one.version.as_str())).collect();
        assert_eq!(found, wanted, "{text:?}");
    }
}

#[test]
fn scripts_without_interpreter_and_as_links() {
    let control = [
        entry("./control", b'0', "", CONTROL.as_bytes()),
        entry("./postinst", b'0', "", b"echo\n"),
        entry("./prerm", b'1', "./postinst", b""),
        entry("./conffiles", b'0', "", b"remove-on-upgrade /a\n/b\n"),
        entry("./md5sums", b'0', "", b"D41D8CD98F00B204E9800998ECF8427E *./a\n"),
    ];
    let data = [entry("./a", b'0', "", b""), entry("./b", b'0', "", b"")];
    let deb = opened(deb_of(&tar(&control), &tar(&data)));
    let scripts = deb.scripts().unwrap();
    let told: Vec<_> = scripts.iter().map(|one| (one.interpreter.len(), one.body.as_deref())).collect();
    assert_eq!(told, [(0, Some("echo\n")), (0, Some("echo\n"))]);
    let told: Vec<_> = deb.files().iter().map(|file| (file.flags, file.digest.as_str())).collect();
    assert_eq!(told, [(0, "d41d8cd98f00b204e9800998ecf8427e"), (1, "")]);
}

/// One that nobody knows is no field of `control`, and what stands for bytes stands for no text.
#[test]
fn control_files_that_are_not_known() {
    let told = |name: &str, content: &[u8]| {
        let control = entry("./control", b'0', "", format!("{CONTROL}Date: today\n").as_bytes());
        let control = tar(&[control, entry(&format!("./{name}"), b'0', "", content)]);
        let fields = opened(deb_of(&control, &tar(&[]))).fields().into_iter();
        let told = fields.filter(|field| field.name.starts_with("control/"));
        told.map(|field| (field.name, field.values)).collect::<Vec<_>>()
    };
    let digest = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    for (name, content, wanted) in [
        ("isinstallable", b"#!/bin/sh\n".as_slice(), "#!/bin/sh\n"),
        ("date", b"tomorrow\n", "tomorrow\n"),
        ("Depends", b"", ""),
        ("below/it", b"\tone\r\n", "\tone\r\n"),
        ("bytes", b"a\0", "sha256:ffe9aaeaa2a2d5048174df0b80599ef0197ec024c4b051bc9860cff58ef7f9f3"),
        ("bell", b"\x07", "sha256:ca358758f6d27e6cf45272937977a748fd88391db679ceda7dc7bf1f005ee879"),
        ("latin1", b"\xfc", "sha256:98722e2ebed8ed3d3652e11e4181f0dccc1ce7d192d8f1db370af8ec4a4e174a"),
        (
            "digest",
            digest.as_bytes(),
            "sha256:267be3820fcb74a705dabbc9edcda8bc23f409fef067dca1dfd8b76826344e84",
        ),
    ] {
        let found = told(name, content);
        let [(own, values)] = found.as_slice() else { panic!("{name}: {found:?}") };
        assert_eq!(own, &format!("control/{name}"));
        assert_eq!(values, &[wanted], "{name}");
    }
    for known in ["preinst", "conffiles", "triggers", "md5sums", "templates"] {
        assert_eq!(told(known, b""), [], "{known}");
    }
}
