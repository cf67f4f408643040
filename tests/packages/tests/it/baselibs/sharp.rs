//! The comparison itself: one run of mkbaselibs is as another, and each thing that is changed is found.

use super::case::{Case, named};
use super::compare::differences;
use super::{each, oracle};
use skink_tests_packages::temporary;
use std::fs;

/// Cases that are run twice.
const TWICE: [&str; 4] = ["library", "devel", "odd-files-own", "odd-links"];

#[test]
fn two_runs_of_mkbaselibs_are_alike() {
    each(&TWICE, |name| {
        let (case, folder) = (named(name), temporary());
        let [first, second] = ["first", "second"].map(|run| oracle::run(&case, &folder.path().join(run)));
        assert!(first.failure.is_none() && !first.packages.is_empty(), "{name}: {first:?}");
        assert_eq!(differences(&first, &second), [], "{name}");
    });
}

/// What is added to the configuration of a case, and the fields that must differ then.
const CHANGES: [(&str, &str, &[&str]); 16] = [
    ("library", "provides \"new\"", &["Provides new"]),
    ("library", "requires \"rtld(GNU_HASH) = 1\"", &["Requires rtld(GNU_HASH)"]),
    ("library", "recommends \"new\"", &["Recommends new"]),
    ("library", "pre \"true\"", &["PreIn", "Requires /bin/sh"]),
    ("library", "post \"-p /bin/bash\"", &["PostIn"]),
    ("library", "\"/usr/lib/new.so -> x\"", &["file /usr/lib/new.so", "size"]),
    ("library", "-libgreet.so.1$", &["file /usr/lib/libgreet.so.1", "size"]),
    (
        "library",
        "autoreqprov off",
        &[
            "Provides libgreet.so.1",
            "Provides libgreet.so.1(GREET_1.0)",
            "Requires libother.so.1",
            "Requires rtld(GNU_HASH)",
            "file /usr/lib/libgreet.so.1.2 provides",
            "file /usr/lib/libgreet.so.1.2 requires",
        ],
    ),
    ("library", "block!", &[""]),
    ("library", "targetname other", &["", ""]),
    ("library", "nonsense here", &["run", ""]),
    ("odd-files-own", "-/odd/owned", &["file /usr/lib/odd/owned.so", "size"]),
    (
        "odd-files-own",
        "+/usr/lib/odd/plain.so -> /usr/lib/odd/new.so",
        &["file /usr/lib/odd/new.so", "file /usr/lib/odd/plain.so"],
    ),
    (
        "odd-links",
        "-second",
        &[
            "file /usr/lib/odd/lib/first.so same-as",
            "file /usr/lib/odd/lib/second.so",
            "file /usr/lib/odd/sub/outside.txt same-as",
            "file /usr/lib/odd/sub/third.so same-as",
        ],
    ),
    ("configs-off", "requires -.", &["Requires greet-devel"]),
    (
        "configs-off",
        "config -.",
        &[
            "file /usr/lib/baselibs-32bit",
            "file /usr/lib/baselibs-32bit/bin",
            "file /usr/lib/baselibs-32bit/bin/greet-config",
            "Requires /bin/sh",
            "size",
        ],
    ),
];

#[test]
fn what_is_changed_is_found() {
    each(&CHANGES, |(name, more, want)| {
        let (case, folder) = (named(name), temporary());
        // At the end of the configuration, so of the last package there.
        let conf = folder.path().join("changed.conf");
        fs::write(&conf, format!("{}\n{more}\n", fs::read_to_string(&case.conf).unwrap())).unwrap();
        let packages = case.packages[..1].to_vec();
        let plain = Case { packages, ..case };
        let changed = Case { conf, ..plain.clone() };
        let (old, new) = (
            oracle::run(&plain, &folder.path().join("old")),
            oracle::run(&changed, &folder.path().join("new")),
        );
        let mut found: Vec<String> = differences(&old, &new).into_iter().map(|one| one.field).collect();
        let mut want: Vec<&str> = want.to_vec();
        found.sort();
        want.sort_unstable();
        assert_eq!(found, want, "{name} with {more}");
    });
}

/// What the configuration cannot change is changed in what is read: mode, owner, flags and contents.
#[test]
fn each_field_of_a_file_is_compared() {
    let facts = super::facts::of(&super::corpus::package("i586/odd-files"));
    for word in [
        "mode",
        "owner",
        "group",
        "flags",
        "verify",
        "size",
        "digest",
        "target",
        "device",
        "language",
        "colour",
        "capabilities",
        "class",
        "provides",
        "requires",
        "payload",
        "content",
        "same-as",
    ] {
        let field = format!("file /usr/lib/odd/plain.so {word}");
        assert!(facts.contains_key(&field), "{field} is not known: {facts:#?}");
        assert!(!super::known::is_ignored(&field), "{field} is ignored");
    }
    for field in ["buildtime", "tag Buildtime", "file /a/mode modified", "file /mode inode"] {
        assert!(super::known::is_ignored(field), "{field} is compared");
    }
    for field in ["name", "tag Name", "file /a/modified mode", "Provides cookie"] {
        assert!(!super::known::is_ignored(field), "{field} is ignored");
    }
}

/// Where no package is called `filesystem`, mkbaselibs takes rpm's message for the list of its folders, and has each package own the
/// system's; the hook knows them.
#[test]
fn mkbaselibs_needs_a_package_of_folders() {
    let (folder, case) = (temporary(), named("library"));
    let home = folder.path().join("home");
    super::corpus::home_without_filesystem(&home);
    let output = oracle::call(&home, case.global_file().as_deref(), &case.conf, &case.packages);
    assert!(output.status.success(), "{}", super::said(&output));
    let theirs =
        oracle::Outcome { packages: oracle::packages_in(&home.join("rpmbuild/RPMS")), failure: None };
    let ours = super::hook::run(&case, &folder.path().join("ours"));
    let found = differences(&theirs, &ours);
    let fields: Vec<&str> = found.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["file /usr", "file /usr/lib"], "{found:#?}");
    assert!(found.iter().all(|one| one.ours.is_empty()), "{found:#?}");
}
