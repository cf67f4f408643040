//! Which hooks a job has, and in which order they run.

use super::{hooks, policy};
use crate::{HookEntry, Layer, Merged, ModuleSource, merge, order};
use skink_job::Phase;

/// Declares hooks: `name key = value; key = value`, one a line. `disabled` alone disables.
fn file(declared: &str) -> String {
    let mut text = "schema = 1\n".to_owned();
    for line in declared.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, keys) = line.split_once(' ').unwrap_or((line, ""));
        text += &format!("[hooks.{name}]\n");
        if keys == "disabled" {
            text += "disabled = true\n";
            continue;
        }
        text += &format!("module = \"{name}.wasm\"\n");
        keys.split(';').for_each(|key| text += &format!("{key}\n"));
    }
    text
}

const ADMIN: &str = r#"schema = 1
[[allow]]
module = "m"
sha256 = ["<aa>"]
projects = ["**"]
[[mandatory]]
name = "must"
module = "must.wasm"
projects = ["SUSE:**"]
settings = { from = "admin" }
[[mandatory]]
name = "must"
sha256 = "<aa>"
projects = ["SUSE:**", "home:**"]
after = ["only-elsewhere"]
"#;

fn merged(project: &str, layer: &str, package: &str) -> Result<Merged, String> {
    let (layer, package) = (hooks(&file(layer)), hooks(&file(package)));
    let project = Some(project).filter(|project| !project.is_empty());
    merge(&policy(ADMIN), project, Some(&layer), Some(&package)).map_err(|problems| problems.to_string())
}

fn names(entries: &[HookEntry]) -> String {
    entries.iter().map(|entry| format!("{}@{}", entry.name, entry.layer)).collect::<Vec<_>>().join(" ")
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn three_layers_become_one_list() {
    let rows = [
        // project, its hooks, the package's hooks, what comes out, notes
        ("x", "", "", "", vec![]),
        ("x", "a\nb", "", "a@project b@project", vec![]),
        ("x", "", "a", "a@package", vec![]),
        (
            "x",
            "a\nb\nc",
            "d\nb",
            "a@project b@package c@project d@package",
            vec!["hook `b` of _hooks:5 is replaced by _hooks:5"],
        ),
        ("x", "a\nb", "a disabled", "b@project", vec!["hook `a` of _hooks:2 is disabled by _hooks:2"]),
        (
            "x",
            "a",
            "b disabled",
            "a@project",
            vec!["_hooks:2 disables the hook `b`, which no outer layer has; did you mean `a`?"],
        ),
        (
            "x",
            "a disabled",
            "a",
            "a@package",
            vec!["_hooks:2 disables the hook `a`, which no outer layer has"],
        ),
        ("SUSE:a", "a", "b", "must@admin a@project b@package", vec![]),
        (
            "SUSE:a",
            "a\nmust",
            "",
            "must@admin a@project",
            vec!["hook `must` of _hooks:5 is replaced by the mandatory one of policy.toml:6"],
        ),
        (
            "SUSE:a",
            "",
            "must",
            "must@admin",
            vec!["hook `must` of _hooks:2 is replaced by the mandatory one of policy.toml:6"],
        ),
        (
            "home:a",
            "must disabled",
            "",
            "must@admin",
            vec![
                "_hooks:2 disables the hook `must`, which no outer layer has",
                "hook `must` can not be disabled: policy.toml:11 makes it mandatory",
            ],
        ),
        ("SUSE", "must", "", "must@project", vec![]),
        // The project is not known, so whatever is mandatory anywhere is.
        (
            "",
            "a",
            "",
            "must@admin a@project",
            vec!["hook `must` is mandatory (policy.toml:6), because the job's project is not known"],
        ),
    ];
    for (project, layer, package, want, notes) in rows {
        let got = merged(project, layer, package).unwrap();
        assert_eq!(names(&got.entries), want, "{project} {layer:?} {package:?}");
        let got: Vec<_> = got.notes.iter().map(|note| note.as_str()).collect();
        assert_eq!(got, notes, "{project} {layer:?} {package:?}");
    }
}

#[test]
fn an_entry_is_replaced_whole() {
    let got = merged("x", "a settings = { one = 1 };when = \"always\"", "a").unwrap();
    assert_eq!(got.entries[0].settings, serde_json::json!({}));
    assert_eq!(got.entries[0].when, skink_job::When::Success);
    assert_eq!(got.entries[0].layer, Layer::Package);
    assert_eq!(got.entries[0].module, ModuleSource::Beside("a.wasm".parse().unwrap()));
}

#[test]
fn the_first_mandatory_entry_that_matches_stands() {
    let source = |project: &str| merged(project, "", "").unwrap().entries[0].clone();
    let suse = source("SUSE:a");
    assert_eq!(suse.module, ModuleSource::AdminFile("must.wasm".parse().unwrap()));
    assert_eq!(suse.settings, serde_json::json!({ "from": "admin" }));
    assert_eq!(source("home:a").module, ModuleSource::AdminDigest(super::digest(0xaa)));
    assert!(suse.mandatory && suse.layer == Layer::Admin);
    assert_eq!(policy(ADMIN).mandatory(Some("other")).count(), 0);
    assert_eq!(policy(ADMIN).mandatory(None).count(), 1);
}

#[test]
fn settings_become_json() {
    let text =
        "a settings = { t = \"x\", i = -7, h = 0xff, f = 1.5, b = true, l = [1, \"a\", []], n = { m = {} } }";
    let want = serde_json::json!({
        "t": "x", "i": -7, "h": 255, "f": 1.5, "b": true, "l": [1, "a", []], "n": { "m": {} }
    });
    assert_eq!(merged("x", text, "").unwrap().entries[0].settings, want);
}

#[test]
fn hooks_run_in_the_files_order_but_for_after_and_before() {
    let rows = [
        // project, hooks, phase, order
        ("x", "c\na\nb", Phase::Check, Ok("c a b")),
        ("x", "a after = [\"b\"]\nb\nc", Phase::Check, Ok("b a c")),
        ("x", "a\nb\nc before = [\"a\"]", Phase::Check, Ok("b c a")),
        ("x", "a after = [\"b\", \"b\"];before = [\"c\"]\nb before = [\"a\"]\nc", Phase::Check, Ok("b a c")),
        ("x", "a after = [\"b\"]\nb after = [\"c\"]\nc", Phase::Check, Ok("c b a")),
        // A name that runs in another phase is without effect, and so is a circle that no phase has.
        ("x", "a after = [\"b\"];phases = [\"check\"]\nb phases = [\"transform\"]", Phase::Check, Ok("a")),
        (
            "x",
            "a after = [\"b\"];phases = [\"check\"]\nb after = [\"a\"];phases = [\"transform\"]",
            Phase::Transform,
            Ok("b"),
        ),
        ("SUSE:a", "a\nb", Phase::Check, Ok("must a b")),
        ("SUSE:a", "a\nb before = [\"must\"]", Phase::Check, Ok("a b must")),
        ("x", "a after = [\"a\"]", Phase::Check, Err("in a circle: a after a")),
        ("x", "a after = [\"b\"]\nb after = [\"a\"]", Phase::Check, Err("in a circle: a after b after a")),
        (
            "x",
            "z after = [\"a\"]\na after = [\"b\"]\nb before = [\"c\"]\nc before = [\"b\"]",
            Phase::Check,
            Err("in a circle: b after c after b"),
        ),
        (
            "SUSE:a",
            "a after = [\"must\"];before = [\"must\"]",
            Phase::Check,
            Err("in a circle: must after a after must"),
        ),
        ("x", "a after = [\"rpmlimt\"]\nrpmlint", Phase::Check, Err("did you mean `rpmlint`?")),
        ("x", "a before = [\"must\"]", Phase::Check, Err("there is no hook `must`")),
    ];
    for (project, declared, phase, want) in rows {
        let got = merged(project, declared, "").map(|merged| {
            let order = order(&merged.entries, phase).unwrap();
            order.iter().map(|index| merged.entries[*index].name.to_string()).collect::<Vec<_>>().join(" ")
        });
        match want {
            Ok(order) => assert_eq!(got.as_deref(), Ok(order), "{declared}"),
            Err(part) => assert!(got.clone().unwrap_err().contains(part), "{declared}\n{got:?}"),
        }
    }
}

#[test]
fn names_of_disabled_hooks_are_known() {
    let got = merged("x", "a after = [\"b\"]\nb", "b disabled").unwrap();
    assert_eq!(names(&got.entries), "a@project");
    assert!(got.entries[0].after.is_empty());
}

#[test]
fn order_refuses_names_that_no_entry_has() {
    let mut entries = merged("x", "a after = [\"b\"]\nb", "").unwrap().entries;
    entries.pop();
    let problem = order(&entries, Phase::Check).unwrap_err().to_string();
    assert!(problem.contains("there is no hook `b`"), "{problem}");
}

#[test]
fn a_long_chain_is_sorted() {
    let hook =
        |n: usize| if n == 255 { "h255\n".to_owned() } else { format!("h{n} after = [\"h{}\"]\n", n + 1) };
    let chain: String = (0..256).map(hook).collect();
    let got = merged("x", &chain, "").unwrap();
    assert_eq!(order(&got.entries, Phase::Check).unwrap(), (0..256).rev().collect::<Vec<_>>());
    let circle = chain.replace("h255\n", "h255 after = [\"h0\"]\n");
    assert_eq!(merged("x", &circle, "").unwrap_err().matches("note:").count(), 256);
}
