//! What the real mkbaselibs makes of a deb, a recipe makes too.
//!
//! Known differences, each on purpose: mkbaselibs writes fields in a random order, and empty ones; it leaves `md5sums` with paths that
//! are no longer there, and `Installed-Size` without the folder of its prefix; its file names have the epoch.

use super::{derived, open, placed, set};
use skink_packages::deb::Deb;
use skink_packages::{Dependency, DependencyKind, Origin, Recipe, Script, ScriptKind};
use skink_tests_packages::{deb_theirs, everything_debs, temporary};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Where obs-build is.
const PLACES: [&str; 2] = ["/usr/lib/obs-build/mkbaselibs", "/usr/lib/build/mkbaselibs"];

/// What is asked of both: lines of a configuration, and what they are in a recipe.
struct Row {
    lines: &'static str,
    dependencies: &'static [(DependencyKind, &'static str, u32, &'static str)],
    /// In place of the original's; mkbaselibs never takes away the original's postinst.
    post_in: Option<&'static str>,
    pre_un: Option<&'static str>,
}

const ROWS: [Row; 2] = [
    Row { lines: "", dependencies: &[], post_in: None, pre_un: None },
    Row {
        lines: "requires \"one (>= 1)\"\nrequires two\nprereq \"pre-<name>\"\nprovides virtual\nobsoletes old\nsupplements near\n\
                recommends \"a | b\"\nsuggests far\nconflicts foe\npost \"#!/bin/sh\"\npost \"true <targettype>\"\n\
                postun \"#!/bin/sh\"\n",
        dependencies: &[
            (DependencyKind::Requires, "one", 12, "1"),
            (DependencyKind::Requires, "two", 0, ""),
            (DependencyKind::PreDepends, "pre-everything", 0, ""),
            (DependencyKind::Provides, "virtual", 0, ""),
            (DependencyKind::Replaces, "old", 0, ""),
            (DependencyKind::Enhances, "near", 0, ""),
            (DependencyKind::Recommends, "a | b", 0, ""),
            (DependencyKind::Suggests, "far", 0, ""),
            (DependencyKind::Conflicts, "foe", 0, ""),
        ],
        post_in: Some("#!/bin/sh\ntrue 32bit"),
        pre_un: Some("#!/bin/sh"),
    },
];

/// Runs mkbaselibs, which writes below /usr/src: that is a folder of its own here, and what is made lies in the folder that is given.
pub(crate) fn mkbaselibs(own: &Path, confs: &[&Path], packages: &[PathBuf]) -> (Output, PathBuf) {
    let program = PLACES.iter().find(|place| Path::new(place).exists()).unwrap();
    let made = own.join("packages/DEBS");
    fs::create_dir_all(&made).unwrap();
    let script = "mount --bind \"$0\" /usr/src && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script]).arg(own).arg(program);
    command.args(confs.iter().flat_map(|conf| [Path::new("-c"), conf])).args(packages);
    (command.output().unwrap(), made)
}

/// What mkbaselibs makes.
fn theirs(package: &Path, lines: &str, folder: &Path) -> PathBuf {
    let conf = folder.join("conf");
    let config = "arch amd64 targets i386:32bit\ntargetname <name>\nprefix /emul\npackage everything\n";
    fs::write(&conf, format!("{config}{lines}")).unwrap();
    let named = folder.join("everything_1_amd64.deb");
    fs::copy(package, &named).unwrap();
    let (output, made) = mkbaselibs(&folder.join("src"), &[&conf], &[named]);
    let said = [output.stdout, output.stderr].concat();
    let made = made.join("everything-32bit_3:1.0~rc1-2_i386.deb");
    assert!(made.exists(), "{}", String::from_utf8_lossy(&said));
    made
}

fn recipe(deb: &Deb<File>, row: &Row) -> Recipe {
    let dependency = |(kind, name, flags, version): &(DependencyKind, &str, u32, &str)| Dependency {
        kind: *kind,
        name: (*name).to_owned(),
        flags: *flags,
        version: (*version).to_owned(),
    };
    let mut dependencies = deb.dependencies().unwrap();
    dependencies.retain(|one| one.kind == DependencyKind::Breaks);
    dependencies.extend(row.dependencies.iter().map(dependency));
    let mut scripts = deb.scripts().unwrap();
    let is_kept = |kind| kind == ScriptKind::Config || kind == ScriptKind::PostIn && row.post_in.is_none();
    scripts.retain(|script| is_kept(script.kind));
    for (kind, body) in [(ScriptKind::PostIn, row.post_in), (ScriptKind::PreUn, row.pre_un)] {
        let body = body.map(str::to_owned);
        let new = Script { kind, interpreter: Vec::new(), body, flags: 0 };
        scripts.extend(Some(new).filter(|script| script.body.is_some()));
    }
    let beneath = |path: &str| format!("/emul{}", path.strip_suffix('/').unwrap_or(path));
    let files = deb.files().iter().zip(0..);
    Recipe {
        fields: vec![
            set("Package", &["everything-32bit"]),
            set("Architecture", &["i386"]),
            set("conffiles", &[]),
        ],
        dependencies,
        scripts,
        files: files.map(|(file, place)| placed(&beneath(&file.path), Origin::Original(place))).collect(),
        ..Recipe::default()
    }
}

/// Everything but files, in no order, and without fields that are empty.
pub(crate) fn words(told: &[String]) -> BTreeSet<&String> {
    // An empty field, and the relation that it would be.
    let is_empty = |line: &str| line.ends_with(": \"\"") || line.ends_with(":  0 \"\"");
    let before = told.iter().take_while(|line| !line.starts_with("file "));
    before.filter(|line| !is_empty(line)).collect()
}

/// Each file by its path, with all paths of its links: which of them comes first is as a folder is read. Of folders, into which tar puts
/// symlinks last, the time may be that of the run.
pub(crate) fn files(told: &[String]) -> BTreeMap<String, Vec<String>> {
    let (mut files, mut links) = (BTreeMap::new(), BTreeMap::new());
    let (mut path, mut own, mut is_folder) = ("", Vec::new(), false);
    for line in told.iter().map(String::as_str) {
        if let Some(next) = line.strip_prefix("file ") {
            path = next;
        } else if let Some(mode) = line.strip_prefix("  mode ") {
            is_folder = mode.starts_with('4');
            own.push(mode.to_owned());
        } else if let Some(first) = line.strip_prefix("  same as ") {
            links.entry(first).or_insert_with(Vec::new).push(path);
            own.push(first.to_owned());
        } else if line.starts_with("  digest ") {
            files.insert(path.to_owned(), std::mem::take(&mut own));
        } else if !path.is_empty() && (!is_folder || !line.starts_with("  modified ")) {
            own.push(line.to_owned());
        }
    }
    for line in files.values_mut().flatten() {
        if let Some(links) = links.get(line.as_str()) {
            *line = links
                .iter()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .fold(String::new(), |all, one| all + " = " + one);
        }
    }
    files
}

/// The names of all control files.
pub(crate) fn control_files(package: &Path) -> BTreeSet<String> {
    let folder = temporary();
    let unpacked = Command::new("dpkg-deb").arg("-e").args([package, folder.path()]).status().unwrap();
    assert!(unpacked.success());
    let files = fs::read_dir(folder.path()).unwrap();
    files.map(|one| one.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn as_mkbaselibs_makes_them() {
    let debs = everything_debs()
        .iter()
        .filter(|deb| ["xz.deb", "zstd.deb", "gzip.deb"].iter().any(|end| deb.ends_with(end)));
    let mut compared = 0;
    for (package, row) in debs.flat_map(|deb| ROWS.iter().map(move |row| (deb, row))) {
        let folder = temporary();
        let theirs = theirs(package, row.lines, folder.path());
        let mut deb = open(package);
        let recipe = recipe(&deb, row);
        let ours = derived(&mut deb, &recipe, folder.path());
        assert!(ours.ends_with("everything-32bit_1.0~rc1-2_i386.deb"), "{ours:?}");
        let shown = format!("{} with {:?}", package.display(), row.lines);
        let [own, real] = [&ours, &theirs].map(|path| deb_theirs(path));
        let words = |told| -> BTreeSet<_> {
            words(told).into_iter().filter(|line| !line.starts_with("Installed-Size")).collect()
        };
        assert_eq!(words(&own), words(&real), "{shown}");
        let (own, real) = (files(&own), files(&real));
        assert!(own.len() > 40, "{shown}: {own:?}");
        for (path, file) in &own {
            assert_eq!(Some(file), real.get(path), "{shown}: {path}");
        }
        assert_eq!(own.len(), real.len(), "{shown}");
        assert_eq!(control_files(&ours), control_files(&theirs), "{shown}");
        compared += 1;
    }
    assert_eq!(compared, 6);
}
