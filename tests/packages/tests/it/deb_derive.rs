//! Debs that are made of others: the real dpkg tells, unpacks, installs and verifies them.

mod by_hand;
pub(crate) mod parity;
mod refused;

use skink_packages::deb::Deb;
use skink_packages::{Bounds, Field, Origin, Placed, Recipe, Script, ScriptKind};
use skink_tests_packages::{deb_ours, deb_theirs, everything_debs, temporary};
use std::fs::{self, File, Permissions};
use std::io::{Cursor, Read, Seek};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Forms of tar that dpkg-deb does not write, and so does not write again alike.
const FOREIGN: [&str; 6] = ["gnu.deb", "posix.deb", "ustar.deb", "v7.deb", "bzip2.deb", "lzma.deb"];

fn open(package: &Path) -> Deb<File> {
    Deb::open(File::open(package).unwrap(), Bounds::default()).unwrap()
}

/// Everything as it is.
fn unchanged<S: Read + Seek>(deb: &Deb<S>) -> Recipe {
    let files = deb.files().iter().zip(0..);
    Recipe {
        dependencies: deb.dependencies().unwrap(),
        scripts: deb.scripts().unwrap(),
        files: files.map(|(file, place)| placed(&file.path, Origin::Original(place))).collect(),
        ..Recipe::default()
    }
}

fn placed(path: &str, origin: Origin) -> Placed {
    Placed { path: path.to_owned(), origin }
}

fn set(name: &str, values: &[&str]) -> Field {
    Field { name: name.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
}

/// The bytes of a derived package.
fn bytes<S: Read + Seek>(deb: &mut Deb<S>, recipe: &Recipe) -> Vec<u8> {
    let mut to = Cursor::new(Vec::new());
    deb.derive(recipe, &mut to).unwrap();
    to.into_inner()
}

/// Derives into a folder, twice: no two of them may differ.
fn derived<S: Read + Seek>(deb: &mut Deb<S>, recipe: &Recipe, folder: &Path) -> PathBuf {
    let path = folder.join(deb.derived_name(recipe).unwrap());
    let first = bytes(deb, recipe);
    assert!(first == bytes(deb, recipe), "{} comes out differently each time", path.display());
    fs::write(&path, first).unwrap();
    path
}

/// What a program writes, which has to succeed.
fn output(program: &str, words: &[&str], package: &Path) -> Vec<u8> {
    let output = Command::new(program).args(words).arg(package).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {words:?} {}: {said}", package.display());
    output.stdout
}

fn text(program: &str, words: &[&str], package: &Path) -> String {
    String::from_utf8_lossy(&output(program, words, package)).into_owned()
}

/// Whether its sums are only of files that it has: old forms of tar have no place for some.
fn is_whole(package: &Path) -> bool {
    ["ustar.deb", "v7.deb", "bzip2.deb", "lzma.deb"].iter().all(|name| !package.ends_with(name))
}

/// `dpkg-deb --info` but for how large the archives are, and the sums.
fn info(package: &Path, with_sums: bool) -> String {
    let all = text("dpkg-deb", &["--info"], package);
    let is_told =
        |line: &&str| !line.starts_with(" size ") && (with_sums || !line.trim_end().ends_with("md5sums"));
    all.lines().filter(is_told).map(|line| format!("{line}\n")).collect()
}

/// The names of the archives, which tell how they are compressed.
fn archives(package: &Path) -> Vec<String> {
    let all = text("ar", &["t"], package);
    all.lines().filter(|name| name.contains(".tar")).map(str::to_owned).collect()
}

/// Installs a package into an empty root, without its dependencies, and verifies its files.
pub(crate) fn install(package: &Path, name: &str) -> tempfile::TempDir {
    let root = temporary();
    let at = |path: &str| root.path().join(path);
    for folder in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "var/log", "tmp"] {
        fs::create_dir_all(at(folder)).unwrap();
    }
    fs::set_permissions(at("tmp"), Permissions::from_mode(0o1777)).unwrap();
    fs::write(at("var/lib/dpkg/status"), "").unwrap();
    let root_option = format!("--root={}", root.path().display());
    let force = "--force-depends,architecture,bad-path,script-chrootless,not-root,unsafe-io";
    text("dpkg", &[&root_option, force, "-i"], package);
    let mut dpkg = Command::new("dpkg-query");
    let said =
        dpkg.arg(format!("--admindir={}", at("var/lib/dpkg").display())).args(["-W", "-f=${Status}", name]);
    assert_eq!(said.output().unwrap().stdout, b"install ok installed", "{name}");
    let mut files = fs::read_dir(at("var/lib/dpkg/info")).unwrap().map(|entry| entry.unwrap().path());
    let sums = files.find(|path| path.extension().is_some_and(|end| end == "md5sums")).unwrap();
    let verified =
        Command::new("md5sum").args(["--strict", "-c"]).arg(&sums).current_dir(root.path()).output();
    let verified = verified.unwrap();
    let said = [verified.stdout, verified.stderr].concat();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&said));
    root
}

#[test]
fn an_unchanged_package_is_told_alike() {
    let folder = temporary();
    for package in everything_debs() {
        let shown = package.display();
        let mut deb = open(package);
        let recipe = unchanged(&deb);
        let path = derived(&mut deb, &recipe, folder.path());
        assert!(path.ends_with("everything_1.0~rc1-2_amd64.deb"), "{path:?}");
        assert_eq!(info(&path, is_whole(package)), info(package, is_whole(package)), "{shown}");
        let contents = |package| text("dpkg-deb", &["--contents"], package);
        assert_eq!(contents(&path), contents(package), "{shown}");
        assert_eq!(deb_theirs(&path), deb_theirs(package), "{shown}");
        assert_eq!(deb_ours(&path), deb_ours(package), "{shown}");
        assert_eq!(archives(&path), archives(package), "{shown}");
        let tar = |package| output("dpkg-deb", &["--fsys-tarfile"], package);
        let is_foreign = FOREIGN.iter().any(|name| package.ends_with(name));
        assert!(is_foreign || tar(&path) == tar(package), "{shown}: the archive has other bytes");
        let root = install(&path, "everything");
        let expected = if is_foreign { (4321, 4322) } else { (0, 0) };
        let program = fs::metadata(root.path().join("usr/bin/everything")).unwrap();
        assert_eq!((program.uid(), program.gid()), expected, "{shown}");
        assert_eq!(program.mode() & 0o7777, 0o4755, "{shown}");
    }
    assert_eq!(everything_debs().len(), 10);
}

/// Some of it beneath other folders, with other words.
fn changed(deb: &Deb<File>) -> Recipe {
    let place = |path: &str| deb.files().iter().position(|file| file.path == path).unwrap() as u32;
    let original = |path: &str, from: &str| placed(path, Origin::Original(place(from)));
    let files = vec![
        original("/usr/lib32/z-moved", "/usr/share/everything/linked-3"),
        original("/usr/lib32/another", "/usr/share/everything/linked-2"),
        original("/usr/share/everything/block", "/usr/share/everything/block"),
        original("/opt/new.conf", "/etc/everything.conf"),
        original("/usr/bin/link", "/usr/bin/link"),
        placed("/usr/lib32/up", Origin::Symlink("../bin/everything".to_owned())),
        placed("/var/empty", Origin::Directory),
    ];
    let mut dependencies = deb.dependencies().unwrap();
    dependencies.retain(|one| one.name != "friend" && one.name != "better");
    dependencies[0].name = "other".to_owned();
    let script = |kind, interpreter: &[&str], body: &str| Script {
        kind,
        interpreter: interpreter.iter().map(|word| (*word).to_owned()).collect(),
        body: Some(body.to_owned()),
        flags: 0,
    };
    let fields = vec![
        set("package", &["everything-32bit"]),
        set("Architecture", &["i386"]),
        set("Description", &["Some of it\n Text.\n .\n  * more"]),
        set("Homepage", &[]),
        set("XB-New", &["own"]),
        set("triggers", &["activate-noawait ldconfig"]),
        set("shlibs", &[]),
    ];
    let scripts = vec![
        script(ScriptKind::PostIn, &["/bin/sh", "-e"], "true\n"),
        script(ScriptKind::PreUn, &[], "#!/bin/sh\ntrue"),
    ];
    Recipe { fields, dependencies, scripts, files, ..Recipe::default() }
}

#[test]
fn what_is_installed_is_what_was_asked_for() {
    let folder = temporary();
    for package in everything_debs() {
        let shown = package.display();
        let mut deb = open(package);
        let recipe = changed(&deb);
        let path = derived(&mut deb, &recipe, folder.path());
        assert!(path.ends_with("everything-32bit_1.0~rc1-2_i386.deb"), "{path:?}");
        assert_eq!(deb_ours(&path), deb_theirs(&path), "{shown}");
        let field = |name: &str| text("dpkg-deb", &["-W", &format!("--showformat=${{{name}}}")], &path);
        for (name, want) in [
            ("Package", "everything-32bit"),
            ("Version", "3:1.0~rc1-2"),
            ("Architecture", "i386"),
            ("Homepage", ""),
            ("XB-New", "own"),
            ("Recommends", ""),
            ("Enhances", ""),
            ("Provides", "other (= 2:1-1), odd"),
            ("Depends", "libc6 (>= 2.3), rich:any (= 1:2-3), alpha | beta (= 2), spaced (>= 1), plain"),
            ("Description", "Some of it\n Text.\n .\n  * more"),
            ("Maintainer", "A packager <packager@example.org>"),
        ] {
            assert_eq!(field(name), want, "{shown}: {name}");
        }
        let root = install(&path, "everything-32bit:i386");
        let at = |path: &str| root.path().join(path);
        let inode = |path: &str| fs::metadata(at(path)).unwrap().ino();
        assert_eq!(inode("usr/lib32/z-moved"), inode("usr/lib32/another"));
        assert_eq!(fs::read_to_string(at("usr/lib32/another")).unwrap(), "one\ntwo\n");
        assert_eq!(fs::read_link(at("usr/lib32/up")).unwrap(), Path::new("../bin/everything"));
        assert_eq!(fs::read(at("usr/share/everything/block")).unwrap(), [7; 512]);
        assert_eq!(fs::metadata(at("var/empty")).unwrap().mode() & 0o7777, 0o755);
        assert!(!at("usr/bin/everything").exists() && !at("etc").exists());
        let info =
            |end: &str| fs::read_to_string(at(&format!("var/lib/dpkg/info/everything-32bit.{end}"))).ok();
        assert_eq!(info("conffiles").unwrap(), "/opt/new.conf\n");
        assert_eq!(info("postinst").unwrap(), "#!/bin/sh -e\ntrue\n");
        assert_eq!(info("prerm").unwrap(), "#!/bin/sh\ntrue");
        assert_eq!(info("triggers").unwrap(), "activate-noawait ldconfig\n");
        assert_eq!(info("md5sums").unwrap().lines().count(), 4);
        assert!(info("symbols").is_some() && info("shlibs").is_none() && info("preinst").is_none());
    }
}

/// The number goes with the files, as dpkg-gencontrol would count those.
#[test]
fn the_installed_size_goes_with_the_files() {
    let mut deb = open(&everything_debs()[0]);
    let folder = temporary();
    let without = |path: &str, deb: &Deb<File>| {
        let place = deb.files().iter().position(|file| file.path.contains(path)).unwrap();
        let mut recipe = unchanged(deb);
        recipe.files.remove(place);
        recipe
    };
    // 300001 bytes, a link of a file that stays, 512 bytes, a fifo, a folder, and one that is made all the same.
    let rows = [
        ("blanks", 28),
        ("linked-2", 321),
        ("/block", 320),
        ("fifo", 320),
        ("/opt/empty", 320),
        ("/etc", 321),
    ];
    for (path, want) in rows {
        let recipe = without(path, &deb);
        let path = derived(&mut deb, &recipe, folder.path());
        assert_eq!(text("dpkg-deb", &["-W", "--showformat=${Installed-Size}"], &path), want.to_string());
    }
}
