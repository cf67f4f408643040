//! `skink build` against the plain `build`: the same packages, the same exit codes.

use skink_tests_build::{Ended, Package, Root, Started, farm, lend, packages_of};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// A hook that changes nothing, so that the packages can be compared.
const ONLY_CHECKSUMS: &str = "schema = 1\n[hooks.checksums]\nmodule = \"checksums.wasm\"\n";

fn both(root: &Root, package: &Package, more: &[&str]) -> (Ended, Ended) {
    let plain = Started::plain(root.path(), package, more).wait();
    (plain, Started::skink(root.path(), package, more).wait())
}

#[test]
fn the_same_packages() {
    let root = lend();
    let package = Package::example("parity").write("_hooks", ONLY_CHECKSUMS);
    let plain = Started::plain(root.path(), &package, &[]).wait();
    assert_eq!(plain.code(), Some(0), "{}", plain.output);
    let want = packages_of(&root.results());
    let ours = Started::skink(root.path(), &package, &[]).wait();
    assert_eq!(ours.code(), Some(0), "{}", ours.output);
    let got = packages_of(&root.results());
    assert_eq!(want.len(), 4, "{:?}", want.keys());
    assert_eq!(got.keys().collect::<Vec<_>>(), want.keys().collect::<Vec<_>>());
    for (name, described) in &want {
        for (ours, plain) in got[name].lines().zip(described.lines()) {
            assert_eq!(ours, plain, "{name}");
        }
        assert_eq!(got[name].lines().count(), described.lines().count(), "{name}");
    }
    assert!(root.other().contains(&"SHA256SUMS".to_owned()));
}

#[test]
fn the_same_exit_codes() {
    let root = lend();
    let example = |name: &str| Package::example(name).write("_hooks", ONLY_CHECKSUMS);
    let rows: [(&str, Package, &[&str], i32); 3] = [
        ("success", example("code-0"), &[], 0),
        ("failing %check", example("code-1").edit("hello.spec", "%check\n", "%check\nexit 7\n"), &[], 1),
        ("bad option", example("code-option"), &["--no-such-option"], 1),
    ];
    for (what, package, more, want) in rows {
        let (plain, ours) = both(&root, &package, more);
        assert_eq!(plain.code(), Some(want), "{what}, plain:\n{}", plain.output);
        assert_eq!(ours.code(), Some(want), "{what}, ours:\n{}", ours.output);
    }
}

/// A stand-in for build-compare, in a package of our own: it finds every build the same.
#[test]
fn unchanged_stays_unchanged() {
    let root = lend();
    let package = Package::example("unchanged").write("_hooks", ONLY_CHECKSUMS);
    let local = package.folder().with_file_name("debs");
    make_comparing_package(&local);
    let dist = package.folder().with_file_name("dist");
    let config = fs::read_to_string(&farm().dist).unwrap();
    fs::write(&dist, config.replacen("\nRequired:", "\nSupport: build-compare\nRequired:", 1)).unwrap();
    let old = package.folder().with_file_name("old");
    fs::create_dir_all(&old).unwrap();
    fs::write(old.join("hello-1.0-0.x86_64.rpm"), "").unwrap();
    let rpms = format!("{}:{}", farm().rpms(), local.display());
    let reason = "Building hello for project 'home:tester' repository 'standard' arch 'x86_64' srcmd5 '0123'";
    let url = "obs://example.org/home:tester/standard/0123-hello";
    let (dist, old) = (dist.to_str().unwrap(), old.to_str().unwrap());
    let more = ["--rpms", &rpms, "--dist", dist, "--oldpackages", old, "--reason", reason, "--disturl", url];
    let (plain, ours) = both(&root, &package, &more);
    assert_eq!(plain.code(), Some(2), "plain:\n{}", plain.output);
    assert_eq!(ours.code(), Some(2), "ours:\n{}", ours.output);
    assert!(!root.other().contains(&"SHA256SUMS".to_owned()), "an unchanged build keeps nothing of a hook");
}

fn make_comparing_package(folder: &Path) {
    let tree = folder.join("tree");
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    fs::create_dir_all(tree.join("usr/lib/build")).unwrap();
    let control =
        "Package: build-compare\nVersion: 1\nArchitecture: all\nMaintainer: none\nDescription: stand-in\n";
    fs::write(tree.join("DEBIAN/control"), control).unwrap();
    let script = tree.join("usr/lib/build/same-build-result.sh");
    fs::write(&script, "#!/bin/sh\nexit 0\n").unwrap();
    run(Command::new("chmod").arg("755").arg(&script));
    run(Command::new("dpkg-deb")
        .args(["--root-owner-group", "--build"])
        .arg(&tree)
        .arg(folder.join("build-compare.deb")));
    fs::remove_dir_all(&tree).unwrap();
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_killed_build_ends_as_one() {
    let root = lend();
    let package = Package::example("killed").write("_hooks", ONLY_CHECKSUMS);
    let package = package.edit("hello.spec", "%build\n", "%build\ntouch $HOME/.reached; sleep 100\n");
    for ours in [false, true] {
        let reached = root.path().join("home/abuild/.reached");
        let _ = fs::remove_file(&reached);
        let start = if ours { Started::skink } else { Started::plain };
        let started = start(root.path(), &package, &[]);
        let deadline = Instant::now() + Duration::from_secs(60);
        while !reached.exists() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        let program = if ours { farm().skink() } else { farm().build.clone() };
        let mut kill = Command::new(program);
        kill.args(ours.then_some("build")).arg("--root").arg(root.path()).arg("--kill");
        let killed = Started::start(kill).wait();
        assert_eq!(killed.code(), Some(0), "ours {ours}: {}", killed.output);
        let ended = started.wait();
        assert_eq!(ended.code(), Some(1), "ours {ours}: {}", ended.output);
    }
}
