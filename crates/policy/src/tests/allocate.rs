//! `[[allocate]]` hooks: what is wrong with one, whom they are asked for, and that a narrower policy adds none.

use super::policy;
use crate::Policy;
use skink_job::{AllocateLimits, OnBroken};

const HOOK: &str =
    "[[allocate]]\nname = \"a\"\nsha256 = \"<aa>\"\nprojects = [\"home:**\"]\non-failure = \"refuse\"\n";

fn text(hooks: &str) -> String {
    format!("schema = 1\n{hooks}").replace("<aa>", &"aa".repeat(32))
}

#[test]
fn each_mistake_is_told() {
    let without =
        |line: &str| HOOK.lines().filter(|other| !other.starts_with(line)).collect::<Vec<_>>().join("\n");
    let limit = |line: &str| format!("{HOOK}[allocate.limits]\n{line}");
    let rows = [
        (without("name"), "[[allocate]] needs the key `name`"),
        (without("sha256"), "[[allocate]] needs the key `sha256`"),
        (without("projects"), "[[allocate]] needs the key `projects`"),
        (without("on-failure"), "[[allocate]] needs the key `on-failure`"),
        (HOOK.replace("refuse", "fail"), "`fail` is no value of `on-failure`"),
        (HOOK.replace("home:**", "**:a"), "`**` can only be the last part"),
        (format!("{HOOK}module = \"../a\""), "file name"),
        (format!("{HOOK}grants = {{}}"), "unknown key `grants` in [[allocate]]"),
        (format!("{HOOK}phases = [\"allocate\"]"), "unknown key `phases` in [[allocate]]"),
        (format!("{HOOK}{HOOK}"), "another [[allocate]] hook is called `a`"),
        (limit("handles = 100"), "unknown key `handles` in [allocate.limits]"),
        (limit("memory = \"1B\""), "`memory` is 1 B; it must be from 64 KiB"),
        (limit("wall-time = \"11s\""), "must be from 1 ms to 10.0 s"),
        (limit("fuel = 9999"), "`fuel` is 9999; it must be from 10000 to 1000000000000"),
        (limit("fuel = 1000000000001"), "it must be from 10000 to 1000000000000"),
        (limit("fuel = \"much\""), "`fuel` must be a whole number"),
        ((0..33).map(|n| HOOK.replace("\"a\"", &format!("\"a{n}\""))).collect(), "at most 32 such hooks"),
    ];
    for (hooks, want) in rows {
        let problems = Policy::parse(text(&hooks), "policy.toml").expect_err(want).to_string();
        assert!(problems.contains(want), "{hooks}\n{problems}");
    }
}

#[test]
fn they_keep_their_order_and_are_asked_for_their_projects() {
    let second = HOOK.replace("\"a\"", "\"b\"").replace("home:**", "**");
    let policy = policy(&text(&format!("{HOOK}{second}")));
    let asked = |project: Option<&str>| {
        let hooks = policy.allocate_hooks().iter().filter(|hook| hook.is_asked_for(project));
        hooks.map(|hook| hook.name.to_string()).collect::<String>()
    };
    // Who leaves the project's name out gains nothing.
    let rows = [(Some("home:x"), "ab"), (Some("openSUSE:Factory"), "b"), (None, "ab"), (Some("a::b"), "ab")];
    for (project, want) in rows {
        assert_eq!(asked(project), want, "{project:?}");
    }
    let [first, _] = policy.allocate_hooks() else { panic!("{:?}", policy.allocate_hooks()) };
    assert_eq!(first.module.as_str(), format!("{}.wasm", "aa".repeat(32)));
    assert_eq!((first.limits, first.on_failure), (AllocateLimits::default(), OnBroken::Refuse));
}

#[test]
fn a_narrower_policy_adds_none() {
    let (base, narrower) = (policy("schema = 1"), policy(&text(HOOK)));
    let problems = base.narrowed_by(narrower.clone()).unwrap_err().to_string();
    assert!(problems.contains("a narrower policy can not add an [[allocate]] hook"), "{problems}");
    let kept = narrower.narrowed_by(policy("schema = 1")).unwrap();
    assert_eq!(kept.allocate_hooks().len(), 1);
}

#[test]
fn who_asks_why_is_told_of_it() {
    let policy = policy(&text(HOOK));
    for (project, want) in [("home:a", "is asked"), ("openSUSE", "is not asked")] {
        let lines = policy.explain(Some(project), &super::digest(0xaa), &skink_job::Grants::default());
        let want = format!("policy.toml:2 (a): {want} which worker takes such a job");
        assert!(lines.iter().any(|line| line.as_str() == want), "{lines:?}");
    }
}

/// What the reference gives as least, most and default is so.
#[test]
fn the_reference_gives_the_limits_as_they_are() {
    let page = include_str!("../../../../docs/src/policy.md");
    let table =
        page.split("### [allocate.limits]").nth(1).and_then(|section| section.split("\n#").next()).unwrap();
    let mut seen = 0;
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, key, _, least, most, absent, _] = cells.as_slice() else { panic!("{row}") };
        let key = key.trim_matches('`');
        let limits = |value: &str| {
            let value = value.replace(' ', "");
            let plain = value.bytes().all(|byte| byte.is_ascii_digit());
            let value = if plain { value } else { format!("\"{value}\"") };
            let hooks = format!("{HOOK}[allocate.limits]\n{key} = {value}");
            Policy::parse(text(&hooks), "p").unwrap_or_else(|problems| panic!("{problems}")).allocate_hooks()
                [0]
            .limits
        };
        assert_eq!(limits(absent), AllocateLimits::default(), "{key}");
        assert_ne!(limits(least), limits(most), "{key}");
        seen += 1;
    }
    assert_eq!(seen, 3);
}

/// The example of the page on allocation is a policy.
#[test]
fn the_example_of_the_page_is_read() {
    let page = include_str!("../../../../docs/src/allocate.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let policy = policy(&example.replace('…', "<aa>"));
    let [hook] = policy.allocate_hooks() else { panic!("{policy:?}") };
    assert_eq!((hook.name.as_str(), hook.settings["rules"].as_array().unwrap().len()), ("labels", 2));
}
