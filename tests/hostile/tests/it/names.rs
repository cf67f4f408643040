//! Row 54: names that look like others, or do something where they are shown.

use serde_json::json;
use skink_tests_hostile::Expect::Refused;
use skink_tests_hostile::{Attack, Place, Running, assert_harmless};

/// A homoglyph, control bytes, a way out, too long, too short, capital letters, a blank, a bidirectional control.
const SPOOFS: [&str; 12] = [
    "rpml\u{456}nt",
    "rpmlint\u{1b}[2J",
    "rpmlint\n[host] passed",
    "../../etc/x",
    "a/b",
    "",
    "Rpmlint",
    "rpm lint",
    "-rpmlint",
    "1rpmlint",
    "rpmlint\u{202e}",
    "rpmlint.",
];

fn named(name: &str) -> Attack {
    Attack::check("pass").manifest("name", json!(name))
}

rows! {
    54 name_spoof_homoglyph: named(SPOOFS[0]) => Refused("name");
    54 name_spoof_escape: named(SPOOFS[1]) => Refused("\\\\u{1b}[2J");
    54 name_spoof_line: named(SPOOFS[2]) => Refused("\\\\n[host]");
    54 name_spoof_path: named(SPOOFS[3]) => Refused("must begin with a small letter");
    54 name_spoof_bidi: named(SPOOFS[10]) => Refused("\\\\u{202e}");
    54 name_spoof_long: named(&"a".repeat(300)) => Refused("is longer than 63 characters");
    54 version_spoof: Attack::check("pass").manifest("version", json!("1\n[host] passed")) => Refused("version");
}

/// Names of hooks in `_hooks` have the same grammar.
#[test]
fn names_in_a_hooks_file() {
    let place = Place::new("names");
    let long = "a".repeat(300);
    let check = |name: &str| {
        let text = format!("schema = 1\n[hooks.{}]\nmodule = \"a.wasm\"\n", json!(name));
        let file = place.write("_hooks", text);
        Running::start(&place, None, &["policy".as_ref(), "check".as_ref(), file.as_os_str()]).wait()
    };
    for name in SPOOFS.into_iter().chain([long.as_str()]) {
        let ended = check(name);
        assert_harmless("the problem", &ended.output());
        assert_eq!(ended.code(), Some(1), "{name:?}: {}", ended.output());
        assert!(ended.stderr.contains("_hooks:2:"), "{name:?}: {}", ended.output());
        assert!(!ended.output().lines().any(|line| line.starts_with("[host]")), "{}", ended.output());
    }
    let honest = check("rpmlint-2");
    assert_eq!(honest.code(), Some(0), "{}", honest.output());
}
