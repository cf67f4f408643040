//! The keys of a rule, as far as a build shows more of them than a single call; and where packages come from.

use super::job::{Job, Site};
use super::{ALL, Row, check_rows};
use skink_tests_build::farm;
use std::fs;
use std::path::PathBuf;

const POLICY: &str = r#"
schema = 1
[repositories.extra]
packages = ["@extra@"]
[repositories.none]
packages = ["@empty@"]
[[allow]]
module = "critic"
sha256 = ["@critic@"]
projects = ["home:**"]
on-failure = "warn"
grants = { results = true }
[[allow]]
module = "eater"
sha256 = ["@eater@"]
projects = ["home:**"]
on-limit = "warn"
grants = { results = true }
limits = { memory = "4MiB" }
[[allow]]
module = "planner"
sha256 = ["@planner@"]
projects = ["home:*"]
[allow.grants.plan]
add-packages = ["jq"]
remove-packages = ["vim"]
macros = ["word"]
options = ["no-checks"]
repository = "extra"
"#;

const PLANNER: &str = "schema = 1\n[hooks.planner]\nmodule = \"planner.wasm\"\n";
const OTHERS: &str = "
[hooks.critic]
module = \"critic.wasm\"
phases = [\"check\"]
[hooks.eater]
module = \"eater.wasm\"
";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("[[allow]]", "sha256", "sha256 = [\"@planner@\"]", "sha256 = [\"@other@\"]", &[(ALL,
        "exit 1: hook planner refused\n\
         planner package refused: no [[allow]] rule of HERE/policy.toml names module sha256:@planner@; \
         an admin adds a rule for the project `home:tester`\n")]),
    ("[[allow]]", "projects", "projects = [\"home:*\"]", "projects = [\"openSUSE:*\"]", &[(ALL,
        "exit 1: hook planner refused\n\
         planner package refused: HERE/policy.toml allows module sha256:@planner@ \
         (the rule HERE/policy.toml:20 (planner)), but not for the project `home:tester`\n")]),
    ("[[allow]]", "on-failure", "on-failure = \"warn\"", "on-failure = \"fail\"",
        &[("exit 0, added []", "exit 1: hook critic failed")]),
    ("[[allow]]", "on-limit", "on-limit = \"warn\"", "on-limit = \"fail\"",
        &[("exit 0, added []", "exit 1: hook eater limit")]),
    ("[allow.limits]", "memory", "\"4MiB\"", "\"8MiB\"", &[("4 MiB", "8 MiB"), ("4.1 MiB", "8.1 MiB")]),
    ("[allow.grants.plan]", "add-packages", "[\"jq\"]", "[\"other\"]", &[("plan add-package jq\n", ""),
        ("pre-chroot passed", "pre-chroot passed: no grant to add the package jq")]),
    ("[allow.grants.plan]", "remove-packages", "[\"vim\"]", "[\"other\"]", &[("plan remove-package vim\n", ""),
        ("pre-chroot passed", "pre-chroot passed: no grant to remove the package vim")]),
    ("[allow.grants.plan]", "macros", "[\"word\"]", "[\"other\"]", &[("plan set-macro word word\n", ""),
        ("pre-chroot passed", "pre-chroot passed: no grant to define the macro word"),
        ("recipe: word word", "recipe: word ")]),
    ("[allow.grants.plan]", "options", "[\"no-checks\"]", "[\"other\"]", &[("plan add-option no-checks\n", ""),
        ("pre-chroot passed", "pre-chroot passed: no grant to add the option no-checks"),
        ("recipe: word word\n", "recipe: word word\nrecipe: tested\n")]),
];

/// The planner alone, in a job with a list of packages: what it adds comes from the admin's repository, or the
/// build does not start.
#[rustfmt::skip]
const ROWS_OF_A_LIST: &[Row] = &[
    ("[allow.grants.plan]", "repository", "repository = \"extra\"", "repository = \"none\"",
        &[("exit 0, added []", "exit 1: obs-build's expanddeps refused to add jq"), ("recipe: word word\n", "")]),
    ("[allow.grants.plan]", "repository", "repository = \"extra\"", "",
        &[("exit 0, added []", "exit 1: jq cannot be added to the list of packages"), ("recipe: word word\n", "")]),
    ("[repositories.NAME]", "packages", "packages = [\"@extra@\"]", "packages = [\"@empty@\"]",
        &[("exit 0, added []", "exit 1: obs-build's expanddeps refused to add jq"), ("recipe: word word\n", "")]),
];

pub(crate) fn keys() -> Vec<(&'static str, &'static str)> {
    ROWS.iter().chain(ROWS_OF_A_LIST).map(|row| (row.0, row.1)).collect()
}

#[test]
fn each_key_of_a_rule() {
    let site = Site::new("rules");
    let job = Job { policy: POLICY.to_owned(), package_hooks: [PLANNER, OTHERS].concat(), ..Job::new() };
    check_rows(&site, &job, ROWS);
    let (list, dist) = write_list();
    let options = vec!["--rpmlist".to_owned(), list.display().to_string()];
    let listed = Job { package_hooks: PLANNER.to_owned(), dist, options, ..job };
    check_rows(&site, &listed, ROWS_OF_A_LIST);
}

/// A list of packages as a worker has it: what jq needs, and not jq; and a configuration that asks for nothing else.
fn write_list() -> (PathBuf, PathBuf) {
    let needed = ["gcc-12-base", "libc6", "libcrypt1", "libgcc-s1"];
    let mut lines = String::new();
    for entry in fs::read_dir(&farm().pool).unwrap().map(Result::unwrap) {
        let file = entry.file_name().into_string().unwrap();
        if let Some(name) = file.split('_').next().filter(|name| needed.contains(name)) {
            lines.push_str(&format!("{name} {}\n", entry.path().display()));
        }
    }
    assert_eq!(lines.lines().count(), needed.len(), "{lines}");
    let place = |name: &str| farm().folder.join("keys").join(name);
    fs::write(place("rpmlist"), lines).unwrap();
    fs::write(place("prjconf"), "Type: spec\nBinarytype: deb\nRepotype: debian\n").unwrap();
    (place("rpmlist"), place("prjconf"))
}
