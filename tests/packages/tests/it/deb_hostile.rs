//! Debs that nobody writes by mistake: each is an error that says what is wrong, and none a panic or a machine out of memory.

use skink_packages::deb::Deb;
use skink_packages::{Bounds, PackageError};
use skink_tests_packages::by_hand::{
    CONTROL, ar, deb_of, deb_told, deb_with, entry, head, member, patched, record, tar,
};
use skink_tests_packages::everything_debs;
use std::fs::File;
use std::io::Cursor;

const VERSION: (&str, &[u8]) = ("debian-binary", b"2.0\n");

/// The error of opening a deb, of its dependencies, or of reading all of it.
fn read(deb: Vec<u8>, bounds: Bounds) -> Result<(), PackageError> {
    let mut deb = Deb::open(Cursor::new(deb), bounds)?;
    deb.dependencies()?;
    let (_, _, mut payload) = (deb.fields(), deb.scripts()?, deb.payload()?);
    while let Some(mut content) = payload.next()? {
        content.read_all(1 << 20)?;
    }
    Ok(())
}

fn refused(rows: Vec<(&str, Vec<u8>, &str)>) {
    for (what, deb, wanted) in rows {
        let Err(error) = read(deb, Bounds::default()) else { panic!("{what}: it is read") };
        let error = format!("{error:?}");
        assert!(error.contains(wanted), "{what}: {error}, and not {wanted}");
    }
}

fn file(path: &str) -> Vec<u8> {
    entry(path, b'0', "", b"text")
}

/// A deb of small archives in which nothing is wrong.
fn good() -> Vec<u8> {
    let control = [
        file("./preinst"),
        entry("./control", b'0', "", format!("{CONTROL}Depends: a (>= 1) | b, c\n").as_bytes()),
        entry("./md5sums", b'0', "", b"d41d8cd98f00b204e9800998ecf8427e  a\n"),
    ];
    let data = [
        entry("./", b'5', "", b""),
        entry("././@LongLink", b'L', "", b"./long\0"),
        file("./a"),
        entry("x", b'x', "", record("path", "./pax").as_bytes()),
        entry("./b", b'2', "a", b""),
        entry("./c", b'1', "./long", b""),
    ];
    deb_of(&tar(&control), &tar(&data))
}

#[test]
fn the_outer_archive() {
    let (control, data) = (tar(&[entry("./control", b'0', "", CONTROL.as_bytes())]), tar(&[]));
    let (control, data) = (("control.tar", control.as_slice()), ("data.tar", data.as_slice()));
    let versioned = |version: &[u8]| ar(&[("debian-binary", version), control, data]);
    let raw = |name, size, content| [ar(&[VERSION, control]), member(name, size, content)].concat();
    let many: Vec<_> = [VERSION].into_iter().chain(vec![("_more", b"".as_slice()); 100]).collect();
    refused(vec![
        ("empty", Vec::new(), "Truncated(\"the first line\")"),
        ("no ar", b"!<thin>\nfurther".to_vec(), "NotAPackage"),
        ("only ar", ar(&[]), "NotAPackage"),
        ("another ar", ar(&[("object.o", b"")]), "NotAPackage"),
        ("version 3", versioned(b"3.0\n"), "Unsupported(\"version 3.0 of"),
        ("version of nothing", versioned(b""), "Corrupt(\"its version is"),
        ("version without number", versioned(b"2.x\n"), "Corrupt(\"its version is"),
        ("long version", versioned(&[b'2'; 2000]), "TooLarge { what: \"the member debian-binary\""),
        ("ends before control", ar(&[VERSION]), "Truncated(\"its members, before control.tar"),
        ("ends before data", ar(&[VERSION, control]), "Truncated(\"its members, before data.tar"),
        ("wrong order", ar(&[VERSION, data, control]), "before its control files"),
        ("control twice", ar(&[VERSION, control, control, data]), "comes twice"),
        ("control again", ar(&[VERSION, control, data, control]), "comes twice"),
        ("data twice", ar(&[VERSION, control, data, ("data.tar.xz", b"")]), "comes twice"),
        ("version twice", ar(&[VERSION, VERSION, control, data]), "comes twice"),
        ("unknown member", ar(&[VERSION, control, ("more", b""), data]), "is not known"),
        ("many members", ar(&many), "TooLarge { what: \"the number of members\""),
        ("size beyond the end", raw("data.tar", "9999999999", b""), "Truncated(\"a member\")"),
        ("size too small", raw("data.tar", "10", &[0; 1024]), "does not end as one"),
        ("negative size", raw("data.tar", "-1", b""), "is no number"),
        ("no size", raw("data.tar", "", b""), "is no number"),
        ("head cut", raw("data.tar", "0", b"")[..700 + 1024].to_vec(), "Truncated"),
        ("unknown compression", raw("data.tar.lz4", "0", b""), "Unsupported(\"the compression \\\".lz4"),
        ("no xz", raw("data.tar.xz", "64", &[7; 64]), "Corrupt(\"what is compressed cannot"),
        ("no zstd", raw("data.tar.zst", "64", &[7; 64]), "Corrupt(\"what is compressed cannot"),
        ("cut bzip2", raw("data.tar.bz2", "4", b"BZh9"), "Truncated(\"what is compressed"),
        ("cut gzip", raw("data.tar.gz", "2", b"\x1f\x8b"), "Truncated(\"what is compressed"),
    ]);
}

#[test]
fn the_data_archive() {
    let pax = |records: &str| vec![entry("x", b'x', "", records.as_bytes()), file("./a")];
    let long = || entry("././@LongLink", b'L', "", b"./long\0");
    let cut = deb_of(&tar(&[entry("./control", b'0', "", CONTROL.as_bytes())]), &file("./a")[..515]);
    let with = |entries: &[Vec<u8>]| deb_with(entries);
    refused(vec![
        ("path twice", with(&[file("./a"), file("./a")]), "Corrupt(\"the path \\\"/a\\\" comes twice"),
        ("path twice in other words", with(&[file("a/b"), file("./a/.//b")]), "\\\"/a/b\\\" comes twice"),
        ("way out", with(&[file("./a/../../b")]), "Corrupt(\"the path \\\"./a/../../b\\\" leads out"),
        ("absolute", with(&[file("/etc/passwd")]), "\\\"/etc/passwd\\\" is absolute"),
        ("no path", with(&[file("")]), "is empty"),
        ("root as link", with(&[entry(".", b'2', "a", b"")]), "is no folder"),
        ("1 TB", with(&[head("./a", b'0', "", 1 << 40)]), "TooLarge { what: \"the unpacked archive\""),
        ("all bytes", with(&[head("./a", b'0', "", u64::MAX)]), "TooLarge { what: \"the unpacked archive\""),
        ("1 GB missing", with(&[head("./a", b'0', "", 1 << 30)]), "Truncated(\"the data archive\")"),
        ("content cut", cut, "Truncated(\"the data archive\")"),
        ("checksum", with(&[[b"?", &file("./a")[1..]].concat()]), "checksum"),
        ("mode of letters", with(&[patched(file("./a"), 100, b"rw-r--r--")]), "a number in an entry's head"),
        ("before 1970", with(&[patched(file("./a"), 136, &[0xff; 12])]), "a number in an entry's head"),
        ("sparse", with(&[entry("./a", b'S', "", b"text")]), "Unsupported(\"the sparse file"),
        ("sparse by pax", with(&pax(&record("GNU.sparse.major", "1"))), "Unsupported(\"a sparse file"),
        ("letter Z", with(&[entry("./a", b'Z', "", b"")]), "Unsupported("),
        ("folder with content", with(&[entry("./a", b'5', "", b"text")]), "has content, and is no file"),
        ("link with content", with(&[file("./a"), entry("./b", b'1', "./a", b"text")]), "has content"),
        ("symlink to nothing", with(&[entry("./a", b'2', "", b"")]), "leads nowhere"),
        ("link to nothing", with(&[entry("./a", b'1', "./b", b"")]), "no earlier file"),
        ("link to itself", with(&[entry("./a", b'1', "./a", b"")]), "no earlier file"),
        ("link to later", with(&[entry("./a", b'1', "./b", b""), file("./b")]), "no earlier file"),
        (
            "link to folder",
            with(&[entry("./b", b'5', "", b""), entry("./a", b'1', "b", b"")]),
            "no earlier file",
        ),
        ("link out", with(&[entry("./a", b'1', "../b", b"")]), "leads out"),
        (
            "device",
            with(&[patched(entry("./a", b'3', "", b""), 329, b"7777777\0")]),
            "the number of a device",
        ),
        ("two long names", with(&[long(), long(), file("./a")]), "said twice"),
        ("long and pax", with(&[vec![long()], pax(&record("path", "./b"))].concat()), "said twice"),
        ("pax path twice", with(&pax(&record("path", "./b").repeat(2))), "said twice"),
        ("long name of nothing", with(&[long()]), "ends where an entry should follow"),
        ("long name of 1 GB", with(&[head("L", b'L', "", 1 << 30)]), "TooLarge { what: \"what stands before"),
        ("pax of 1 TB", with(&[head("x", b'x', "", 1 << 40)]), "TooLarge { what: \"what stands before"),
        (
            "two pax heads",
            with(&[pax(&record("uname", "a")), pax(&record("gname", "b"))].map(|mut x| x.remove(0))),
            "said twice",
        ),
        ("pax size of 1 TB", with(&pax(&record("size", "1099511627776"))), "TooLarge"),
        ("pax size of more", with(&pax(&record("size", "99999999999999999999"))), "a number before"),
        ("pax without length", with(&pax("path=./b\n")), "a record before"),
        ("pax record too long", with(&pax("99 path=./b\n")), "a record before"),
        ("pax record too short", with(&pax("5 path=./b\n")), "a record before"),
        ("pax record of nothing", with(&pax("0 path=./b\n")), "a record before"),
        ("pax without value", with(&pax("7 path\n")), "a record before"),
        ("pax with zero", with(&pax(&record("path", "./a\0b"))), "zero byte"),
        ("pax way out", with(&pax(&record("path", "../b"))), "leads out"),
        ("pax for all", with(&[entry("g", b'g', "", record("path", "./b").as_bytes())]), "Unsupported("),
    ]);
}

#[test]
fn the_control_files() {
    let control = |text: &str| deb_told(&[("./control", text)]);
    let beside = |name, text| deb_told(&[("./control", CONTROL), (name, text)]);
    let depends = |text: &str| control(&format!("{CONTROL}Depends: {text}\n"));
    let odd = |letter, link| deb_of(&tar(&[entry("./control", letter, link, b"")]), &tar(&[]));
    let huge = deb_of(&head("./control", b'0', "", 1 << 33), &tar(&[]));
    refused(vec![
        ("no control", deb_told(&[("./preinst", "")]), "Corrupt(\"it has no file control"),
        ("empty control", control(""), "Corrupt(\"it has no field Package"),
        ("no package", control(&CONTROL.replace("Package", "Paket")), "Corrupt(\"it has no field Package"),
        (
            "no name",
            control(&CONTROL.replace("Package: odd", "Package:")),
            "Corrupt(\"it has no field Package",
        ),
        ("no version", control(&CONTROL.replace("Version", "V")), "Corrupt(\"it has no field Version"),
        ("no architecture", control(&CONTROL.replace("Arch", "A")), "it has no field Architecture"),
        ("field twice", control(&format!("{CONTROL}PACKAGE: other\n")), "has a field twice"),
        ("two paragraphs", control(&format!("{CONTROL}\nPackage: b\n")), "more than one paragraph"),
        ("no field", control(&format!("{CONTROL}text\n")), "a line without a field"),
        ("no name of a field", control(&format!("{CONTROL}: text\n")), "without a proper name"),
        ("begins folded", control(&format!(" a\n{CONTROL}")), "begins within a field"),
        ("line of blanks", control(&format!("{CONTROL} \n a\n")), "a line of blanks"),
        ("control twice", deb_told(&[("./control", CONTROL), ("control", CONTROL)]), "comes twice"),
        ("control as symlink", odd(b'2', "/etc/passwd"), "which is no plain file"),
        ("control as link", odd(b'1', "./other"), "links to none"),
        ("control way out", deb_told(&[("../control", CONTROL)]), "leads out"),
        ("control of 8 GB", huge, "TooLarge { what: \"what the control files take\""),
        ("md5sums", beside("./md5sums", "0123  a\n"), "a line that says no sum"),
        ("version open", depends("a (>= 1"), "Depends has \\\"a (>= 1\\\", which is no relation"),
        ("version of nothing", depends("a (>=)"), "no relation"),
        ("two versions", depends("a (>= 1) (<< 2)"), "no relation"),
        ("unknown sign", depends("a (=> 1)"), "no relation"),
        ("two names", depends("a b"), "no relation"),
        ("no alternative", depends("a | | b"), "no relation"),
        ("no name at all", depends("(>= 1)"), "no relation"),
    ]);
}

#[test]
fn more_than_the_bounds() {
    let all = Bounds::default();
    read(good(), all).unwrap();
    for (bounds, wanted) in [
        (Bounds { files: 3, ..all }, "the number of files"),
        (Bounds { header_bytes: 100, ..all }, "what the control files take"),
        (Bounds { payload_bytes: 5000, ..all }, "the unpacked archive"),
        (Bounds { payload_bytes: 6400, ..all }, "what follows the archive"),
    ] {
        let error = format!("{:?}", read(good(), bounds).expect_err(wanted));
        assert!(error.contains(&format!("TooLarge {{ what: \"{wanted}\"")), "{wanted}: {error}");
    }
    let files = |count: u32| {
        let more = (1..count).map(|number| entry(&format!("./{number}"), b'0', "", b""));
        let control = [entry("./control", b'0', "", CONTROL.as_bytes())].into_iter().chain(more);
        deb_of(&tar(&control.collect::<Vec<_>>()), &tar(&[]))
    };
    read(files(1024), all).unwrap();
    let error = format!("{:?}", read(files(1025), all).unwrap_err());
    assert!(error.contains("the number of control files\", found: 1025"), "{error}");
    // Without bounds it is the bytes that are missing; nothing is held for them.
    let none = Bounds { payload_bytes: u64::MAX, header_bytes: u32::MAX, ..all };
    for size in [1 << 40, u64::MAX - 1024, u64::MAX] {
        let error = read(deb_with(&[head("./a", b'0', "", size)]), none).expect_err("bytes are missing");
        assert!(matches!(error, PackageError::Truncated("the data archive")), "{size}: {error:?}");
    }
    // A few bytes for each name of a symlink, and each holds its whole target.
    let names = (0..12).map(|name| entry(&format!("./{name}"), b'1', "./a", b""));
    let names: Vec<_> = [entry("./a", b'2', &"a".repeat(90), b"")].into_iter().chain(names).collect();
    let error = read(deb_with(&names), Bounds { header_bytes: 1000, ..all }).unwrap_err();
    assert!(format!("{error:?}").contains("what the names of files take"), "{error:?}");
    read(deb_with(&names), Bounds { header_bytes: 2000, ..all }).unwrap();
    let compressed =
        everything_debs().iter().filter(|deb| deb.ends_with("xz.deb") || deb.ends_with("zstd.deb"));
    let small = Bounds { decoder_bytes: 2048, ..all };
    let opened: Vec<_> = compressed.map(|deb| Deb::open(File::open(deb).unwrap(), small)).collect();
    assert_eq!(opened.len(), 2);
    assert!(opened.iter().all(Result::is_err), "a decoder holds more than it may");
}

#[test]
fn cut_or_changed_at_any_byte() {
    let deb = good();
    // Of what fills up the blocks, a part is enough.
    let places: Vec<usize> = (0..deb.len()).filter(|at| deb[*at] != 0 || at.is_multiple_of(13)).collect();
    for end in places.iter().copied() {
        let error = read(deb[..end].to_vec(), Bounds::default()).expect_err("a part is no package");
        assert!(
            matches!(error, PackageError::Truncated(_) | PackageError::NotAPackage(_)),
            "{end}: {error:?}"
        );
    }
    let mut refused = 0;
    for (place, change) in places.iter().flat_map(|place| [1, 0x80, 0xff].map(|change| (*place, change))) {
        let mut deb = deb.clone();
        deb[place] ^= change;
        refused += usize::from(read(deb, Bounds::default()).is_err());
    }
    assert!(refused > places.len(), "{refused} of {} changes are seen", 3 * places.len());
}
