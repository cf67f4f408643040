//! Builds for another architecture: the package is what it says, and the machine is as before, meanwhile and afterwards.
//!
//! Setting up a root of another architecture takes minutes. So it is done once, by the first test that needs one, and
//! each test has it as the last build left it. What a build of such an architecture does to the machine can only be seen
//! while nothing else does the same, so these tests run one after the other.

mod ended;
mod machine;
mod package;
mod root;
mod seen;

pub(crate) use package::Sleeper;
use package::cross_package;
use root::{cross_root, log_of};
use seen::{Machine, user_namespaces_naming};
use serde_json::json;
use skink_tests_build::{Package, Started, farm, mounts_below, processes_naming};
use std::path::Path;
use std::process::Command;

/// The options of a build for aarch64.
fn foreign(more: &[&str]) -> Vec<String> {
    let pool = std::env::var("SKINK_POOL_ARM64")
        .unwrap_or_else(|_| panic!("SKINK_POOL_ARM64 is not set; run `cargo xtask test tools`"));
    let options = ["--arch", "aarch64", "--rpms", &pool];
    options.iter().chain(more).map(|option| (*option).to_owned()).collect()
}

fn start(root: &Path, package: &Package, more: &[&str], environment: &[(&str, &str)]) -> Started {
    let options = foreign(more);
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    Started::skink_in(environment, root, package, &options)
}

fn report(package: &Package) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(package.report()).unwrap()).unwrap()
}

/// What `file` says of the architecture of a program in a package.
fn machine_of(rpm: &Path, program: &str) -> String {
    let place = tempfile::tempdir_in(&farm().folder).unwrap();
    let unpack = format!("rpm2cpio '{}' | cpio -id --quiet '.{program}'", rpm.display());
    let done = Command::new("sh").args(["-c", &unpack]).current_dir(&place).status().unwrap();
    assert!(done.success(), "{unpack}");
    let told =
        Command::new("file").arg("-b").arg(format!("{}{program}", place.path().display())).output().unwrap();
    // Such as `ELF 64-bit LSB pie executable, ARM aarch64, version 1 (SYSV), …`.
    let told = String::from_utf8(told.stdout).unwrap();
    told.split(',').nth(1).unwrap_or(&told).trim().to_owned()
}

fn assert_nothing_left(machine: &Machine, root: &Path, what: &str) {
    assert_eq!(processes_naming(&root.display().to_string()), Vec::<String>::new(), "{what}: processes");
    assert_eq!(mounts_below(root), Vec::<String>::new(), "{what}: mounts");
    assert_eq!(machine.now(), *machine, "{what}: the machine");
    let nodes =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let nodes: Vec<String> = nodes.filter(|name| name.contains("skink")).collect();
    assert_eq!(nodes, Vec::<String>::new(), "{what}: folders of ours in the root");
}

/// The root was set up from nothing, by a build with `--clean`, while the machine was looked at.
#[test]
fn a_package_for_another_architecture() {
    let (root, machine) = cross_root();
    let package = cross_package("cross-warm", "aarch64");
    for mode in [&["--no-init"][..], &[]] {
        let ended = start(&root, &package, mode, &[]).wait();
        assert_eq!(ended.code(), Some(0), "{mode:?}:\n{}", ended.output);
        assert_nothing_left(&machine, &root, "after a build");
        let rpm = root.join(".build.packages/RPMS/aarch64/hello-1.0-0.aarch64.rpm");
        assert_eq!(machine_of(&rpm, "/usr/bin/hello"), "ARM aarch64");
        assert!(!ended.output.contains("Permission denied"), "{mode:?}:\n{}", ended.output);
        let report = report(&package);
        let interpreter = "/usr/bin/qemu-aarch64-static";
        let want = json!([{ "effect": "emulate", "arch": "aarch64", "interpreter": interpreter }]);
        assert_eq!((&report["effects"], &report["hooks"][0]["effects"]), (&want, &want));
        let told = format!("programs run: aarch64 by {interpreter}");
        assert!(log_of(&package).contains(&told), "{}", ended.output);
    }
}

/// Nothing is emulated for a package of this machine's own architecture, and nothing of its build is different.
#[test]
fn a_native_package_has_no_user_namespace() {
    let root = skink_tests_build::lend();
    let _ = std::fs::remove_file(Sleeper::signal(root.path()));
    let sleeper = Sleeper::new(cross_package("cross-native", "aarch64"));
    let started = Started::skink(root.path(), &sleeper.package, &[]);
    sleeper.wait_for_it(&started);
    let own = std::fs::read_link("/proc/self/ns/user").unwrap();
    assert_eq!(user_namespaces_naming(root.path()), [own]);
    sleeper.wake(root.path());
    let ended = started.wait();
    assert_eq!(ended.code(), Some(0), "{}", ended.output);
    assert!(ended.output.contains("x86_64 runs x86_64 by itself: nothing to do"), "{}", ended.output);
    assert_eq!(report(&sleeper.package)["effects"], json!([]));
}

/// No grant, no build.
#[test]
fn nothing_is_emulated_without_a_grant() {
    let (root, machine) = cross_root();
    for granted in ["", "s390x"] {
        let package = cross_package("cross-denied", granted);
        let ended = start(&root, &package, &["--no-init"], &[]).wait();
        assert_eq!(ended.code(), Some(1), "{granted}:\n{}", ended.output);
        assert!(!ended.output.contains("started \"build"), "{granted}: the build started\n{}", ended.output);
        let report = report(&package);
        // A `*` in the manifest is whatever the rule gives, be it nothing: it is the request that is denied.
        assert_eq!(report["hooks"][0]["denied"], json!(["no grant to have aarch64 emulated"]));
        assert_eq!(report["effects"], json!([]));
        assert_nothing_left(&machine, &root, granted);
    }
}

/// What cannot be is said before the build starts.
#[test]
fn what_cannot_be_emulated_is_said() {
    let (root, machine) = cross_root();
    let package = cross_package("cross-cannot", "aarch64");
    let rows: [(&[&str], &str); 3] = [
        (&["--arch", "mips"], "\"mips\" is no architecture that can be emulated"),
        (&["--vm-type", "nspawn"], "only a build in a chroot"),
        (&["--repo", "https://example.org/repo"], "such a build has no network"),
    ];
    for (options, words) in rows {
        let ended = start(&root, &package, options, &[]).wait();
        assert_eq!(ended.code(), Some(1), "{options:?}:\n{}", ended.output);
        assert!(ended.output.contains(words), "{options:?}: no {words:?} in\n{}", ended.output);
        assert!(
            !ended.output.contains("started \"build"),
            "{options:?}: the build started\n{}",
            ended.output
        );
    }
    assert_nothing_left(&machine, &root, "after refusals");
}
