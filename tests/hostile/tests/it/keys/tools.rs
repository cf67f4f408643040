//! Tools: the grant for one, and each key that describes one.

use serde_json::json;
use skink_tests_hostile::Expect::{Failed, Passed, Refused};
use skink_tests_hostile::{Attack, ComponentText, Expect};

/// Key, what is called, a text of the policy and what is put in its place, how it ends before and after. Every
/// machine has the files below `/etc`, and no tool sees them by itself.
type Row = (&'static str, Attack, &'static str, &'static str, Expect, Expect);

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let (reads, failed) = (tool("/usr/bin/cat", "/etc/hosts"), Failed("the tool failed"));
    let refused = Failed("argument 1 of tool tool, \"x\", fits no pattern of the policy");
    vec![
        ("args", tool("/usr/bin/true", "x"), "program", "args = [\"y\"]\nprogram", Passed, refused),
        ("program", tool("/usr/bin/true", ""), "/usr/bin/true", "/usr/bin/false", Passed, failed),
        ("etc", reads.clone(), "program", "etc = [\"/etc/hosts\"]\nprogram", failed, Passed),
        ("etc", reads.policy("program", "etc = [\"/etc/hosts\"]\nprogram"), "/etc/hosts", "/etc/hostname",
            Passed, failed),
    ]
}

pub(crate) fn keys() -> Vec<(&'static str, &'static str)> {
    let described = rows().iter().map(|row| ("[tools.NAME]", row.0)).collect();
    [described, vec![("[allow.grants]", "tools")]].concat()
}

/// One run of a granted tool.
pub(crate) fn tool(program: &'static str, arguments: &str) -> Attack {
    let module = ComponentText::named("run-tool").with("ARGUMENTS", &format!("{arguments}\\00"));
    Attack::module(module.build()).ask("tools", json!(["tool"])).tool("tool", program)
}

#[test]
fn each_key_of_a_tool_changes_what_comes_of_it() {
    for (key, attack, from, to, before, after) in rows() {
        attack.ends(key, before);
        attack.policy(from, to).ends(key, after);
    }
}

/// There is no call that could be denied: without the grant, the hook is handed no tool.
#[test]
fn a_tool_needs_its_grant() {
    let attack = tool("/usr/bin/true", "");
    let seen = attack.ends("granted", Passed);
    assert_eq!(seen.report["tools"][0]["runs"].as_array().unwrap().len(), 1);
    let silent = attack.clone().manifest("grants", json!({}));
    for granted in [json!({}), json!({ "tools": ["tool"] })] {
        let seen = silent.clone().granted(&granted).ends("not-granted", Failed("there is no tool"));
        assert_eq!(seen.report["tools"], json!([]), "{granted}");
    }
    attack
        .granted(&json!({ "results": true }))
        .ends("not-given", Refused("does not grant `tools` of \"tool\""));
}
