//! What is different for packages of Debian.

use super::target;
use crate::{Conf, Format, Package, RelationKind};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

fn conf(lines: &str) -> Conf {
    let mut conf = Conf::new(Format::Deb);
    conf.read("deb.conf", &format!("targetname <name>-<targettype>\nliba1.0\n{lines}")).unwrap();
    conf
}

const LIBA: Package<'_> = Package { name: "liba1.0", version: "1:2-3", architecture: "i386" };

#[test]
fn dependencies_as_control_files_have_them() {
    type Row<'a> = (&'a str, &'a [(RelationKind, &'a str, u32, &'a str)]);
    use RelationKind::{Obsoletes, PreRequires, Requires, Supplements};
    let rows: [Row<'_>; 9] = [
        ("requires \"a\"", &[(Requires, "a", 0, "")]),
        ("requires a", &[(Requires, "a", 0, "")]),
        ("requires a (>= <version>), b (<< 2)", &[(Requires, "a", 12, "1:2-3"), (Requires, "b", 2, "2")]),
        ("requires \"a (=1)\"", &[(Requires, "a", 8, "1")]),
        ("requires a | b (>> 1)", &[(Requires, "a | b (>> 1)", 0, "")]),
        ("requires a:any", &[(Requires, "a:any", 0, "")]),
        ("requires a\nrequires b\nrequires -a", &[(Requires, "b", 0, "")]),
        ("prereq a (<= 1)", &[(PreRequires, "a", 10, "1")]),
        ("obsoletes a\nsupplements b", &[(Supplements, "b", 0, ""), (Obsoletes, "a", 0, "")]),
    ];
    for (lines, want) in rows {
        let conf = conf(lines);
        let rules = conf.rules(LIBA, &target(), false).unwrap().unwrap();
        let relations = rules.deb_relations().unwrap();
        let told: Vec<_> = relations
            .iter()
            .map(|one| (one.kind, one.name.as_str(), one.flags, one.version.as_str()))
            .collect();
        assert_eq!(told, want, "{lines}");
    }
}

#[test]
fn dependencies_that_are_none() {
    for text in [
        "requires a = 1",
        "requires a (1)",
        "requires a (= 1",
        "requires a b",
        "requires (= 1)",
        "requires a | b c",
        "requires a (>=)",
        "requires \"a",
        "requires +a",
        "requires a:",
        "requires a (= 1_2)",
        "requires a (>= x:y)",
        "requires a (>= 99999999999:1)",
        "provides a (>= 1)",
        "provides a | b",
        "conflicts a | b",
        "supplements a | b",
    ] {
        let conf = conf(text);
        let rules = conf.rules(LIBA, &target(), false).unwrap().unwrap();
        let error = rules.deb_relations().unwrap_err().to_string();
        assert!(error.starts_with("deb.conf:3: "), "{text}: {error}");
    }
}

#[test]
fn a_program_that_runs_a_script_is_named_in_the_script() {
    for (text, is_fine) in [
        ("-p /sbin/ldconfig", false),
        ("#!/bin/sh\npost -p /sbin/ldconfig", false),
        ("\"-p <lua>\"", false),
        ("-p", true),
        ("#!/bin/sh -p /", true),
    ] {
        let conf = conf(&format!("post {text}"));
        let scripts = conf.rules(LIBA, &target(), false).unwrap().unwrap().deb_scripts();
        assert_eq!(scripts.is_ok(), is_fine, "{text}");
        let error = scripts.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(is_fine || error.contains(": post -p is of RPMs"), "{text}: {error}");
    }
}

#[test]
fn scripts_are_written_as_they_are() {
    let conf = conf("post #!/bin/sh\npost \"echo 100%\"\npostun x");
    let rules = conf.rules(LIBA, &target(), false).unwrap().unwrap();
    let bodies: Vec<Option<String>> =
        rules.deb_scripts().unwrap().into_iter().map(|script| script.body).collect();
    assert_eq!(bodies, [Some("#!/bin/sh\necho 100%".to_string()), Some("x".to_string())]);
}
