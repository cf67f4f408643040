//! The keys of `_hooks`.

use super::job::{Job, Site};
use super::{ALL, Row, check_rows};

const POLICY: &str = r#"
schema = 1
[[allow]]
module = "all"
sha256 = ["@witness@", "@other@", "@critic@", "@adder@"]
projects = ["home:*"]
grants = { results = true, outbox = true }
"#;

const PROJECT: &str = r#"
schema = 1
[hooks.outer]
module = "witness.wasm"
phases = ["check"]
"#;

/// The hook `one` has every key; of the others each has what one row needs.
const PACKAGE: &str = r#"
schema = 1
[hooks.adder]
module = "adder.wasm"
[hooks.one]
module = "witness.wasm"
phases = ["check"]
when = "success"
stage = "final"
after = []
before = []
settings = { level = 1 }
[hooks.two]
module = "witness.wasm"
sha256 = "@witness@"
phases = ["check"]
[hooks.critic]
module = "critic.wasm"
phases = ["check"]
on-failure = "warn"
[hooks.outer]
module = "other.wasm"
phases = ["check"]
disabled = false
"#;

const ONE: &str = "one package check passed: witness, {\"level\":1}, sees added.txt\n";
const TWO: &str = "two package check passed: witness, {}, sees added.txt\n";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("[hooks.NAME]", "module", "one]\nmodule = \"witness.wasm\"", "one]\nmodule = \"other.wasm\"",
        &[("witness, {\"level\":1}", "other, {\"level\":1}")]),
    ("[hooks.NAME]", "sha256", "sha256 = \"@witness@\"", "sha256 = \"@other@\"", &[(ALL,
        "exit 1: hook two refused\n\
         two package refused: HERE/note/witness.wasm has the sha256 @witness@, but its entry pins @other@; \
         take the pinned module, or pin this one\n")]),
    ("[hooks.NAME]", "phases", "phases = [\"check\"]\nwhen", "phases = [\"check\", \"cleanup\"]\nwhen",
        &[("recipe: word", "one package cleanup passed: witness, {\"level\":1}\nrecipe: word")]),
    ("[hooks.NAME]", "when", "when = \"success\"", "when = \"failure\"", &[(ONE, ""), ("outer package check",
        "one package check skipped: the build succeeded, and the hook runs after a failure only\n\
         outer package check")]),
    ("[hooks.NAME]", "stage", "stage = \"final\"", "stage = \"raw\"",
        &[("{\"level\":1}, sees added.txt", "{\"level\":1}")]),
    ("[hooks.NAME]", "after", "after = []", "after = [\"two\"]", &[(ONE, ""), ("recipe: word",
        "one package check passed: witness, {\"level\":1}, sees added.txt\nrecipe: word")]),
    ("[hooks.NAME]", "before", "before = []", "before = [\"two\"]", &[(TWO, ""), ("recipe: word",
        "two package check passed: witness, {}, sees added.txt\nrecipe: word")]),
    ("[hooks.NAME]", "on-failure", "on-failure = \"warn\"", "on-failure = \"fail\"",
        &[("exit 0, added [\"added.txt\"]", "exit 1: hook critic failed")]),
    ("[hooks.NAME]", "disabled", "disabled = false", "disabled = true",
        &[("outer package check passed: other, {}, sees added.txt\n", "")]),
    ("[hooks.NAME]", "settings", "level = 1", "level = 2", &[("{\"level\":1}", "{\"level\":2}")]),
];

const SKIPPED: &str =
    "one package check skipped: the build did not succeed, and the hook runs after success only\n";

/// The same job, of a build that fails: skipped calls are told first.
#[rustfmt::skip]
const ROWS_OF_A_FAILURE: &[Row] = &[
    ("[hooks.NAME]", "when", "when = \"success\"", "when = \"failure\"",
        &[(SKIPPED, ""), ("recipe", "one package check passed: witness, {\"level\":1}\nrecipe")]),
    ("[hooks.NAME]", "when", "when = \"success\"", "when = \"always\"",
        &[(SKIPPED, ""), ("recipe", "one package check passed: witness, {\"level\":1}\nrecipe")]),
];

pub(crate) fn keys() -> Vec<(&'static str, &'static str)> {
    let rows = ROWS.iter().chain(ROWS_OF_A_FAILURE).map(|row| (row.0, row.1));
    rows.chain([("the hooks file", "schema")]).collect()
}

#[test]
fn each_key_of_a_hooks_file() {
    let site = Site::new("hooks");
    let job = Job {
        policy: POLICY.to_owned(),
        project_hooks: PROJECT.to_owned(),
        package_hooks: PACKAGE.to_owned(),
        ..Job::new()
    };
    check_rows(&site, &job, ROWS);
    let failing = Job { options: ["--define", "broken 1"].map(str::to_owned).to_vec(), ..job.clone() };
    check_rows(&site, &failing, ROWS_OF_A_FAILURE);
    // There is one right value for `schema`.
    let seen = site.seen(&job.with("schema = 1\n[hooks.adder]", "schema = 2\n[hooks.adder]"));
    assert!(seen.starts_with("exit 1: this file has schema 2"), "{seen}");
}

/// A hook that may be missing takes no other with it, not even one that would run after it.
#[test]
fn a_refused_hook_leaves_the_others() {
    let site = Site::new("refused-hook");
    let package_hooks = "schema = 1\n[hooks.gone]\nmodule = \"gone.wasm\"\non-failure = \"warn\"\n\
         [hooks.two]\nmodule = \"witness.wasm\"\nphases = [\"check\"]\nafter = [\"gone\"]\n";
    let seen =
        site.seen(&Job { policy: POLICY.to_owned(), package_hooks: package_hooks.to_owned(), ..Job::new() });
    assert!(seen.starts_with("exit 0"), "{seen}");
    assert!(seen.contains("gone package refused") && seen.contains("two package check passed"), "{seen}");
}
