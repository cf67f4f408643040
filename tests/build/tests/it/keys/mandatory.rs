//! The keys of `[[mandatory]]`.

use super::job::{Job, Site};
use super::{ALL, Row, check_rows};

/// The hook `must` has every key; of the others each has what one row needs.
const POLICY: &str = r#"
schema = 1
[[allow]]
module = "all"
sha256 = ["@witness@", "@other@", "@critic@", "@adder@"]
projects = ["**"]
grants = { results = true, outbox = true }
[[mandatory]]
name = "must"
module = "witness.wasm"
projects = ["home:*"]
phases = ["check"]
when = "success"
stage = "final"
after = []
before = []
settings = { level = 1 }
[[mandatory]]
name = "pinned"
sha256 = "@witness@"
projects = ["home:**"]
phases = ["check"]
[[mandatory]]
name = "critic"
module = "critic.wasm"
projects = ["home:**"]
phases = ["check"]
on-failure = "warn"
"#;

const PACKAGE: &str = r#"
schema = 1
[hooks.adder]
module = "adder.wasm"
[hooks.one]
module = "other.wasm"
phases = ["check"]
"#;

const MUST: &str = "must admin check passed: witness, {\"level\":1}, sees added.txt\n";
const PINNED: &str = "pinned admin check passed: witness, {}, sees added.txt\n";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("[[mandatory]]", "name", "name = \"must\"", "name = \"one\"",
        &[("must admin", "one admin"), ("one package check passed: other, {}, sees added.txt\n", "")]),
    ("[[mandatory]]", "module", "module = \"witness.wasm\"", "module = \"other.wasm\"",
        &[("witness, {\"level\":1}", "other, {\"level\":1}")]),
    ("[[mandatory]]", "sha256", "sha256 = \"@witness@\"", "sha256 = \"@other@\"",
        &[("pinned admin check passed: witness", "pinned admin check passed: other")]),
    ("[[mandatory]]", "sha256", "module = \"witness.wasm\"", "module = \"witness.wasm\"\nsha256 = \"@other@\"",
        &[(ALL, "exit 1: hook must refused\n\
         must admin refused: HERE/modules/witness.wasm has the sha256 @witness@, but its entry pins @other@; \
         take the pinned module, or pin this one\n")]),
    ("[[mandatory]]", "projects", "projects = [\"home:*\"]", "projects = [\"openSUSE:**\"]", &[(MUST, "")]),
    ("[[mandatory]]", "phases", "phases = [\"check\"]\nwhen", "phases = [\"check\", \"pre-chroot\"]\nwhen",
        &[("adder", "must admin pre-chroot passed: witness, {\"level\":1}\nadder")]),
    ("[[mandatory]]", "when", "when = \"success\"", "when = \"failure\"", &[(MUST,
        "must admin check skipped: the build succeeded, and the hook runs after a failure only\n")]),
    ("[[mandatory]]", "stage", "stage = \"final\"", "stage = \"raw\"",
        &[("{\"level\":1}, sees added.txt", "{\"level\":1}")]),
    ("[[mandatory]]", "after", "after = []", "after = [\"one\"]",
        &[(MUST, ""), ("recipe", "must admin check passed: witness, {\"level\":1}, sees added.txt\nrecipe")]),
    ("[[mandatory]]", "before", "before = []", "before = [\"pinned\"]",
        &[(PINNED, ""), ("recipe", "pinned admin check passed: witness, {}, sees added.txt\nrecipe")]),
    ("[[mandatory]]", "on-failure", "on-failure = \"warn\"", "on-failure = \"fail\"",
        &[("exit 0, added [\"added.txt\"]", "exit 1: hook critic failed")]),
    ("[[mandatory]]", "settings", "level = 1", "level = 2", &[("{\"level\":1}", "{\"level\":2}")]),
];

pub(crate) fn keys() -> Vec<(&'static str, &'static str)> {
    ROWS.iter().map(|row| (row.0, row.1)).collect()
}

#[test]
fn each_key_of_a_mandatory_hook() {
    let job = Job { policy: POLICY.to_owned(), package_hooks: PACKAGE.to_owned(), ..Job::new() };
    check_rows(&Site::new("mandatory"), &job, ROWS);
}
