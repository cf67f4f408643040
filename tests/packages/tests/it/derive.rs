//! Packages that are made of others: the real rpm accepts, tells and installs them.

use skink_packages::rpm::Rpm;
use skink_packages::{Bounds, DependencyKind, Field, Origin, Placed, Recipe};
use skink_tests_packages::{corpus, everything, ours, theirs};
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everything as it is; what rpm adds by itself is left for it to be added again.
fn unchanged(rpm: &Rpm<File>) -> Recipe {
    let name = field(rpm, "name");
    let dependencies = rpm.dependencies().unwrap().into_iter().filter(|one| {
        let is_self = one.kind == DependencyKind::Provides
            && (one.name == name || one.name.starts_with(&format!("{name}(")));
        !is_self && !one.name.starts_with("rpmlib(") && one.flags & (1 << 8) == 0
    });
    let files = rpm.files().iter().zip(0..);
    Recipe {
        fields: Vec::new(),
        dependencies: dependencies.collect(),
        scripts: rpm.scripts().unwrap(),
        triggers: rpm.triggers().unwrap(),
        files: files.map(|(file, place)| placed(&file.path, Origin::Original(place))).collect(),
    }
}

fn field(rpm: &Rpm<File>, name: &str) -> String {
    let found = rpm.fields().into_iter().find(|field| field.name == name);
    found.map(|field| field.values[0].clone()).unwrap_or_default()
}

fn placed(path: &str, origin: Origin) -> Placed {
    Placed { path: path.to_owned(), origin }
}

fn set(name: &str, value: &str) -> Field {
    Field { name: name.to_owned(), values: vec![value.to_owned()] }
}

fn open(package: &Path) -> Rpm<File> {
    Rpm::open(File::open(package).unwrap(), Bounds::default()).unwrap()
}

/// Derives into a folder, and has the real rpm verify the result.
fn derived(rpm: &mut Rpm<File>, recipe: &Recipe, folder: &Path) -> PathBuf {
    let written = folder.join("package.rpm");
    let to = File::options().read(true).write(true).create(true).truncate(true).open(&written).unwrap();
    rpm.derive(recipe, to).unwrap();
    let name = rpm.derived_name(recipe).unwrap();
    let path = folder.join(name);
    fs::rename(written, &path).unwrap();
    let output = Command::new("rpm").args(["-K", "-v", "--nosignature"]).arg(&path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for what in
        ["Header SHA256 digest: OK", "Header SHA1 digest: OK", "Payload SHA256 digest: OK", "MD5 digest: OK"]
    {
        assert!(said.contains(what), "{what}: {said}");
    }
    path
}

/// What is told of a package but for its inodes, which are counted anew.
fn told(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().filter(|line| !line.starts_with("  inode ")).collect()
}

fn first_difference<'a>(
    a: &'a [String],
    b: &'a [String],
) -> Option<(Option<&'a String>, Option<&'a String>)> {
    (0..a.len().max(b.len())).map(|at| (a.get(at), b.get(at))).find(|(a, b)| a != b)
}

#[test]
fn an_unchanged_package_is_told_alike() {
    let folder = tempfile::tempdir().unwrap();
    let built = everything().iter().filter(|package| !package.to_string_lossy().ends_with(".src.rpm"));
    let all: Vec<PathBuf> = built.cloned().chain(corpus()).collect();
    for package in &all {
        let mut rpm = open(package);
        let recipe = unchanged(&rpm);
        let path = derived(&mut rpm, &recipe, folder.path());
        assert_eq!(ours(&path), theirs(&path), "{}", package.display());
        if package.to_string_lossy().contains("everything") {
            let (new, old) = (told(ours(&path)), told(ours(package)));
            assert_eq!(first_difference(&new, &old), None, "{}", package.display());
        }
        let again = fs::read(&path).unwrap();
        derived(&mut rpm, &recipe, folder.path());
        assert!(fs::read(&path).unwrap() == again, "{} comes out differently each time", package.display());
    }
    assert!(all.len() > 36, "{all:?}");
}

#[test]
fn what_is_installed_is_what_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for package in everything().iter().filter(|package| !package.to_string_lossy().ends_with(".src.rpm")) {
        let mut rpm = open(package);
        let place = |path: &str| rpm.files().iter().position(|file| file.path == path).unwrap() as u32;
        let files = vec![
            placed("/usr/lib32/linked", Origin::Original(place("/usr/share/everything/linked"))),
            placed("/usr/lib32/another", Origin::Original(place("/usr/share/everything/linked-2"))),
            placed("/usr/bin/everything", Origin::Original(place("/usr/bin/everything"))),
            placed("/usr/lib32/up", Origin::Symlink("../bin/everything".to_owned())),
            placed("/usr/lib32", Origin::Directory),
            placed("/var/lib/everything.log", Origin::Original(place("/var/lib/everything.log"))),
        ];
        let fields = vec![
            set("name", "everything-32bit"),
            set("arch", "i586"),
            set("summary", "Some of it"),
            Field { name: "url".to_owned(), values: Vec::new() },
        ];
        let recipe = Recipe { fields, files, ..Recipe::default() };
        let path = derived(&mut rpm, &recipe, folder.path());
        assert!(
            path.file_name().unwrap().to_string_lossy().starts_with("everything-32bit-1.0~rc1-2."),
            "{path:?}"
        );
        let told = theirs(&path);
        assert_eq!(ours(&path), told);
        let has = |line: &str| told.iter().any(|told| told.starts_with(line));
        for (line, want) in [
            ("name: [\"everything-32bit\"]", true),
            ("arch: [\"i586\"]", true),
            ("summary: [\"Some of it\"]", true),
            ("url: ", false),
            ("Provides: everything-32bit(x86-32) 8 \"3:1.0~rc1-2.", true),
            ("Provides: virtual", false),
            ("Requires: rpmlib(PartialHardlinkSets)", true),
            ("Requires: rpmlib(TildeInVersions)", true),
            ("trigger", false),
        ] {
            assert_eq!(has(line), want, "{line}: {told:#?}");
        }
        install(&path, folder.path());
    }
}

fn install(package: &Path, folder: &Path) {
    let root = folder.join("root");
    fs::create_dir(&root).unwrap();
    let words = ["-i", "--nosignature", "--nodeps", "--ignorearch", "--root"];
    let output = Command::new("rpm").args(words).arg(&root).arg(package).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let at = |path: &str| root.join(path);
    assert_eq!(fs::read_to_string(at("usr/lib32/linked")).unwrap(), "one\ntwo\n");
    let inode = |path: &str| fs::metadata(at(path)).unwrap().ino();
    assert_eq!(inode("usr/lib32/linked"), inode("usr/lib32/another"));
    assert_eq!(fs::read_link(at("usr/lib32/up")).unwrap(), Path::new("../bin/everything"));
    assert_eq!(fs::metadata(at("usr/bin/everything")).unwrap().permissions().mode() & 0o7777, 0o4755);
    assert_eq!(fs::metadata(at("usr/lib32")).unwrap().permissions().mode() & 0o7777, 0o755);
    assert!(!at("var/lib/everything.log").exists(), "a ghost was installed");
    fs::remove_dir_all(&root).unwrap();
}

#[test]
fn what_cannot_be_made_is_said() {
    let package =
        everything().iter().find(|package| !package.to_string_lossy().ends_with(".src.rpm")).unwrap();
    let file = |path: &str, origin| Recipe { files: vec![placed(path, origin)], ..Recipe::default() };
    let with = |name: &str, value: &str| Recipe { fields: vec![set(name, value)], ..Recipe::default() };
    let rows = [
        (file("usr/a", Origin::Directory), "\"usr/a\" is no plain absolute path"),
        (file("/usr/../a", Origin::Directory), "is no plain absolute path"),
        (file("/a\0b", Origin::Directory), "is no plain absolute path"),
        (file("/a\u{fffd}", Origin::Directory), "has bytes that are no UTF-8"),
        (file("/a", Origin::Symlink("\u{fffd}".to_owned())), "has bytes that are no UTF-8"),
        (file("/a", Origin::Original(1000)), "/a is of file 1000, which is not there"),
        (file("/a", Origin::Symlink(String::new())), "/a leads nowhere"),
        (
            Recipe {
                files: vec![placed("/a", Origin::Directory), placed("/a", Origin::Directory)],
                ..Recipe::default()
            },
            "two files are /a",
        ),
        (with("buildtime", "1"), "the field \"buildtime\" cannot be set"),
        (with("nonsense", "1"), "the field \"nonsense\" cannot be set"),
        (with("name", "a b"), "the name \"a b\" is none"),
        (with("name", "../a"), "the name \"../a\" is none"),
        (with("version", "1-2"), "may have a hyphen"),
        (with("epoch", "x"), "the epoch \"x\" is no number"),
        (with("summary", "a\0b"), "has a byte of zero"),
        (
            Recipe {
                fields: vec![Field { name: "url".to_owned(), values: vec![String::new(); 2] }],
                ..Recipe::default()
            },
            "more than one value",
        ),
    ];
    for (recipe, want) in rows {
        let error = open(package).derive(&recipe, std::io::Cursor::new(Vec::new())).unwrap_err().to_string();
        assert!(error.contains(want), "{want}: {error}");
    }
    many_files_are_refused(package);
    let source = everything().iter().find(|package| package.to_string_lossy().ends_with(".src.rpm")).unwrap();
    let error = open(source).derive(&Recipe::default(), std::io::Cursor::new(Vec::new())).unwrap_err();
    assert!(error.to_string().contains("a package of sources"), "{error}");
}

/// One file of the original, many times: a few bytes of a recipe stand for all that its header says of that.
fn many_files_are_refused(package: &Path) {
    let all = Bounds::default();
    for (count, bounds, want) in [
        (500, all, None),
        (20_000, Bounds { header_bytes: 100_000, ..all }, Some("what the names of files take")),
        (500, Bounds { files: 499, ..all }, Some("the number of files")),
    ] {
        let mut rpm = Rpm::open(File::open(package).unwrap(), bounds).unwrap();
        let place = rpm.files().iter().position(|file| file.path.ends_with("/everything")).unwrap() as u32;
        let files = (0..count).map(|number| placed(&format!("/{number}"), Origin::Original(place)));
        let recipe = Recipe { files: files.collect(), ..Recipe::default() };
        let error = rpm.derive(&recipe, std::io::Cursor::new(Vec::new())).err();
        let told = format!("{error:?}");
        let is_wanted =
            want.map_or(error.is_none(), |what| told.contains(&format!("TooLarge {{ what: {what:?}")));
        assert!(is_wanted, "{count} files: {told}");
    }
}
