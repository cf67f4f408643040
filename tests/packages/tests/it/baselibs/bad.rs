//! Configurations that are wrong: mkbaselibs dies, the hook says where it is wrong.

use super::{corpus, each, hook, oracle, said};
use skink_tests_packages::temporary;
use std::fs;

/// A distribution's configuration of two lines, both good.
const GLOBAL: &str = "arch i586 targets x86_64:32bit\ntargetname <name>-<targettype>\n";

/// The package's own configuration, what mkbaselibs says of it, and the line that the hook must name.
const ROWS: [(&str, &str, usize); 19] = [
    ("libgreet1\n+lib\nthis is nothing\n", "bad line: this is nothing", 3),
    ("# comment\n\nlibgreet1\n  wrong \"x\"\n", "bad line: wrong", 4),
    ("libgreet1\nlibgreet1.2\n", "bad line: libgreet1.2", 2),
    ("libgreet1\n+lib\nrequires unquoted\n", "bad requires rule: unquoted", 3),
    ("libgreet1\n+lib\nprovides \"half\n", "bad provides rule: \"half", 3),
    ("libgreet1\n+lib\nobsoletes +a\n", "bad obsoletes rule: +a", 3),
    ("libgreet1\n+lib\nprereq x\n", "bad prereq rule: x", 3),
    ("libgreet1\n+lib\nrecommends x\n", "bad recommends rule: x", 3),
    ("libgreet1\n+lib\nsupplements x\n", "bad supplements rule: x", 3),
    ("libgreet1\n+lib\nconflicts x\n", "bad conflicts rule: x", 3),
    ("libgreet1\n+lib\nbaselib x\n", "bad baselib rule: x", 3),
    ("libgreet1\n+lib\n\"/only/one\"\n", "bad baselib string rule: ", 3),
    ("libgreet1\n+lib\nconfigdir /a\nconfig x\n", "bad config rule: x", 4),
    ("libgreet1\n+lib\npre x\n", "bad prein rule: x", 3),
    ("libgreet1\n+lib\npost \"half\n", "bad postin rule: \"half", 3),
    ("libgreet1\n+lib\npreun x\n", "bad preun rule: x", 3),
    ("libgreet1\n+lib[\n", "Unmatched [", 2),
    ("libgreet1\n+lib\nprovides \"x\"\nprovides -(\n", "Unmatched (", 4),
    ("package /(/\nlibgreet1\n+lib\n", "Unmatched (", 1),
];

#[test]
fn what_is_wrong_is_named_by_file_and_line() {
    each(&ROWS, |(conf, theirs, line)| {
        let folder = temporary();
        let (said_by_theirs, ours) = both(folder.path(), GLOBAL, conf);
        assert!(said_by_theirs.contains(theirs), "{conf:?}: {said_by_theirs}");
        let want = format!("baselibs.conf:{line}: ");
        assert!(ours.contains(&want), "{conf:?}: no {want}: {ours}");
    });
}

#[test]
fn what_is_wrong_with_the_distributions_is_named_too() {
    for (global, conf, theirs, want) in [
        ("arch i586 targets x86_64:32bit\nwhat is this\n", "libgreet1\n+lib\n", "bad line: what", ":2: "),
        ("arch i586 targets x86_64:32bit\n", "libgreet1\n+lib\n", "targetname not set", "targetname"),
    ] {
        let folder = temporary();
        let (said_by_theirs, ours) = both(folder.path(), global, conf);
        assert!(said_by_theirs.contains(theirs), "{global:?}: {said_by_theirs}");
        assert!(ours.contains(want), "{global:?}: no {want}: {ours}");
    }
}

/// What both say of a configuration that both refuse.
fn both(folder: &std::path::Path, global: &str, conf: &str) -> (String, String) {
    let (home, package) = (folder.join("home"), corpus::package("i586/libgreet1"));
    corpus::home(&home, false, &[]);
    let [global_file, conf_file] = ["global.conf", "baselibs.conf"].map(|name| folder.join(name));
    fs::write(&global_file, global).unwrap();
    fs::write(&conf_file, conf).unwrap();
    let theirs = oracle::call(&home, Some(&global_file), &conf_file, std::slice::from_ref(&package));
    assert!(!theirs.status.success(), "mkbaselibs takes {conf:?}: {}", said(&theirs));
    let settings = serde_json::json!({ "global": global });
    let (ours, added) = hook::call(&folder.join("ours"), &settings, conf.as_bytes(), &[package]);
    assert!(!ours.status.success(), "the hook takes {conf:?}: {}", said(&ours));
    assert_eq!(oracle::packages_in(&added), Vec::<std::path::PathBuf>::new(), "{conf:?}");
    (said(&theirs), said(&ours))
}
