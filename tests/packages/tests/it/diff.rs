//! `skink diff` says of real packages what the module says, by its exit code and in each format.

use serde_json::Value;
use sha2::{Digest, Sha256};
use skink_tests_packages::{corpus, everything, everything_debs, spec_built, temporary};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// A build, by its way; its Release says so.
fn greet(way: &'static str) -> &'static [PathBuf] {
    static BUILDS: LazyLock<[Vec<PathBuf>; 3]> =
        LazyLock::new(|| ["w.monday", "w.tuesday", "w.wednesday"].map(|way| spec_built("greet", way)));
    let ends = |build: &&Vec<PathBuf>| build[0].to_string_lossy().contains(way);
    BUILDS.iter().find(ends).unwrap()
}

fn told(name: &str) -> PathBuf {
    let value = std::env::var_os(name);
    PathBuf::from(value.unwrap_or_else(|| panic!("{name} is not set; run `cargo xtask test packages`")))
}

fn module_file() -> PathBuf {
    told("SKINK_HOOKS_DIR").join("build-compare.wasm")
}

/// A package of debug information.
fn debug_deb(root: &Path, deb: &Path) {
    for (path, text) in [
        (
            "DEBIAN/control",
            "Package: a-dbg\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b.c>\nDescription: a\n",
        ),
        ("usr/lib/debug/a", "a\n"),
    ] {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), text).unwrap();
    }
    assert!(Command::new("dpkg-deb").arg("-b").arg(root).arg(deb).output().unwrap().status.success());
}

/// Calls `skink diff` in `folder`, and gives its exit code and what it printed.
fn diff(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(told("SKINK_BIN_DIR").join("skink"));
    command.current_dir(folder).arg("diff").args(arguments);
    let state = folder.join("state");
    if !arguments.contains(&"--module") {
        command.arg("--module").arg(module_file());
    }
    let Output { status, stdout, stderr } = command.arg("--state").arg(state).output().unwrap();
    let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (status.code().unwrap(), stdout, stderr)
}

/// A folder of packages, flat or as obs-build has it.
fn lay(folder: &Path, packages: &[PathBuf], is_flat: bool) {
    for package in packages {
        let name = package.file_name().unwrap().to_string_lossy().into_owned();
        let inside = match name.rsplit('.').nth(1).unwrap() {
            _ if is_flat => String::new(),
            _ if name.ends_with(".deb") => "DEBS".to_owned(),
            "src" => "SRPMS".to_owned(),
            arch => format!("RPMS/{arch}"),
        };
        let folder = folder.join(inside);
        fs::create_dir_all(&folder).unwrap();
        fs::copy(package, folder.join(name)).unwrap();
    }
}

/// Folders `a`, `b` and `c` of three builds, and `tree`, which is `b` in the folders of obs-build.
fn builds() -> tempfile::TempDir {
    let folder = temporary();
    for (name, way) in [("a", "monday"), ("b", "tuesday"), ("c", "wednesday")] {
        lay(&folder.path().join(name), greet(way), true);
    }
    lay(&folder.path().join("tree"), greet("tuesday"), false);
    folder
}

fn json(folder: &Path, old: &str, new: &str) -> (i32, Value) {
    let (code, printed, error) = diff(folder, &[old, new, "--format", "json"]);
    (code, serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{old} {new}: {printed}{error}")))
}

/// The packages of a state, by `name.arch`.
fn named(document: &Value, state: &str) -> Vec<String> {
    let packages = document["packages"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut names: Vec<String> = packages
        .filter(|package| package["state"] == state)
        .map(|package| format!("{}.{}", text(&package["name"]), text(&package["arch"])))
        .collect();
    names.sort();
    names
}

#[test]
fn builds_are_the_same_or_differ() {
    let folder = builds();
    let (a, text) = (folder.path().join("a"), |value: &Value| value.as_str().unwrap_or_default().to_owned());
    let (code, document) = json(folder.path(), "a", "a");
    assert_eq!((code, text(&document["verdict"])), (0, "unchanged".into()), "{document}");
    for new in ["b", "tree"] {
        let (code, document) = json(folder.path(), "a", new);
        assert_eq!((code, text(&document["verdict"])), (1, "changed".into()), "{new}: {document}");
        assert_eq!([&document["old"], &document["new"]], ["a", new]);
        assert_eq!(named(&document, "changed"), ["greet.src", "greet.x86_64"], "{document}");
        assert_eq!(named(&document, "same"), ["greet-extra.x86_64", "libgreet.x86_64"], "{document}");
        let differences = document["differences"].as_array().unwrap();
        let of = |field: &str, new: &str| {
            let fits =
                |one: &&Value| one["field"] == field && one["package"] == "greet.x86_64" && one["new"] == new;
            differences.iter().any(|one| fits(&one))
        };
        assert!(of("summary", "Greets tuesday") && of("requires", "everything"), "{document}");
        let file = |one: &Value| one["path"][0] == "/usr/bin/greet" && one["package"] == "greet.x86_64";
        assert!(differences.iter().any(file), "{document}");
    }
    for (old, new, state) in [("a", "c", "removed"), ("c", "a", "added")] {
        let (code, document) = json(folder.path(), old, new);
        assert_eq!((code, named(&document, state)), (1, vec!["greet-extra.x86_64".to_owned()]), "{document}");
    }
    // The attachment of the build's own run is among the results; it is no reason to fail.
    fs::write(a.join("build-compare.json"), "{}").unwrap();
    fs::create_dir(folder.path().join("tree/OTHER")).unwrap();
    fs::write(folder.path().join("tree/OTHER/Build-Compare.json"), "{}").unwrap();
    assert_eq!(json(folder.path(), "a", "a").0, 0);
    assert_eq!(json(folder.path(), "tree", "b").0, 0);
    assert_eq!(json(folder.path(), "b", "tree").0, 0);
    assert_eq!(fs::read_to_string(a.join("build-compare.json")).unwrap(), "{}");
}

#[test]
fn what_lies_beside_the_packages_counts() {
    let folder = builds();
    let other = |build: &str, text: &str| fs::write(folder.path().join(build).join("tool"), text).unwrap();
    other("a", "one\n");
    fs::create_dir(folder.path().join("same")).unwrap();
    lay(&folder.path().join("same"), greet("monday"), true);
    // A previous build may be kept without such files.
    assert_eq!(json(folder.path(), "same", "a").0, 0);
    let (code, document) = json(folder.path(), "a", "same");
    assert_eq!((code, &document["differences"][0]["path"][0]), (1, &"tool".into()), "{document}");
    other("same", "other\n");
    let (code, document) = json(folder.path(), "a", "same");
    assert_eq!((code, &document["differences"][0]["part"]), (1, &"line 1".into()), "{document}");
    // A link is no package.
    other("same", "one\n");
    std::os::unix::fs::symlink("tool", folder.path().join("same/tool.rpm")).unwrap();
    let (code, printed, error) = diff(folder.path(), &["a", "same"]);
    assert_eq!((code, error.contains("tool.rpm is no regular file")), (2, true), "{printed}{error}");
}

#[test]
fn two_packages_are_a_build_each() {
    let folder = temporary();
    let path = |package: &PathBuf| package.to_str().unwrap().to_owned();
    for package in corpus().iter().chain(everything()).chain(everything_debs().iter().take(1)) {
        let package = path(package);
        let (code, printed, error) = diff(folder.path(), &[&package, &package, "-q"]);
        assert_eq!(code, 0, "{package}: {printed}{error}");
        assert!(printed.contains("are the same") && printed.lines().count() == 1, "{printed}");
    }
    let other = path(&corpus()[0]);
    let (code, printed, error) = diff(folder.path(), &[&other, &path(&corpus()[1]), "-q"]);
    assert_eq!((code, printed.contains(" differ: ")), (1, true), "{printed}{error}");
    // They are compared whatever they are called.
    std::os::unix::fs::symlink(&other, folder.path().join("link.rpm")).unwrap();
    let of = |way, name: &str| greet(way).iter().find(|one| one.to_string_lossy().contains(name)).unwrap();
    fs::copy(of("monday", "/libgreet-"), folder.path().join("old.rpm")).unwrap();
    fs::copy(of("tuesday", "/libgreet-"), folder.path().join("new.rpm")).unwrap();
    fs::copy(of("tuesday", "/greet-1"), folder.path().join("other.rpm")).unwrap();
    let rows = [
        (other.as_str(), "link.rpm", 0),
        ("link.rpm", &other, 0),
        ("old.rpm", "new.rpm", 0),
        ("old.rpm", "other.rpm", 1),
    ];
    for (old, new, want) in rows {
        let (code, printed, error) = diff(folder.path(), &[old, new, "-v"]);
        assert_eq!(code, want, "{printed}{error}");
        if want == 1 {
            assert!(printed.contains("\n  old.rpm → other.rpm\n"), "{printed}");
        }
    }
}

#[test]
fn people_are_shown_the_same() {
    let folder = builds();
    let shown = |arguments: &[&str]| diff(folder.path(), arguments).1;
    let text = shown(&["a", "b"]);
    let answer = text.lines().next().unwrap();
    assert!(answer.starts_with("a and b differ: "), "{text}");
    for part in [
        "── greet.x86_64 changed",
        "    - Greets monday\n    + Greets tuesday\n",
        "    + everything\n",
        "same     libgreet.x86_64\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains('\x1b') && shown(&["a", "b", "--color", "always"]).contains("\x1b[32m"));
    assert_eq!(shown(&["a", "b", "-q"]), format!("{answer}\n"));
    assert!(shown(&["a", "b", "-v"]).contains("  granted: "));
    let page = shown(&["a", "b", "--format", "html"]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Greets <mark>"), "{page}");
    for (format, begins) in [("html", page.as_str()), ("json", "{\n"), ("text", answer)] {
        let printed = shown(&["a", "b", "--format", format, "--output", "out", "--color", "always"]);
        assert!(printed.contains("differ") && printed.lines().count() == 1, "{printed}");
        let written = fs::read_to_string(folder.path().join("out")).unwrap();
        assert!(written.starts_with(begins) && !written.contains('\x1b'), "{format}: {written}");
    }
}

#[test]
fn what_goes_wrong_is_never_the_same() {
    let folder = builds();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("text"), "x").unwrap();
    fs::write(at("cut.rpm"), &fs::read(&greet("monday")[1]).unwrap()[..400]).unwrap();
    fs::write(at("no.wasm"), "x").unwrap();
    fs::create_dir(at("empty")).unwrap();
    fs::copy(&greet("monday")[1], at("one.rpm")).unwrap();
    for (name, module, more) in [
        ("other.toml", Vec::new(), ""),
        ("small.toml", fs::read(module_file()).unwrap(), "limits = { memory = \"64KiB\" }\n"),
    ] {
        let digest = hex::encode(Sha256::digest(module));
        let grants =
            "results = true, previous = true, unchanged = true, attachments = [\"build-compare.json\"]";
        let rule = format!("module = \"build-compare\"\nsha256 = [\"{digest}\"]\nprojects = [\"**\"]\n");
        fs::write(at(name), format!("schema = 1\n[[allow]]\n{rule}grants = {{ {grants} }}\n{more}")).unwrap();
    }
    let guest = told("SKINK_GUEST_PACKAGES");
    fs::copy(&everything_debs()[0], at("one.deb")).unwrap();
    debug_deb(&at("root"), &at("a-dbg_1_all.deb"));
    let rows: [(&[&str], i32, &str); 20] = [
        (&["one.rpm", "one.deb"], 2, "one.rpm and one.deb are packages of different kinds"),
        (&["a-dbg_1_all.deb", "a-dbg_1_all.deb"], 2, "not compared: it holds debug information"),
        (&["empty", "empty"], 2, "not compared: neither this build nor the previous one made a package"),
        (&["a", "none"], 2, "cannot find none"),
        (&["text", "a"], 2, "text is neither a folder of results nor a package"),
        (&["a", "one.rpm"], 2, "a is a folder, and one.rpm is not"),
        (&["a", "b", "--module", "none.wasm"], 2, "none.wasm"),
        (&["a", "b", "--module", "no.wasm"], 2, "not compared: the module ended as refused"),
        (&["a", "b", "--module", guest.to_str().unwrap()], 2, "not compared: the module"),
        (&["a", "a", "--hook-policy", "other.toml"], 2, "the module ended as refused"),
        (&["a", "a", "--hook-policy", "small.toml", "--project", "home:me"], 2, "the module ended as limit"),
        (&["a", "b", "--settings", "[]"], 2, "the settings are no JSON object"),
        (&["a", "b", "--settings", "{\"odd\": 1}"], 2, "odd"),
        (&["cut.rpm", "cut.rpm"], 2, "not compared: "),
        (&["a", "b", "--output", "b/out"], 2, "b/out lies in b, which is compared"),
        (&["a", "b", "--format", "html", "--output", "a/x.rpm"], 2, "a/x.rpm lies in a, which is compared"),
        (&["one.rpm", "one.rpm", "--output", "one.rpm"], 2, "one.rpm is what is compared"),
        (&["a", "b", "--format", "html", "--output", "no/out"], 2, "cannot write no/out"),
        (&["a"], 64, "<NEW>"),
        (&["a", "b", "--format", "pdf"], 64, "pdf"),
    ];
    for (arguments, want, why) in rows {
        let (code, printed, error) = diff(folder.path(), arguments);
        assert_eq!((code, error.contains(why)), (want, true), "{arguments:?}: {printed}{error}");
        assert_eq!(printed, "", "{arguments:?}");
    }
    for (old, new) in [("empty", "a"), ("a", "empty")] {
        let (code, printed, error) = diff(folder.path(), &[old, new]);
        assert_ne!(code, 0, "{old} {new}: {printed}{error}");
    }
}
