//! What a deb cannot say, and what dpkg would not read, is refused in words.

use super::{open, placed, set, unchanged};
use skink_packages::deb::Deb;
use skink_packages::{
    Bounds, Dependency, DependencyKind, Origin, PackageError, Recipe, Script, ScriptKind, Trigger,
    TriggerKind,
};
use skink_tests_packages::by_hand::{CONTROL, deb_of, deb_with, entry, patched, record, tar};
use skink_tests_packages::everything_debs;
use std::fs::File;
use std::io::Cursor;

/// The error of deriving from the deb with everything.
fn error(recipe: &Recipe, bounds: Bounds) -> PackageError {
    let source = File::open(&everything_debs()[0]).unwrap();
    Deb::open(source, bounds).unwrap().derive(recipe, Cursor::new(Vec::new())).unwrap_err()
}

fn refused(rows: Vec<(Recipe, &str)>) {
    for (recipe, wanted) in rows {
        let error = error(&recipe, Bounds::default());
        assert!(matches!(error, PackageError::Recipe(_)), "{wanted}: {error:?}");
        assert!(error.to_string().contains(wanted), "{wanted}: {error}");
    }
}

#[test]
fn files() {
    let with = |files: &[(&str, Origin)]| Recipe {
        files: files.iter().map(|(path, origin)| placed(path, origin.clone())).collect(),
        ..Recipe::default()
    };
    let file = |path: &str, origin| with(&[(path, origin)]);
    let deb = open(&everything_debs()[0]);
    let of = |path: &str| {
        Origin::Original(deb.files().iter().position(|file| file.path.ends_with(path)).unwrap() as u32)
    };
    let nowhere = || Origin::Symlink("nowhere".to_owned());
    refused(vec![
        (file("usr/a", Origin::Directory), "\"usr/a\" is no plain absolute path"),
        (file("/usr/../a", Origin::Directory), "is no plain absolute path"),
        (file("/usr/", Origin::Directory), "is no plain absolute path"),
        (file("/a\0b", Origin::Directory), "is no plain absolute path"),
        (file("/", nowhere()), "is no plain absolute path"),
        (file("/", of("/block")), "is no plain absolute path"),
        (file("/a\nb", Origin::Directory), "is of two lines"),
        (file("/a", Origin::Original(1000)), "is of file 1000, which is not there"),
        (file("/a", Origin::Symlink(String::new())), "leads nowhere"),
        (file("/a", Origin::Symlink("a\0".to_owned())), "leads nowhere"),
        (with(&[("/a", Origin::Directory), ("/a", nowhere())]), "two files are /a"),
        (with(&[("/a", nowhere()), ("/a/b/c", Origin::Directory)]), "/a/b/c lies in /a, which is no folder"),
        (with(&[("/a/b", Origin::Directory), ("/a", of("/block"))]), "/a/b lies in /a, which is no folder"),
    ]);
    let many = |count: usize| {
        let paths = (0..count).map(|number| placed(&format!("/{number}{}", "/a".repeat(1900)), nowhere()));
        Recipe { files: paths.collect(), ..Recipe::default() }
    };
    // One long target of the original, many times.
    let mut again = unchanged(&deb);
    again.files.extend((0..1000).map(|number| placed(&format!("/{number}"), of("leads-far"))));
    let mut more = unchanged(&deb);
    more.files.extend((0..200).map(|number| placed(&format!("/{number}"), nowhere())));
    let all = Bounds::default();
    for (recipe, bounds, wanted) in [
        (file(&format!("/{}", "a".repeat(4096)), nowhere()), all, "a path or target"),
        (file("/a", Origin::Symlink("a".repeat(5000))), all, "a path or target"),
        // A few paths stand for very many folders.
        (many(40), all, "what the names of files take"),
        (again, Bounds { header_bytes: 100_000, ..all }, "what the names of files take"),
        (many(1), Bounds { files: 1000, ..all }, "the number of files"),
        (more, Bounds { payload_bytes: 400_000, ..all }, "the unpacked archive"),
    ] {
        let error = error(&recipe, bounds);
        assert!(
            format!("{error:?}").contains(&format!("TooLarge {{ what: {wanted:?}")),
            "{wanted}: {error:?}"
        );
    }
}

#[test]
fn fields() {
    let with = |name: &str, values: &[&str]| Recipe { fields: vec![set(name, values)], ..Recipe::default() };
    let twice = |name: &str| {
        let fields = vec![set(name, &["x"]), set(&name.replace('S', "s"), &["y"])];
        Recipe { fields, ..Recipe::default() }
    };
    refused(vec![
        (with("Package", &["a b"]), "the field Package is \"a b\", which dpkg does not take"),
        (with("Package", &["../a"]), "the field Package is"),
        (with("Package", &["a/b"]), "the field Package is"),
        (with("Package", &["ü"]), "the field Package is"),
        (with("Package", &[]), "the field Package is \"\""),
        (with("Version", &["1 2"]), "the field Version is"),
        (with("Version", &["1/2"]), "the field Version is"),
        (with("Version", &["x:2"]), "the field Version is"),
        (with("Version", &["99999999999:2"]), "the field Version is"),
        (with("Version", &["1:"]), "the field Version is"),
        (with("Version", &[]), "the field Version is"),
        (with("Architecture", &["a,b"]), "the field Architecture is"),
        (with("Architecture", &["i386\n x"]), "the field Architecture is"),
        (with("Depends", &["a"]), "the recipe has dependencies for it"),
        (with("replaces", &[]), "the recipe has dependencies for it"),
        (with("installed-size", &["1"]), "it is counted"),
        (with("name", &["a"]), "a deb has none of this name"),
        (with("postinst", &["a"]), "a deb has none of this name"),
        (with("X-a\n", &["a"]), "a deb has none of this name"),
        (with("X-", &["a"]), "a deb has none of this name"),
        (with("Section", &["a", "b"]), "it has more than one value"),
        (with("Section", &[""]), "is empty"),
        (with("Section", &["a\0"]), "has a byte of zero"),
        (with("Section", &["a\rb"]), "has a byte of zero"),
        (with("Section", &["a\nDepends: b"]), "a further line that does not begin with a blank"),
        (with("Section", &["a\n \n b"]), "has an empty line"),
        (with("Section", &["a\n\nPackage: b"]), "has an empty line"),
        (twice("Section"), "is set twice"),
        (twice("triggers"), "is set twice"),
        (with("triggers", &["a\0"]), "has a byte of zero"),
        (with("conffiles", &["/etc/none"]), "\"/etc/none\" in conffiles is no file of the package"),
        (with("conffiles", &["remove-on-upgrade etc"]), "in conffiles is no file of the package"),
    ]);
}

#[test]
fn dependencies() {
    use DependencyKind::{Obsoletes, Order, Provides, Requires, Supplements};
    let with = |kind, name: &str, flags, version: &str| Recipe {
        dependencies: vec![Dependency { kind, name: name.to_owned(), flags, version: version.to_owned() }],
        ..Recipe::default()
    };
    let kind = |kind| with(kind, "a", 0, "");
    let mut rows = vec![
        (kind(Obsoletes), "a deb has no field for \"a\" of the kind Obsoletes"),
        (kind(Supplements), "of the kind Supplements"),
        (kind(Order), "of the kind Order"),
    ];
    for (name, flags, version) in [
        ("", 0, ""),
        ("a b", 0, ""),
        ("a, b", 0, ""),
        ("a\nPackage: b", 0, ""),
        ("a\n", 0, ""),
        ("/bin/sh", 0, ""),
        ("(a or b)", 0, ""),
        ("lib.so.6(GLIBC_2.34)(64bit)", 0, ""),
        ("a", 8, ""),
        ("a", 0, "1"),
        ("a", 8 | 1 << 8, "1"),
        ("a", 6, "1"),
        ("a", 8, "1) | b (= 2"),
        ("a", 8, "1 2"),
        ("a", 8, "x:1"),
        ("a (>= 1)", 8, "1"),
        ("a | ", 0, ""),
        ("a |b", 0, " "),
        ("a\u{a0}", 0, ""),
    ] {
        rows.push((with(Requires, name, flags, version), "Depends cannot have"));
    }
    rows.push((with(Provides, "a", 12, "1"), "Provides cannot have"));
    rows.push((with(Provides, "a | b", 0, ""), "Provides cannot have"));
    refused(rows);
}

#[test]
fn scripts_and_triggers() {
    let script = |kind, interpreter: &[&str], body: Option<&str>, flags| Script {
        kind,
        interpreter: interpreter.iter().map(|word| (*word).to_owned()).collect(),
        body: body.map(str::to_owned),
        flags,
    };
    let with = |scripts: &[Script]| Recipe { scripts: scripts.to_vec(), ..Recipe::default() };
    let one = |kind, interpreter, body, flags| with(&[script(kind, interpreter, body, flags)]);
    let plain = script(ScriptKind::PostIn, &["/bin/sh"], Some("true\n"), 0);
    let trigger = Trigger {
        kind: TriggerKind::Package,
        interpreter: Vec::new(),
        body: String::new(),
        flags: 0,
        priority: None,
        conditions: Vec::new(),
    };
    refused(vec![
        (one(ScriptKind::PreTrans, &["/bin/sh"], Some("true"), 0), "no script of the kind PreTrans"),
        (one(ScriptKind::Verify, &["/bin/sh"], Some("true"), 0), "no script of the kind Verify"),
        (one(ScriptKind::PostIn, &["/sbin/ldconfig"], None, 0), "the script postinst has no body"),
        (one(ScriptKind::PostIn, &["/bin/sh"], Some("true"), 1), "the script postinst has flags"),
        (one(ScriptKind::PostIn, &["/bin/sh"], Some("#!/bin/bash\n"), 0), "names another interpreter"),
        (one(ScriptKind::PostIn, &["/bin/sh\n/bin/false"], Some(""), 0), "does not fit into its first line"),
        (with(&[plain.clone(), plain]), "there are two scripts postinst"),
        (Recipe { triggers: vec![trigger], ..Recipe::default() }, "is its field `triggers`"),
    ]);
}

/// What an original has, and no new package can have.
#[test]
fn originals() {
    let control =
        |name: &str| tar(&[entry("./control", b'0', "", CONTROL.as_bytes()), entry(name, b'0', "", b"")]);
    let long = entry("x", b'x', "", record("uname", &"long".repeat(10)).as_bytes());
    let binary = patched(entry("./a", b'0', "", b""), 108, &[0xbf; 8]);
    for (what, deb, wanted) in [
        ("folder", deb_of(&control("./folder/file"), &tar(&[])), "Unsupported(\"the control file"),
        ("owner", deb_with(&[long, entry("./a", b'0', "", b"")]), "the name of the owner or group of"),
        ("number", deb_with(&[binary]), "a number of \\\"./a\\\" is too long"),
        ("link", deb_with(&[entry("./a", b'2', "b", b""), entry("./a/b", b'0', "", b"")]), "lies in /a"),
        ("lines", deb_with(&[entry("./a\nb", b'0', "", b"")]), "is of two lines"),
    ] {
        let mut deb = Deb::open(Cursor::new(deb), Bounds::default()).unwrap();
        let recipe = unchanged(&deb);
        let error = deb.derive(&recipe, Cursor::new(Vec::new())).unwrap_err();
        assert!(format!("{error:?}").contains(wanted), "{what}: {error:?}");
    }
}
