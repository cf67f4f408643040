//! `skink report`, by its files and exit codes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use skink_job::Facts;
use skink_report::Report;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::UNIX_EPOCH;

fn skink(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_skink"))
        .current_dir(folder)
        .arg("report")
        .args(arguments)
        .output()
        .unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let report = Report::new(Facts::default(), UNIX_EPOCH);
    fs::write(folder.path().join("r.json"), serde_json::to_string(&report).unwrap()).unwrap();
    fs::write(folder.path().join("old.json"), "{\"schema\": 1}").unwrap();
    folder
}

#[test]
fn what_is_asked_for_is_made() {
    let rows: [(&[&str], &[&str], &str); 6] = [
        (&["r.json"], &["r.html"], ""),
        (&["r.json", "--html", "a"], &["a"], ""),
        (&["r.json", "--sarif", "a"], &["a"], ""),
        (&["r.json", "--html", "a", "--sarif", "b"], &["a", "b"], ""),
        (&["r.json", "--html", "-"], &[], "<!DOCTYPE html>"),
        (&["r.json", "--sarif=-"], &[], "\"2.1.0\""),
    ];
    for (arguments, made, printed) in rows {
        let folder = folder();
        let output = skink(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        let mut names: Vec<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.retain(|name| name != "r.json" && name != "old.json");
        names.sort_unstable();
        assert_eq!(names, made, "{arguments:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(printed) && text.is_empty() == printed.is_empty(), "{arguments:?}: {text}");
    }
}

#[test]
fn what_cannot_be_made_is_told_and_the_report_stays() {
    let rows: [(&[&str], i32, &str); 6] = [
        (&["none.json"], 1, "cannot read none.json"),
        (&["old.json"], 1, "it is a report of version 1"),
        (&["r.json", "--html", "r.json"], 1, "r.json is the report itself"),
        (&["r.json", "--html", "./no/a.html"], 1, "cannot write ./no/a.html"),
        (&["r.json", "--pdf", "a"], 64, "--pdf"),
        (&[], 64, "FILE.json"),
    ];
    for (arguments, code, why) in rows {
        let folder = folder();
        let before = fs::read(folder.path().join("r.json")).unwrap();
        let output = skink(folder.path(), arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), text.contains(why)), (Some(code), true), "{arguments:?}: {text}");
        assert_eq!(fs::read(folder.path().join("r.json")).unwrap(), before, "{arguments:?}");
    }
}
