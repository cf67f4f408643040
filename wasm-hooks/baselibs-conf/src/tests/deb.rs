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
    for text in ["a = 1", "a (1)", "a (= 1", "a b", "(= 1)", "a | b c", "a (>=)"] {
        let conf = conf(&format!("requires {text}"));
        let rules = conf.rules(LIBA, &target(), false).unwrap().unwrap();
        let error = rules.deb_relations().unwrap_err().to_string();
        assert!(error.starts_with("deb.conf:3: "), "{text}: {error}");
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
