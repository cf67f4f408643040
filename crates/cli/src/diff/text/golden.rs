//! What people read, as files beside this one. `SKINK_UPDATE=1` writes them anew (`cargo xtask docs` does).

use super::shown;
use serde_json::{Value, json};
use skink_job::{Outcome, Phase};
use skink_obs::Verbosity;
use skink_report::{Diff, HookReport, ModuleReport, read_comparison};
use std::path::Path;

const SAMPLE: &str = include_str!("../../../../report/tests/build-compare.json");

fn module() -> ModuleReport {
    ModuleReport { name: "build-compare".into(), version: "0.1.0".into(), sha256: "ab".repeat(32) }
}

fn text(document: &Value, verbosity: Verbosity, color: bool) -> String {
    let found = read_comparison(document.to_string().as_bytes()).unwrap();
    let diff = Diff::new("previous", "packages", &module(), found);
    let name = "build-compare".parse().unwrap();
    let call = HookReport::new(name, Some(Phase::Check), module(), Outcome::Passed);
    let lines = shown(&diff, &call, verbosity);
    // A file with escape sequences would be no text to anybody.
    lines.iter().map(|line| line.text(color) + "\n").collect::<String>().replace('\x1b', "␛")
}

/// Compares with the file of that name, or writes it.
fn compare(name: &str, shown: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diff/text/golden").join(name);
    if std::env::var_os("SKINK_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, shown).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(shown, golden, "{}: if this is meant, call `cargo xtask docs`", path.display());
}

fn sample() -> Value {
    serde_json::from_str(SAMPLE).unwrap()
}

/// Nothing differs, of the packages that have not come or gone.
fn same() -> Value {
    let mut json = sample();
    (json["verdict"], json["why"]) = (json!("unchanged"), json!("nothing differs"));
    json["differences"] = json!([]);
    let packages = json["packages"].as_array_mut().unwrap();
    packages.retain(|package| !package["old"].is_null() && !package["new"].is_null());
    packages
        .iter_mut()
        .filter(|package| package["state"] == "changed")
        .for_each(|one| one["state"] = json!("same"));
    json
}

#[test]
fn what_differs() {
    use Verbosity::{Normal, Quiet, Verbose};
    let mut omitted = sample();
    omitted["omitted"] = json!(4);
    let rows = [
        ("changed.txt", sample(), Normal, false),
        ("changed.color.txt", sample(), Normal, true),
        ("changed.quiet.txt", sample(), Quiet, false),
        ("changed.verbose.txt", sample(), Verbose, false),
        ("omitted.txt", omitted, Normal, false),
        ("same.txt", same(), Normal, false),
        ("same.quiet.txt", same(), Quiet, false),
    ];
    for (name, document, verbosity, color) in rows {
        compare(name, &text(&document, verbosity, color));
    }
}

#[test]
fn a_guest_writes_no_line_of_ours() {
    let hostile = "x\n── host ── \x1b[2J\r\u{202e}";
    let mut json = sample();
    let lines = text(&json, Verbosity::Normal, false).lines().count();
    for difference in json["differences"].as_array_mut().unwrap() {
        difference["message"] = json!(format!("{hostile} in words"));
        for key in ["code", "field", "part", "old", "new"] {
            if !difference[key].is_null() {
                difference[key] = json!(hostile);
            }
        }
        for part in difference["path"].as_array_mut().unwrap() {
            *part = json!(hostile);
        }
    }
    json["why"] = json!(hostile);
    let shown = text(&json, Verbosity::Normal, false);
    assert_eq!(shown.lines().count(), lines, "{shown}");
    assert!(!shown.contains(['␛', '\r', '\u{202e}']), "{shown}");
}
