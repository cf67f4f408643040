//! As an ordinary user, for authors are not root on their machines. The walls are the same.

use serde_json::{Value, json};
use skink_tests_hostile::Expect::{Limit, Passed, Refused, Trap};
use skink_tests_hostile::{Attack, Place, Running, assert_harmless, told};
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;

/// `nobody`.
const NOBODY: u32 = 65534;

/// Who is an ordinary user here: ourselves, unless we are root.
pub(crate) fn user() -> Option<u32> {
    rustix::process::geteuid().is_root().then_some(NOBODY)
}

/// A place that the ordinary user can walk to and write in; the checkout may be in a private folder.
pub(crate) fn place(name: &str) -> Place {
    let Some(user) = user() else { return Place::new(name) };
    let place = Place::below(&std::env::temp_dir(), &format!("skink-hostile-{name}"));
    fs::set_permissions(place.folder(), fs::Permissions::from_mode(0o755)).unwrap();
    // Not the programs: they may be links to those that all others use.
    for folder in ["", "results", "home", "tmp", "cwd"] {
        chown(place.path(folder), Some(user), Some(user)).unwrap();
    }
    place
}

#[test]
fn an_honest_hook_runs() {
    let place = place("honest");
    fs::write(place.path("results/hello.rpm"), "content").unwrap();
    let module =
        place.write("checksums.wasm", fs::read(told("SKINK_HOOKS_DIR").join("checksums.wasm")).unwrap());
    let options = ["results", "output", "state"].map(|name| (format!("--{name}"), place.path(name)));
    let mut arguments = vec!["hook".into(), "run".into(), "--format".into(), "json".into(), module];
    arguments.extend(options.into_iter().flat_map(|(name, path)| [PathBuf::from(name), path]));
    let ended = Running::start(&place, user(), &arguments).wait();
    assert_harmless("the report", &ended.output());
    assert_eq!(ended.code(), Some(0), "{}", ended.output());
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((&report["outcome"], &report["module"]["name"]), (&json!("passed"), &json!("checksums")));
    let sums = fs::read_to_string(place.path("output/SHA256SUMS")).unwrap();
    // printf content | sha256sum
    let want = "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73";
    assert!(sums.contains(want) && sums.contains("hello.rpm"), "{sums}");
    assert_eq!(fs::read_dir(place.path("results")).unwrap().count(), 1);
}

#[test]
fn hostile_hooks_end_as_they_do_for_root() {
    let rows = [
        (Attack::check("spin").limit("wall-time", "500ms"), Limit("wall-time", "500 ms")),
        (Attack::check("grow-memory").limit("memory", "16MiB"), Limit("memory", "the limit is 16 MiB")),
        (Attack::check("handle-forged"), Trap("unknown handle index 77")),
        (Attack::check("dotdot"), Passed),
        (Attack::transform("half-finish"), Trap("unreachable")),
        (Attack::transform("outbox-names"), Passed),
        (Attack::check("import-http"), Refused("there is no network")),
    ];
    for (attack, expect) in rows {
        attack.ends_in(&place("row"), user(), expect);
    }
}

#[test]
fn a_hostile_hook_changes_nothing_through_a_tool() {
    let attack = Attack::check("tamper").ask("tools", json!(["touch"])).tool("touch", "/usr/bin/touch");
    attack.ends_in(&place("tamper"), user(), Passed);
}
