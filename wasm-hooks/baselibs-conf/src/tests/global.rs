//! The configurations that are built in.

use super::target;
use crate::{Conf, Format, GLOBAL, GLOBAL_DEB, Macros, Original, Package, Target};
use std::collections::BTreeSet;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

fn conf(names: &str) -> Conf {
    let mut conf = Conf::new(Format::Rpm);
    conf.read("global", GLOBAL).unwrap();
    conf.read("b.conf", names).unwrap();
    conf
}

#[test]
fn files_that_are_kept() {
    for (name, kind, path, want) in [
        ("liba1", "32bit", "/usr/lib/liba.so.1", true),
        ("liba1", "32bit", "/lib/liba.so.1.2.3", true),
        ("liba1", "32bit", "/usr/lib/a/b.so", true),
        ("liba1", "32bit", "/usr/lib64/liba.so.1", false),
        ("liba1", "32bit", "/usr/libilp32/liba.so.1", true),
        ("liba1", "32bit", "/usr/lib/liba.sox", false),
        ("liba1", "32bit", "/usr/lib/pkgconfig/a.pc", true),
        ("liba1", "32bit", "/usr/lib/crt.o", true),
        ("liba1", "32bit", "/usr/share/lib/a.txt", false),
        ("liba1", "32bit", "/usr/lib/debug/usr/lib/liba.so.1.debug", true),
        ("liba1", "64bit", "/usr/lib/liba.so.1", false),
        ("liba1", "64bit", "/usr/lib/a/liba.so.1", true),
        ("liba1", "64bit", "/usr/lib64/liba.so.1", true),
        ("liba1-debuginfo", "32bit", "/usr/lib/debug/usr/lib/liba.so.1-1.0-2.i586.debug", true),
        ("liba1-debuginfo", "32bit", "/usr/lib/debug/usr/lib/liba.so.1.debug", true),
        ("liba1-debuginfo", "32bit", "/usr/lib/debug/usr/bin/a.debug", false),
        ("liba1-debuginfo", "32bit", "/usr/lib/debug/.build-id/ab/c.debug", true),
    ] {
        let conf = conf(name);
        let package = Package { name, version: "1", architecture: "i586" };
        let target = Target { architecture: "x86_64".into(), kind: kind.into() };
        let rules = conf.rules(package, &target, true).unwrap().unwrap();
        let original = Original { place: 0, path, target: "", is_ghost: false, is_folder: false };
        let laid = rules.lay(&[original], &BTreeSet::new()).unwrap();
        assert_eq!(laid.contains_key(path), want, "{path} of {name} for {kind}");
    }
}

#[test]
fn what_is_said_of_each() {
    let macros = Macros { name: "a", version: "1.5", release: "2" };
    for (name, new, requires, scripts) in [
        ("liba1", "liba1-32bit", vec![], 1),
        ("liba-devel", "liba-devel-32bit", vec!["liba-devel"], 0),
        ("liba1-debuginfo", "liba1-32bit-debuginfo", vec![], 1),
    ] {
        let conf = conf(name);
        let package = Package { name, version: "1.5", architecture: "i586" };
        let rules = conf.rules(package, &target(), true).unwrap().unwrap();
        let names: Vec<String> = rules.relations(&macros).unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(
            (rules.name.as_str(), names),
            (new, requires.iter().map(ToString::to_string).collect()),
            "{name}"
        );
        assert_eq!(rules.scripts(true, &macros).unwrap().len(), scripts, "{name}");
    }
}

#[test]
fn programs_that_tell_how_to_compile() {
    let conf = conf("liba-devel");
    let package = Package { name: "liba-devel", version: "1", architecture: "i586" };
    let rules = conf.rules(package, &target(), false).unwrap().unwrap();
    let file = |(place, path)| Original { place, path, target: "", is_ghost: false, is_folder: false };
    let files: Vec<_> =
        [(0, "/usr/bin/a-config"), (1, "/usr/bin/kde-config"), (2, "/usr/bin/a")].map(file).to_vec();
    let laid = rules.lay(&files, &BTreeSet::from(["/usr", "/usr/lib"])).unwrap();
    let paths: Vec<&str> = laid.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        ["/usr/lib/baselibs-32bit", "/usr/lib/baselibs-32bit/bin", "/usr/lib/baselibs-32bit/bin/a-config"]
    );
}

#[test]
fn the_one_for_debian() {
    let mut conf = Conf::new(Format::Deb);
    conf.read("global", GLOBAL_DEB).unwrap();
    conf.read("deb.conf", "package liba-devel").unwrap();
    let package = Package { name: "liba-devel", version: "1:2-3", architecture: "i586" };
    let rules = conf.rules(package, &target(), false).unwrap().unwrap();
    assert_eq!(rules.name, "liba-devel-32bit");
    let relations = rules.deb_relations().unwrap();
    assert!(relations.iter().any(|one| one.name == "liba-devel" && one.version == "1:2-3"));
    let x86 = Target { architecture: "ia64".into(), kind: "x86".into() };
    assert!(conf.rules(package, &x86, false).unwrap().is_none());
}
