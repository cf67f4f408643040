//! Debs of debs that no tool writes: devices, names of any bytes, numbers of any size, folders that are missing.

use super::{bytes, derived, placed, set, unchanged};
use skink_packages::deb::Deb;
use skink_packages::{Bounds, Origin, PackageError, Recipe};
use skink_tests_packages::by_hand::{CONTROL, ar, deb_of, deb_with, entry, head, patched, record, tar};
use skink_tests_packages::{deb_ours, deb_theirs, temporary};
use std::fs::{self, File};
use std::io::Cursor;
use std::process::Command;

fn opened(deb: Vec<u8>) -> Deb<Cursor<Vec<u8>>> {
    Deb::open(Cursor::new(deb), Bounds::default()).unwrap()
}

/// The archive as the real tar lists it, with numbers of owners.
fn listed(deb: &std::path::Path) -> String {
    let pipe =
        "dpkg-deb --fsys-tarfile \"$0\" | tar -tv --numeric-owner --full-time --utc --show-stored-names";
    let output = Command::new("sh").args(["-ec", pipe]).arg(deb).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Everything that has a place in GNU's form stays, byte for byte where it is no text.
#[test]
fn what_is_in_an_archive_stays() {
    let device = |path, letter, numbers: &[u8]| patched(entry(path, letter, "", b""), 329, numbers);
    let long = format!("./{}", "long/".repeat(30));
    let binary = |number: u64| [&[0x80, 0, 0, 0], number.to_be_bytes().as_slice()].concat();
    let data = [
        entry("./", b'5', "", b""),
        entry("x", b'x', "", record("path", &long).as_bytes()),
        entry("./cut", b'5', "", b""),
        device("./null", b'3', b"0000001\x000000003\0"),
        device("./disk", b'4', b"0000403\x000412345\0"),
        entry("./fifo", b'6', "", b""),
        entry("./fifo-2", b'1', "./fifo", b""),
        patched(entry("./latin1-?", b'0', "", b"text"), 9, b"\xfc"),
        patched(entry("./link", b'2', "to-?", b""), 160, b"\xfc"),
        entry("./link-of-link", b'1', "./link", b""),
        patched(entry("./numbered", b'0', "", b""), 265, &[0; 64]),
        patched(entry("./owned", b'0', "", b""), 108, b"\x80\0\0\0\xff\xff\xff\xfe0000017\0"),
        entry("x", b'x', "", [record("uid", "3000000"), record("uname", "")].concat().as_bytes()),
        entry("./by-pax", b'0', "", b""),
        patched(entry("./late", b'0', "", b""), 136, &binary(1 << 34)),
    ];
    let folder = temporary();
    let original = folder.path().join("original.deb");
    fs::write(&original, deb_with(&data)).unwrap();
    let mut deb = opened(deb_with(&data));
    let recipe = unchanged(&deb);
    let path = derived(&mut deb, &recipe, folder.path());
    // The folders above the long name are made.
    let told: Vec<String> =
        listed(&path).lines().filter(|line| !line.ends_with("long/")).map(str::to_owned).collect();
    let want: Vec<String> =
        listed(&original).lines().filter(|line| !line.ends_with("long/")).map(str::to_owned).collect();
    assert_eq!(told, want);
    assert_eq!(told.len(), 12);
    assert_eq!(listed(&path).lines().count(), 12 + 30);
    assert_eq!(deb_ours(&path), deb_theirs(&path));
}

/// Text that nothing changes keeps its bytes.
#[test]
fn text_of_any_bytes_stays() {
    let text = [CONTROL.as_bytes(), b"X-Who:  J\xfcrgen\n and others \n"].concat();
    let script = b"#!/bin/sh\n# J\xfcrgen\n";
    let control = [entry("./control", b'0', "", &text), entry("./prerm", b'0', "", script)];
    let mut deb = opened(deb_of(&tar(&control), &tar(&[])));
    let folder = temporary();
    let recipe = Recipe { fields: vec![set("Section", &["misc"])], ..unchanged(&deb) };
    let path = derived(&mut deb, &recipe, folder.path());
    let file = |name: &str| Command::new("dpkg-deb").arg("-I").arg(&path).arg(name).output().unwrap().stdout;
    let at = text.windows(12).position(|part| part == b"Description:").unwrap();
    assert_eq!(file("control"), [&text[..at], b"Section: misc\n", &text[at..]].concat());
    assert_eq!(file("prerm"), script);
}

/// dpkg makes no folder by itself; of the original's folders those are taken.
#[test]
fn folders_are_made() {
    let special = patched(entry("./etc/special", b'5', "", b""), 100, b"0001700\0");
    let mut deb = opened(deb_with(&[special, entry("./etc/special/file", b'0', "", b"text")]));
    let files = vec![
        placed("/etc/special/file", Origin::Original(1)),
        placed("/srv/a/b/again", Origin::Original(1)),
        placed("/srv/link", Origin::Symlink("a".to_owned())),
        placed("/srv/a/empty", Origin::Directory),
    ];
    let folder = temporary();
    let path = derived(&mut deb, &Recipe { files, ..Recipe::default() }, folder.path());
    let listed = listed(&path);
    let told: Vec<&str> = listed.lines().map(|line| line.get(line.find("./").unwrap()..).unwrap()).collect();
    let modes: Vec<&str> = listed.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(
        told,
        [
            "./",
            "./etc/",
            "./etc/special/",
            "./etc/special/file",
            "./srv/",
            "./srv/a/",
            "./srv/a/b/",
            "./srv/a/b/again link to ./etc/special/file",
            "./srv/a/empty/",
            "./srv/link -> a"
        ]
    );
    assert_eq!((modes[1], modes[2], modes[9]), ("drwxr-xr-x", "drwx-----T", "lrwxrwxrwx"));
}

/// Files that name others name them as they are now.
#[test]
fn control_files_name_what_is_there() {
    let files: [(&str, &str); 6] = [
        ("./control", CONTROL),
        (
            "./md5sums",
            "00000000000000000000000000000000  lib/liba.so.1\n00000000000000000000000000000001 *gone\n",
        ),
        (
            "./conffiles",
            "/etc/a\n\n/etc/b\n/etc/none\nremove-on-upgrade /etc/old\nremove-on-upgrade /etc/new\n",
        ),
        ("./shlibs", "liba 1 odd\nudeb: libb 2 odd\nlibodd 3 odd\n"),
        ("./symbols", "liba.so.1 odd\n a@Base 1\nlibb-2.so odd\n* Field: x\n b@Base 1\nlibodd.so.3 odd\n"),
        ("./templates", "Template: x\n"),
    ];
    let control = files.map(|(name, text)| entry(name, b'0', "", text.as_bytes()));
    let data = ["./lib/liba.so.1", "./lib/libb-2.so", "./etc/a", "./etc/b"]
        .map(|path| entry(path, b'0', "", b"text"));
    let mut deb = opened(deb_of(&tar(&control), &tar(&data)));
    let files = vec![
        placed("/lib32/liba.so.1", Origin::Original(0)),
        placed("/lib/liba.so.1", Origin::Original(0)),
        placed("/etc/new", Origin::Original(2)),
    ];
    let folder = temporary();
    let file = |deb: &mut Deb<_>, recipe: &Recipe, name: &str| {
        let path = derived(deb, recipe, folder.path());
        let output = Command::new("dpkg-deb").arg("-I").arg(path).arg(name).output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    };
    let sum = "1cb251ec0d568de6a929b520c4aed8d1";
    let recipe = Recipe { files, ..Recipe::default() };
    for (name, want) in [
        ("md5sums", Some(format!("{sum}  lib/liba.so.1\n{sum}  lib32/liba.so.1\n"))),
        ("conffiles", Some("/etc/new\nremove-on-upgrade /etc/old\n".to_owned())),
        ("shlibs", Some("liba 1 odd\nlibodd 3 odd\n".to_owned())),
        ("symbols", Some("liba.so.1 odd\n a@Base 1\nlibodd.so.3 odd\n".to_owned())),
        ("templates", Some("Template: x\n".to_owned())),
        ("triggers", None),
    ] {
        assert_eq!(file(&mut deb, &recipe, name), want, "{name}");
    }
    let none = Recipe { fields: vec![set("conffiles", &[]), set("symbols", &["x"])], ..recipe };
    assert_eq!(file(&mut deb, &none, "conffiles"), None);
    assert_eq!(file(&mut deb, &none, "symbols"), Some("x\n".to_owned()));
}

/// What a reader was told at first has to hold when it comes back.
#[test]
fn a_package_that_changes_while_it_is_read() {
    let folder = temporary();
    let path = folder.path().join("changes.deb");
    let deb =
        |data: &[Vec<u8>]| deb_of(&tar(&[entry("./control", b'0', "", CONTROL.as_bytes())]), &tar(data));
    let file = |path: &str, text: &[u8]| entry(path, b'0', "", text);
    let whole = deb(&[file("./a", b"text"), file("./b", b"more")]);
    let cut = whole[..whole.len() - 1200].to_vec();
    let rows = [
        ("cut", cut, "Truncated"),
        ("shorter", deb(&[file("./a", b"t"), file("./b", b"more")]), "changes while"),
        ("other", deb(&[file("./c", b"text"), file("./b", b"more")]), "changes while"),
        ("longer", deb(&[file("./a", &[0; 600]), file("./b", b"more")]), "changes while"),
        ("fewer", deb(&[file("./a", b"text")]), "changes while"),
        ("huge", deb(&[file("./a", b"text"), head("./b", b'0', "", 1 << 40)]), "TooLarge"),
        ("nothing", Vec::new(), "changes while"),
        ("climbs", deb(&[file("./a", b"text"), file("../b", b"more")]), "leads out"),
    ];
    for (what, later, wanted) in rows {
        fs::write(&path, &whole).unwrap();
        let mut deb = Deb::open(File::open(&path).unwrap(), Bounds::default()).unwrap();
        let recipe = unchanged(&deb);
        fs::write(&path, later).unwrap();
        let error = deb.derive(&recipe, Cursor::new(Vec::new())).unwrap_err();
        assert!(format!("{error:?}").contains(wanted), "{what}: {error:?}");
    }
}

/// A deb that is broken is not derived, and of one that is odd comes one that is read.
#[test]
fn cut_or_changed_at_any_byte() {
    let control = [
        entry("./control", b'0', "", format!("{CONTROL}Depends: a (>= 1) | b, c\n").as_bytes()),
        entry("./conffiles", b'0', "", b"/a\n"),
        entry("./md5sums", b'0', "", b"d41d8cd98f00b204e9800998ecf8427e  a\n"),
    ];
    let data = [
        entry("./", b'5', "", b""),
        entry("././@LongLink", b'L', "", b"./long\0"),
        entry("./a", b'0', "", b"text"),
        entry("x", b'x', "", record("path", "./pax").as_bytes()),
        entry("./b", b'2', "a", b""),
        entry("./c", b'1', "./long", b""),
    ];
    let whole = deb_of(&tar(&control), &tar(&data));
    let places: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0 || at.is_multiple_of(61)).collect();
    let derive = |deb: Vec<u8>| -> Result<(), PackageError> {
        let mut deb = Deb::open(Cursor::new(deb), Bounds::default())?;
        let recipe = Recipe {
            dependencies: deb.dependencies()?,
            scripts: deb.scripts()?,
            ..unchanged(&opened(deb_with(&[])))
        };
        let files =
            deb.files().iter().zip(0..).map(|(file, place)| placed(&file.path, Origin::Original(place)));
        let recipe = Recipe { files: files.collect(), ..recipe };
        let mut to = Cursor::new(Vec::new());
        deb.derive(&recipe, &mut to)?;
        let again = opened(to.into_inner());
        assert!(deb.files().iter().all(|file| again.files().iter().any(|one| one.path == file.path)));
        Ok(())
    };
    derive(whole.clone()).unwrap();
    for end in places.iter().copied() {
        let error = derive(whole[..end].to_vec()).expect_err("a part is no package");
        assert!(
            matches!(error, PackageError::Truncated(_) | PackageError::NotAPackage(_)),
            "{end}: {error:?}"
        );
    }
    let mut made = 0;
    for (place, change) in places.iter().flat_map(|place| [1, 0x80, 0xff].map(|change| (*place, change))) {
        let mut deb = whole.clone();
        deb[place] ^= change;
        made += usize::from(derive(deb).is_ok());
    }
    assert!(made > 100, "{made} of {} changes are derived from", 3 * places.len());
}

/// Members are filled up to an even number of bytes, and say how many they have.
#[test]
fn members_are_as_they_say() {
    let control = tar(&[entry("./control", b'0', "", CONTROL.as_bytes())]);
    let packed = zstd::encode_all(&tar(&[entry("./a", b'0', "", b"text")])[..], 1).unwrap();
    let members: [(&str, &[u8]); 3] =
        [("debian-binary", b"2.0\n"), ("control.tar", &control), ("data.tar.zst", &packed)];
    let mut deb = opened(ar(&members));
    let recipe = unchanged(&deb);
    let first = bytes(&mut deb, &recipe);
    assert!(first.len().is_multiple_of(2));
    // A package of a package that changed nothing is that package.
    let mut again = opened(first.clone());
    let recipe = unchanged(&again);
    assert!(bytes(&mut again, &recipe) == first);
}
