//! Packages of Debian: what the hook makes of them is what mkbaselibs makes of them, and dpkg installs it.

use super::case::of_build;
use super::compare::{Difference, of_packages};
use super::facts::Facts;
use super::known::OF_DEBS;
use super::oracle::packages_in;
use super::{each, hook, said};
use crate::deb_derive::{install, parity};
use skink_tests_packages::{deb_theirs, temporary};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

const CONF: &str = "baselibs-deb.conf";

/// Which architecture goes to which: the distribution's has none of Debian's.
const TARGETS: &str = "arch i386 targets amd64:32bit\narch armhf targets arm64:32bit\n";

/// What stands for a distribution's configuration that says no more than it has to.
const LEAST: &str = "targetname <name>-<targettype>\n";

/// One configuration, of packages of that architecture.
struct Row {
    name: &'static str,
    architecture: &'static str,
    /// In place of the distribution's.
    global: Option<&'static str>,
    lines: &'static str,
    /// Packages that both make together.
    made: usize,
}

const fn row(name: &'static str, lines: &'static str, made: usize) -> Row {
    Row { name, architecture: "i386", global: None, lines, made }
}

const ROWS: [Row; 13] = [
    row("named", "libgreet1\n", 1),
    Row { architecture: "armhf", ..row("other-architecture", "libgreet1\npackage libgreet1.0\n", 2) },
    Row { global: Some(LEAST), ..row("alone", "libgreet1\n", 1) },
    row("prefix", "prefix /emul\nlibgreet1\n", 1),
    row("deep-prefix", "libgreet1\nprefix /emul/ia32-linux\n", 1),
    row(
        "relations",
        "libgreet1\nrequires \"one (>= <version>)\"\nrequires two, three:any\nprereq \"pre-<name>\"\nprovides virtual (= 1)\n\
         obsoletes old (<< 2)\nsupplements near\nrecommends \"a | b (= 1)\"\nsuggests far\nconflicts foe\n",
        1,
    ),
    row(
        "scripts",
        "libgreet1\npre #!/bin/sh\npre \"true <targetarch>\"\npost \"true <prefix>\"\npreun #!/bin/sh\npostun #!/bin/sh\npostun true\n",
        1,
    ),
    row("blocked", "libgreet1\nblock!\npackage libgreet1.0\n", 1),
    row("unread", "libgreet1\n+/nothing\n-.*\nconfig +x\nautoreqprov off\nlegacyversion 7\nextension 9\n", 1),
    row("targetname", "libgreet1\ntargetname called-greet\n", 0),
    row("dotted", "libgreet1.0\n", 0),
    row("left-out", "libgreet1\nrequires one\nrequires -one\n", 0),
    row("spec-syntax", "libgreet1\nrequires \"greet = 1\"\n", 0),
];

/// Both packages for an architecture, as the real dpkg-deb builds them.
fn packages(architecture: &str, folder: &Path) -> Vec<PathBuf> {
    ["libgreet1", "libgreet1.0"].map(|name| package(name, architecture, folder)).to_vec()
}

fn package(name: &str, architecture: &str, folder: &Path) -> PathBuf {
    let root = folder.join("root");
    let control = format!(
        "Package: {name}\nSource: greet (2)\nVersion: 3:1.0-2\nArchitecture: {architecture}\nMaintainer: A <a@example.org>\n\
         Installed-Size: 21\nDepends: libc6 (>= 2.3)\nBreaks: broken (<< 2)\nReplaces: broken\nMulti-Arch: same\nX-Odd: x\n\
         Description: Greets\n Text.\n"
    );
    for folder in ["DEBIAN", "usr/lib/triplet", "etc", "usr/share/doc/empty"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    for (path, text, mode) in [
        ("DEBIAN/control", control.as_str(), 0o644),
        ("DEBIAN/conffiles", "/etc/greet.conf\n", 0o644),
        ("DEBIAN/postinst", "#!/bin/sh\ntrue before\n", 0o755),
        ("DEBIAN/prerm", "#!/bin/sh\ntrue before\n", 0o755),
        ("DEBIAN/config", "#!/bin/sh\n", 0o755),
        ("DEBIAN/triggers", "activate-noawait ldconfig\n", 0o644),
        ("DEBIAN/shlibs", "libgreet 1 libgreet1 (>= 1)\n", 0o644),
        ("usr/lib/triplet/libgreet.so.1", "library", 0o644),
        ("usr/lib/triplet/tool", "#!/bin/sh\n", 0o4755),
        ("etc/greet.conf", "a = b\n", 0o600),
        ("usr/share/doc/name with blanks, \u{fc}", "text", 0o644),
    ] {
        fs::write(root.join(path), text).unwrap();
        fs::set_permissions(root.join(path), Permissions::from_mode(mode)).unwrap();
    }
    let at = |path: &str| root.join(path);
    fs::hard_link(at("usr/lib/triplet/tool"), at("usr/lib/triplet/tool-2")).unwrap();
    symlink("libgreet.so.1", at("usr/lib/triplet/libgreet.so")).unwrap();
    symlink("/usr/lib/triplet/tool", at("usr/share/doc/absolute")).unwrap();
    let sums = "find * -path DEBIAN -prune -o -type f -print0 | xargs -0 md5sum > DEBIAN/md5sums";
    assert!(Command::new("sh").args(["-c", sums]).current_dir(&root).status().unwrap().success());
    let built = folder.join(format!("{name}_1.0-2_{architecture}.deb"));
    let output =
        Command::new("dpkg-deb").args(["--root-owner-group", "-b"]).args([&root, &built]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    fs::remove_dir_all(root).unwrap();
    built
}

/// What came of one row.
struct Compared {
    differences: Vec<Difference>,
    /// What both made.
    made: usize,
    ours: Vec<PathBuf>,
    said: String,
    _folder: tempfile::TempDir,
}

fn compared(row: &Row) -> Compared {
    let folder = temporary();
    let at = |name: &str| folder.path().join(name);
    let packages = packages(row.architecture, folder.path());
    let distribution = || fs::read_to_string(of_build("baselibs_global-deb.conf")).unwrap();
    let global = row.global.map_or_else(distribution, str::to_owned);
    let conf = format!("{TARGETS}{}", row.lines);
    fs::write(at("global"), &global).unwrap();
    fs::write(at("conf"), &conf).unwrap();
    let (theirs, made) = parity::mkbaselibs(&at("src"), &[&at("global"), &at("conf")], &packages);
    // What is built in says the same as the distribution's; one row has that of build itself.
    let settings = match row.global {
        None if row.name != "named" => serde_json::json!({}),
        Some(_) | None => serde_json::json!({ "global": global }),
    };
    let (ours, added) = hook::call_named(&at("ours"), &settings, (CONF, conf.as_bytes()), &packages);
    let mut differences = Vec::new();
    if theirs.status.success() != ours.status.success() {
        let told = |is_fine: bool| vec![if is_fine { "succeeds" } else { "fails" }.to_owned()];
        let [theirs, ours] = [&theirs, &ours].map(|output| told(output.status.success()));
        differences.push(Difference { package: String::new(), field: "run".to_owned(), theirs, ours });
    }
    let [by_name, other] = [packages_in(&made), packages_in(&added)].map(by_name);
    let (mut both, there) =
        (0, |path: Option<&PathBuf>| path.map(|_| "is there".to_owned()).into_iter().collect());
    for name in by_name.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
        if let (Some(theirs), Some(ours)) = (by_name.get(name), other.get(name)) {
            differences.extend(of_packages(name, &facts(theirs), &facts(ours)));
            both += 1;
            continue;
        }
        let [theirs, ours] = [&by_name, &other].map(|packages| there(packages.get(name)));
        differences.push(Difference { package: name.clone(), field: String::new(), theirs, ours });
    }
    let said = [said(&theirs), said(&ours)].concat();
    Compared { differences, made: both, ours: other.into_values().collect(), said, _folder: folder }
}

/// By the names of their files, without the epoch that mkbaselibs has in them and no tool of Debian has.
fn by_name(packages: Vec<PathBuf>) -> BTreeMap<String, PathBuf> {
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().replace("_3:", "_");
    packages.into_iter().map(|path| (name(&path), path)).collect()
}

fn facts(package: &Path) -> Facts {
    let told = deb_theirs(package);
    let mut facts = Facts::new();
    for line in parity::words(&told) {
        let (name, value) = line.split_once(": ").unwrap();
        facts.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    facts.extend(parity::files(&told).into_iter().map(|(path, own)| (format!("file {path}"), own)));
    let names = parity::control_files(package).into_iter();
    facts.extend(names.map(|name| (format!("control {name}"), vec!["is there".to_owned()])));
    facts
}

#[test]
fn as_mkbaselibs_makes_them() {
    let all = each(&ROWS, compared);
    let (mut unexplained, mut hit) = (Vec::new(), BTreeSet::new());
    for (row, compared) in ROWS.iter().zip(&all) {
        for difference in &compared.differences {
            match OF_DEBS.iter().position(|known| known.is(row.name, difference)) {
                Some(at) => drop(hit.insert(at)),
                None => unexplained.push(format!("{}: {difference}\n{}", row.name, compared.said)),
            }
        }
        if compared.made != row.made {
            unexplained.push(format!("{}: both make {}\n{}", row.name, compared.made, compared.said));
        }
    }
    let gone = OF_DEBS.iter().enumerate().filter(|(at, _)| !hit.contains(at));
    unexplained.extend(gone.map(|(_, known)| format!("{known:?} is no difference any more")));
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    for package in all.iter().flat_map(|compared| &compared.ours) {
        let file = package.file_name().unwrap().to_string_lossy().into_owned();
        let [name, _, end] = *file.split('_').collect::<Vec<_>>() else { panic!("{file}") };
        install(package, &format!("{name}:{}", end.strip_suffix(".deb").unwrap()));
    }
}

#[test]
fn what_is_wrong_is_named_by_file_and_line() {
    const BAD: [(&str, &str); 13] = [
        ("this is nothing", ":4: \"this\" is no directive"),
        ("requires a = 1", ":4: requires \"a = 1\": it is no dependency of Debian"),
        ("requires a (>= x:y)", ":4: requires"),
        ("requires \"a", ":4: requires"),
        ("provides a (>= 1)", ":4: provides \"a (>= 1)\": what is provided has one version"),
        ("supplements a | b", ":4: supplements \"a | b\": only prereq, requires"),
        ("requires -(", ":4: the pattern \"(\""),
        ("post -p /sbin/ldconfig", ":4: post -p is of RPMs"),
        ("targetname ../x", ":4: no package can be called \"../x\""),
        ("targetname Two words", ":4: no package can be called \"Two words\""),
        ("prefix /usr/../x", ":4: \"/usr/../x\" is no folder"),
        ("package /(/", ":4: the pattern \"(\""),
        ("arch i386 targets ../x:32bit", ":4: \"../x:32bit\" is no target"),
    ];
    let folder = temporary();
    let packages = packages("i386", folder.path());
    let rows: Vec<(usize, (&str, &str))> = BAD.into_iter().enumerate().collect();
    each(&rows, |(at, (line, want))| {
        let conf = format!("{TARGETS}libgreet1\n{line}\n");
        let (at, settings) = (folder.path().join(at.to_string()), serde_json::json!({}));
        let (output, added) = hook::call_named(&at, &settings, (CONF, conf.as_bytes()), &packages);
        let told = said(&output);
        assert!(!output.status.success() && told.contains(&format!("{CONF}{want}")), "{line}: {told}");
        assert_eq!(packages_in(&added), Vec::<PathBuf>::new(), "{line}");
    });
}
