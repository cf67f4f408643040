//! The same check in three languages, in the real runner behind its real walls.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use serde_json::{Value, json};
use skink_tests_guests::{Language, Place};
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// The first bytes of an RPM.
const MAGIC: [u8; 4] = [0xed, 0xab, 0xee, 0xdb];

/// More files than a runner may have open at once.
const MANY: usize = 600;

/// What a guest that drops its handles in time holds at once, whatever its language.
const FEW_HANDLES: u64 = 16;

#[test]
fn rust() {
    gives_the_expected(Language::Rust);
}

#[test]
fn python() {
    gives_the_expected(Language::Python);
}

#[test]
fn javascript() {
    gives_the_expected(Language::JavaScript);
}

fn gives_the_expected(language: Language) {
    let place = Place::new(&format!("{language:?}"));
    let module = place.module(language);

    let mixed = place.path("mixed");
    lay(&mixed, &["sub/fake-1-1.noarch.rpm"], b"none\n");
    lay(&mixed, &["a-1-1.x86_64.rpm", "sub/b-1-1.x86_64.rpm"], &MAGIC);
    lay(&mixed, &["not-asked-for.txt"], b"");
    let output = place.path("output");
    let report = place.run(&module, &mixed, &[OsStr::new("--output"), output.as_os_str()]);
    assert_eq!(told(&report), expected_of_mixed(), "{report:#}");
    let attached = fs::read_to_string(output.join("no-docs.txt")).unwrap();
    assert_eq!(attached, "a-1-1.x86_64.rpm\nsub/b-1-1.x86_64.rpm\nsub/fake-1-1.noarch.rpm");

    let good = place.path("good");
    lay(&good, &["a-doc-1-1.noarch.rpm"], &MAGIC);
    let report = place.run(&module, &good, &[OsStr::new("--previous"), good.as_os_str()]);
    let log = json!(["looked at 1 packages of riscv64"]);
    assert_eq!(told(&report), json!({"outcome": "passed", "findings": [], "log": log}), "{report:#}");

    let many = place.path("many");
    let names: Vec<String> = (0..MANY).map(|i| format!("p{i}-1-1.noarch.rpm")).collect();
    lay(&many, &names.iter().map(String::as_str).collect::<Vec<_>>(), b"none\n");
    let report = place.run(&module, &many, &[]);
    assert_eq!(report["findings"].as_array().unwrap().len(), MANY + 2, "{:#}", report["outcome"]);
    let handles = report["usage"]["handles"].as_u64().unwrap();
    assert!(handles <= FEW_HANDLES, "{handles} handles at once");
}

fn expected_of_mixed() -> Value {
    let sha256 = "fcf33dfbe13c2354bf0e1b063f9fb422747a46cee00b7420bceff2b81457b345";
    json!({
        "outcome": "failed",
        "findings": [
            {
                "severity": "error",
                "code": "not-a-package",
                "message": format!("begins with other bytes; its sha256 is {sha256}"),
                "package": "sub/fake-1-1.noarch.rpm",
            },
            {
                "severity": "warning",
                "code": "no-docs",
                "message": "none of 3 packages holds documentation",
                "file": "hello.spec",
                "line": 1,
                "help": "Add a package NAME-doc.\nPeople read.",
            },
            { "severity": "info", "code": "no-previous", "message": "there is no previous build" },
        ],
        "log": ["looked at 3 packages of riscv64"],
    })
}

/// What a guest said.
fn told(report: &Value) -> Value {
    json!({"outcome": report["outcome"], "findings": report["findings"], "log": report["log"]})
}

fn lay(folder: &Path, names: &[&str], content: &[u8]) {
    for name in names {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}
