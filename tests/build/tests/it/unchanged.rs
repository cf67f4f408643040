//! build-compare without the target's tools: an unchanged build ends with 2 where `build` would, a changed one names
//! the difference.

use crate::checks::{outcomes, report};
use skink_tests_build::{Package, Root, Started, lend};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const HOOKS: &str = "schema = 1\n[hooks.build-compare]\nmodule = \"build-compare.wasm\"\n";

/// As a service says why it builds.
const REASON: &str =
    "Building hello for project 'home:tester' repository 'standard' arch 'x86_64' srcmd5 '0123456789abcdef'";

fn comparing(name: &str) -> Package {
    let package = Package::example(name).write("_hooks", HOOKS);
    package.add_module("build-compare");
    let rule = "\n[[allow]]\nmodule = \"build-compare\"\nprojects = [\"home:*\"]\nsha256 = [\"@digest@\"]\n\
                [allow.grants]\nresults = true\nprevious = true\nunchanged = true\n\
                attachments = [\"build-compare.json\"]\n";
    let module = package.folder().join("build-compare.wasm");
    let digest = Command::new("sha256sum").arg(module).output().unwrap().stdout;
    let digest = String::from_utf8(digest).unwrap();
    package.with_policy(&rule.replace("@digest@", digest.split(' ').next().unwrap()))
}

/// The results in one folder, as a worker is handed those of the previous build.
fn flat(root: &Root, to: &Path) -> PathBuf {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    let results = fs::canonicalize(root.results()).unwrap();
    for folder in [results.join("SRPMS"), results.join("OTHER"), results.join("RPMS/x86_64")] {
        for file in fs::read_dir(folder).unwrap().flatten().filter(|entry| entry.path().is_file()) {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
    to.to_owned()
}

#[test]
fn a_build_is_unchanged_or_says_what_changed() {
    let (root, package) = (lend(), comparing("compared"));
    let first = Started::skink(root.path(), &package, &[]).wait();
    assert_eq!(first.code(), Some(0), "{}", first.output);
    assert_eq!(outcomes(&report(&package)), ["build-compare/check/passed"], "{}", first.output);
    assert!(first.output.contains("no previous build"), "{}", first.output);
    let old = flat(&root, &package.folder().with_file_name("old"));
    let old = ["--oldpackages", old.to_str().unwrap()];
    let by_service =
        [&old[..], &["--reason", REASON, "--disturl", "obs://x/home:tester/standard/0-hello"]].concat();
    let marker = || root.results().join("same_result_marker").exists();

    // The address of a service is in each package, so the second of its builds is compared with the first.
    let rows: [(&str, &[&str], i32, &str); 2] =
        [("by hand", &old, 0, "unchanged"), ("of another origin", &by_service, 0, "passed")];
    for (what, more, code, outcome) in rows {
        let ended = Started::skink(root.path(), &package, more).wait();
        assert_eq!(ended.code(), Some(code), "{what}: {}", ended.output);
        let want = [format!("build-compare/check/{outcome}")];
        assert_eq!(outcomes(&report(&package)), want, "{what}: {}", ended.output);
        assert_eq!(marker(), outcome == "unchanged", "{what}: {}", ended.output);
    }
    flat(&root, Path::new(old[1]));
    let ended = Started::skink(root.path(), &package, &by_service).wait();
    assert_eq!(ended.code(), Some(2), "by a service: {}", ended.output);
    assert!(marker() && outcomes(&report(&package)) == ["build-compare/check/unchanged"], "{}", ended.output);

    let package =
        package.edit("greet.c", "return", "/* one line more */ return").edit("hello.c", "--json", "--JSON");
    let ended = Started::skink(root.path(), &package, &by_service).wait();
    assert_eq!((ended.code(), marker()), (Some(0), false), "changed: {}", ended.output);
    let findings = report(&package)["hooks"][0]["findings"].to_string();
    for want in ["greet.c", "/usr/bin/hello", ".rodata"] {
        assert!(findings.contains(want), "{want}: {}", ended.output);
    }
}
