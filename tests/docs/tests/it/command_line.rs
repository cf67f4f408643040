//! Completions, man pages and manual are complete, since all are made from the command line itself.

use skink_tests_docs::{Place, checkout};
use std::collections::BTreeSet;

const HOOK_OPTIONS: usize = 10;

fn said(place: &Place, command: &str) -> String {
    let output = place.shell(command);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// The options that `skink build` has of its own, as its help lists them.
fn hook_options(place: &Place) -> BTreeSet<String> {
    let help = said(place, "skink help build");
    let words = help.split(|c: char| !c.is_ascii_lowercase() && c != '-');
    let options: BTreeSet<String> =
        words.filter(|word| word.starts_with("--hook-")).map(str::to_owned).collect();
    assert!(options.len() >= HOOK_OPTIONS, "{options:?}");
    options
}

/// Every verb that does something, with those above it: `hook run`.
fn verbs(place: &Place, above: &str) -> Vec<String> {
    let help = said(place, &format!("skink help {above}"));
    let Some(commands) = help.split("Commands:\n").nth(1) else { return vec![above.to_owned()] };
    let lines = commands.lines().take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.flat_map(|name| verbs(place, format!("{above} {name}").trim())).collect()
}

#[test]
fn every_verb_and_option_is_everywhere() {
    let place = Place::new("everywhere");
    let (verbs, options) = (verbs(&place, ""), hook_options(&place));
    assert!(verbs.len() >= 9, "{verbs:?}");
    let manual = std::fs::read_to_string(checkout().join("docs/src/build.md")).unwrap();
    let commands = std::fs::read_to_string(checkout().join("docs/src/commands.md")).unwrap();
    let man = said(&place, "skink man skink-build").replace("\\-", "-");
    for option in &options {
        assert!(manual.contains(option.as_str()), "docs/src/build.md says nothing of {option}");
        assert!(man.contains(option.as_str()), "the man page says nothing of {option}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = said(&place, &format!("skink completions {shell}"));
        for option in &options {
            let name = if shell == "fish" { option.trim_start_matches('-') } else { option };
            assert!(script.contains(name), "completions for {shell}: {option}");
        }
        for verb in verbs.iter().flat_map(|verb| verb.split(' ')) {
            assert!(script.contains(verb), "completions for {shell}: {verb}");
        }
    }
    for verb in &verbs {
        let page = format!("skink-{}", verb.replace(' ', "-"));
        assert!(said(&place, &format!("skink man {page}")).contains("NAME"), "{page}");
        assert!(
            commands.contains(&format!("$ skink help {verb}\n")),
            "docs/src/commands.md has no skink {verb}"
        );
    }
}

#[test]
fn bash_completes() {
    let place = Place::new("bash");
    std::fs::write(place.here().join("module.wasm"), "").unwrap();
    let rows = [
        ("skink bu", "build"),
        ("skink hook ", "lock run"),
        ("skink build --hook-no", "--hook-none"),
        ("skink build --hook-color ", "auto always never"),
        ("skink build --hook-policy mod", "module.wasm"),
        ("skink hook run --ph", "--phase"),
        ("skink policy check --qui", "--quiet"),
        ("skink completions z", "zsh"),
    ];
    for (line, want) in rows {
        let words: Vec<&str> = line.split(' ').collect();
        let quoted = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
        let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
        let script = format!(
            "eval \"$(skink completions bash)\"; complete -p skink >&2 || exit 1; \
             COMP_WORDS=({quoted}); COMP_CWORD={}; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; \
             _skink skink '{last}' '{before}' 2>/dev/null; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.len() - 1
        );
        let got = said(&place, &script);
        for want in want.split(' ') {
            assert!(got.lines().any(|reply| reply == want), "{line}: {got:?}");
        }
    }
}

#[test]
fn man_pages_are_read_without_a_complaint() {
    let place = Place::new("man");
    said(&place, "skink man --output pages");
    let mut seen = 0;
    for entry in std::fs::read_dir(place.here().join("pages")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        let output = place.shell(&format!("man --warnings=all -l pages/{file}"));
        let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && complaints.is_empty(), "{file}: {complaints}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("SYNOPSIS"), "{file}");
        seen += 1;
    }
    assert!(seen > 10, "{seen} pages");
    let output = place.shell("skink man skink-nothing");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("skink-hook-run"));
}
