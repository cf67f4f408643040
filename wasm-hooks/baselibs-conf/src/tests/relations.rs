//! Dependencies: what rpm 4.18 makes of each text was seen with rpmbuild.

use super::{MACROS, with};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// Name, flags and version of each.
fn read(lines: &str) -> Result<Vec<(String, u32, String)>, String> {
    let of = |text: &str| {
        with(text, |rules| {
            Ok(rules.relations(&MACROS)?.into_iter().map(|one| (one.name, one.flags, one.version)).collect())
        })
    };
    of(&format!("liba\n{lines}")).map(Option::unwrap_or_default)
}

#[test]
fn texts_that_rpm_takes() {
    type Row<'a> = (&'a str, &'a str, &'a [(&'a str, u32, &'a str)]);
    let rows: [Row<'_>; 36] = [
        ("requires", "a", &[("a", 0, "")]),
        ("requires", "a>=1", &[("a>=1", 0, "")]),
        ("requires", "a b c", &[("a", 0, ""), ("b", 0, ""), ("c", 0, "")]),
        ("requires", "a, b = 1.0-1 , c", &[("a", 0, ""), ("b", 8, "1.0-1"), ("c", 0, "")]),
        ("requires", "a = 1,b", &[("a", 8, "1"), ("b", 0, "")]),
        ("requires", "a = 1.0 b", &[("a", 8, "1.0"), ("b", 0, "")]),
        ("requires", "(a or b) c", &[("(a or b)", 0, ""), ("c", 0, "")]),
        ("requires", "( a  or   b )", &[("(a or b)", 0, "")]),
        ("requires", "a (b or c)", &[("a", 0, ""), ("(b or c)", 0, "")]),
        (
            "requires",
            "(a or b), (c or (d and e)) f",
            &[("(a or b)", 0, ""), ("(c or (d and e))", 0, ""), ("f", 0, "")],
        ),
        ("requires", "(a with b >= 1)", &[("(a with b >= 1)", 0, "")]),
        ("requires", "a = 1:2-3", &[("a", 8, "1:2-3")]),
        ("requires", "a => 1", &[("a", 12, "1")]),
        ("requires", "a =< 1", &[("a", 10, "1")]),
        ("requires", "a == 1", &[("a", 8, "1")]),
        ("requires", "a < 1", &[("a", 2, "1")]),
        ("requires", "a > 1", &[("a", 4, "1")]),
        ("requires", "a(x) = 1", &[("a(x)", 8, "1")]),
        ("requires", "a(b c)", &[("a(b", 0, ""), ("c)", 0, "")]),
        ("requires", "%version", &[("1.5", 0, "")]),
        ("requires", "x = %{version}-%release y%name", &[("x", 8, "1.5-2.3"), ("ysrc", 0, "")]),
        ("requires", "/usr/bin/%%x", &[("/usr/bin/%x", 0, "")]),
        ("requires", "a = 5%%", &[("a", 8, "5%")]),
        ("requires", "ümlaut", &[("ümlaut", 0, "")]),
        ("requires", "a@b pkg;x _x 1x", &[("a@b", 0, ""), ("pkg;x", 0, ""), ("_x", 0, ""), ("1x", 0, "")]),
        ("requires", "a = 1.0_b+c~d^e", &[("a", 8, "1.0_b+c~d^e")]),
        ("requires", "a EQ 1", &[("a", 0, ""), ("EQ", 0, ""), ("1", 0, "")]),
        ("prereq", "a >= 1, b", &[("a", 2572, "1"), ("b", 2560, "")]),
        ("provides", "a >= 1", &[("a", 12, "1")]),
        ("provides", "/usr/bin/x", &[("/usr/bin/x", 0, "")]),
        ("obsoletes", "a < 1", &[("a", 2, "1")]),
        ("conflicts", "(a and b)", &[("(a and b)", 0, "")]),
        ("supplements", "packageand(x:y)", &[("packageand(x:y)", 0, "")]),
        ("recommends", "(a if b else c)", &[("(a if b else c)", 0, "")]),
        ("suggests", "a", &[("a", 0, "")]),
        ("requires", "a >= ~1", &[("a", 12, "~1")]),
    ];
    for (what, text, want) in rows {
        let want: Vec<_> = want
            .iter()
            .map(|(name, flags, version)| (name.to_string(), *flags, version.to_string()))
            .collect();
        assert_eq!(read(&format!("{what} \"{text}\"")), Ok(want), "{what} {text}");
    }
}

#[test]
fn texts_that_rpm_refuses() {
    for (what, text) in [
        ("provides", "(a or b)"),
        ("obsoletes", "(a or b)"),
        ("requires", "a ="),
        ("requires", "-a"),
        ("requires", "a < <"),
        ("provides", "a = 1-2-3"),
        ("obsoletes", "a(x)"),
        ("obsoletes", "/x"),
        ("requires", ""),
        ("requires", " , "),
        ("requires", "a >=1"),
        ("requires", "(a or (b and c)) >= 2"),
        ("requires", "a <> 1"),
        ("requires", "a = 1@2"),
        ("requires", "a >= 1 >= 2"),
        ("requires", "(a"),
        ("requires", "a = (b)"),
        ("requires", "a | b"),
        ("requires", ".x"),
        ("requires", "'x'"),
        // These rpm takes for what they are, or for what the machine that builds knows.
        ("requires", "a >= %{foo}"),
        ("requires", "%(id)"),
        ("requires", "a%{?x}"),
        ("requires", "%{"),
    ] {
        let error = read(&format!("{what} \"{text}\"")).unwrap_err();
        assert!(error.starts_with("b.conf:2: "), "{what} {text}: {error}");
    }
}

#[test]
fn rules_that_are_no_texts() {
    for (line, why) in [
        ("requires a", "b.conf:2: requires a has no quotes; write requires \"TEXT\""),
        ("requires \"a", "b.conf:2: requires \"a has no quotes"),
        ("requires \"", "b.conf:2: requires \" has no quotes"),
        ("provides \"a\" # b", "b.conf:2: provides \"a\" # b has no quotes"),
    ] {
        let error = read(line).unwrap_err();
        assert!(error.starts_with(why), "{line}: {error}");
    }
}

#[test]
fn a_minus_takes_away_what_stands_before_it() {
    for (lines, want) in [
        ("requires \"ab\"\nrequires \"bc\"\nrequires -a", &["bc"][..]),
        ("requires \"ab\"\nrequires -a\nrequires \"ab\"", &["ab"]),
        ("requires \"ab\"\nprovides -a", &["ab"]),
        ("requires \"ab cd\"\nrequires -^cd", &["ab", "cd"]),
        ("requires \"ab cd\"\nrequires -cd", &[]),
        ("requires \"liba-32bit\"\nrequires -^<name>-<targettype>$", &[]),
    ] {
        let names: Vec<String> = read(lines).unwrap().into_iter().map(|one| one.0).collect();
        assert_eq!(names, want, "{lines}");
    }
}
