//! Each key of both files, changed alone, changes what comes of the file.

use super::lock::{LOCK, filled};
use super::{digest, hooks};
use crate::{Decision, HooksFile, LockFile, Policy, merge, order};
use skink_job::{Grants, Phase, PlanGrants};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write;

pub(crate) const POLICY: &str = include_str!("policy-base.toml");
const HOOKS: &str = include_str!("hooks-base.toml");

thread_local! {
    static ASKED: RefCell<BTreeSet<(&'static str, &'static str)>> = RefCell::default();
}

/// The reader tells here which keys it asks for.
pub(crate) fn asked(kind: &'static str, key: &'static str) {
    ASKED.with_borrow_mut(|asked| asked.insert((kind, key)));
}

/// Keys that hold tables whose own keys are in the tables below.
const HOLDERS: [(&str, &str); 15] = [
    ("the policy", "tools"),
    ("the policy", "tool-roots"),
    ("the policy", "repositories"),
    ("the policy", "limits"),
    ("the policy", "allow"),
    ("the policy", "mandatory"),
    ("the policy", "allocate"),
    ("[[allocate]]", "limits"),
    ("[[allow]]", "grants"),
    ("[[allow]]", "limits"),
    ("[allow.grants]", "plan"),
    ("[allow.grants]", "effects"),
    ("the hooks file", "hooks"),
    ("the lock", "hooks"),
    ("[hooks.NAME] of the lock", "tools"),
];

pub(crate) type Row = (&'static str, &'static str, &'static str, &'static str);

/// Table, key, what stands in the base file, what is put in its place.
#[rustfmt::skip]
const POLICY_ROWS: &[Row] = &[
    ("[tools.NAME]", "program", "/usr/bin/rpmlint", "/usr/bin/rpmlint2"),
    ("[tools.NAME]", "etc", "[\"/etc/xdg/rpmlint\"]", "[]"),
    ("[tools.NAME]", "root", "root = \"images\"", "root = \"other\""),
    ("[tools.NAME]", "devices", "/dev/kvm", "/dev/fuse"),
    ("[tools.NAME]", "args", "\"/job/**\"", "\"/job/*\""),
    ("[tool-roots.NAME]", "dist", "images.conf", "others.conf"),
    ("[tool-roots.NAME]", "packages", "\"rsync\"", "\"xorriso\""),
    ("[tool-roots.NAME]", "repositories", "/srv/images", "/srv/images2"),
    ("[tool-roots.NAME]", "arch", "x86_64", "i586"),
    ("[tools.NAME]", "kind", "args = [\"system\"", "kind = \"root-builder\"\nargs = [\"system\""),
    ("[repositories.NAME]", "packages", "/srv/pool", "/srv/pool2"),
    ("[limits]", "memory", "101MiB", "1MiB"),
    ("[limits]", "wall-time", "101s", "1s"),
    ("[limits]", "handles", "handles = 101", "handles = 11"),
    ("[limits]", "log-bytes", "11MiB", "1MiB"),
    ("[limits]", "output-bytes", "\"102MiB\"", "\"1MiB\""),
    ("[limits]", "output-files", "output-files = 102", "output-files = 1"),
    ("[limits]", "tool-time", "102s", "1s"),
    ("[limits]", "tool-memory", "104MiB", "16MiB"),
    ("[limits]", "tool-processes", "tool-processes = 103", "tool-processes = 1"),
    ("[limits]", "scratch-bytes", "103MiB", "1MiB"),
    ("[[allow]]", "module", "\"first\"", "\"other\""),
    ("[[allow]]", "sha256", "[\"aaaa", "[\"0aaa"),
    ("[[allow]]", "projects", "home:*", "home:b"),
    ("[[allow]]", "on-failure", "\"warn\"\non-limit", "\"fail\"\non-limit"),
    ("[[allow]]", "on-limit", "on-limit = \"fail\"", "on-limit = \"warn\""),
    ("[allow.grants]", "results", "results = true", "results = false"),
    ("[allow.grants]", "sources", "sources = true", "sources = false"),
    ("[allow.grants]", "previous", "previous = true", "previous = false"),
    ("[allow.grants]", "build-log", "build-log = true", "build-log = false"),
    ("[allow.grants]", "outbox", "outbox = true", "outbox = false"),
    ("[allow.grants]", "unchanged", "unchanged = true", "unchanged = false"),
    ("[allow.grants]", "tools", "[\"rpmlint\"]", "[\"kiwi\"]"),
    ("[allow.grants]", "root-builders", "[\"builder\", \"second\"]", "[\"second\"]"),
    ("[allow.grants]", "attachments", "\"rpmlint.log\"", "\"other.log\""),
    ("[allow.grants.plan]", "add-packages", "gcc*", "gcc14"),
    ("[allow.grants.plan]", "remove-packages", "vim*", "vim"),
    ("[allow.grants.plan]", "macros", "_with*", "_without"),
    ("[allow.grants.plan]", "options", "debuginfo", "nodebuginfo"),
    ("[allow.grants.plan]", "delegate", "delegate = [\"second\"]", "delegate = []"),
    ("[allow.grants.plan]", "repository", "\"pool\"", "\"other\""),
    ("[allow.grants.effects]", "binfmt", "[\"aarch64\"]", "[\"s390x\"]"),
    ("[allow.grants.effects]", "unmount", "cache-*", "pool-*"),
    ("[allow.limits]", "memory", "201MiB", "1MiB"),
    ("[allow.limits]", "wall-time", "201s", "1s"),
    ("[allow.limits]", "handles", "handles = 201", "handles = 11"),
    ("[allow.limits]", "log-bytes", "21MiB", "1MiB"),
    ("[allow.limits]", "output-bytes", "\"202MiB\"", "\"1MiB\""),
    ("[allow.limits]", "output-files", "output-files = 202", "output-files = 1"),
    ("[allow.limits]", "tool-time", "202s", "1s"),
    ("[allow.limits]", "tool-memory", "204MiB", "16MiB"),
    ("[allow.limits]", "tool-processes", "tool-processes = 203", "tool-processes = 1"),
    ("[allow.limits]", "scratch-bytes", "203MiB", "1MiB"),
    ("[[mandatory]]", "name", "\"must\"", "\"two\""),
    ("[[mandatory]]", "module", "must.wasm", "other.wasm"),
    ("[[mandatory]]", "sha256", "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\" # pin",
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" # pin"),
    ("[[mandatory]]", "projects", "openSUSE:**", "home:**"),
    ("[[mandatory]]", "phases", "[\"check\"]", "[\"check\", \"transform\"]"),
    ("[[mandatory]]", "when", "\"success\"", "\"always\""),
    ("[[mandatory]]", "stage", "\"final\"", "\"raw\""),
    ("[[mandatory]]", "after", "[\"three\"]", "[\"two\"]"),
    ("[[mandatory]]", "before", "[\"one\"]", "[\"two\"]"),
    ("[[mandatory]]", "on-failure", "\"warn\" # mandatory", "\"fail\" # mandatory"),
    ("[[mandatory]]", "settings", "level = 1", "level = 2"),
    ("[[allocate]]", "name", "\"labels\"", "\"other\""),
    ("[[allocate]]", "module", "\"labels.wasm\"", "\"other.wasm\""),
    ("[[allocate]]", "sha256", "\"cccc", "\"0ccc"),
    ("[[allocate]]", "projects", "[\"home:**\"] # allocate", "[\"**\"] # allocate"),
    ("[[allocate]]", "on-failure", "\"refuse\"", "\"abstain\""),
    ("[[allocate]]", "settings", "rules = 1", "rules = 2"),
    ("[allocate.limits]", "memory", "31MiB", "1MiB"),
    ("[allocate.limits]", "wall-time", "31ms", "1ms"),
    ("[allocate.limits]", "fuel", "fuel = 31000", "fuel = 11000"),
];

#[rustfmt::skip]
pub(crate) const HOOKS_ROWS: &[Row] = &[
    ("[hooks.NAME]", "module", "one.wasm", "other.wasm"),
    ("[hooks.NAME]", "sha256", "\"aaaa", "\"0aaa"),
    ("[hooks.NAME]", "phases", "[\"check\"]", "[\"transform\", \"check\"]"),
    ("[hooks.NAME]", "when", "\"success\"", "\"failure\""),
    ("[hooks.NAME]", "stage", "\"final\"", "\"raw\""),
    ("[hooks.NAME]", "after", "after = [\"three\"]", "after = []"),
    ("[hooks.NAME]", "before", "before = [\"two\"]", "before = []"),
    ("[hooks.NAME]", "on-failure", "\"fail\"", "\"warn\""),
    ("[hooks.NAME]", "disabled", "disabled = false", "disabled = true"),
    ("[hooks.NAME]", "settings", "level = 1", "level = 2"),
];

/// That it alone decides is in the tables of `lock.rs`.
const LOCK_ROWS: &[Row] = &[("[hooks.NAME] of the lock", "sha256", "<aa>", "<cc>")];

/// Keys with one right value: any other is a problem.
const ONE_VALUE: &[Row] = &[
    ("the policy", "schema", "schema = 1", "schema = 2"),
    ("the hooks file", "schema", "schema = 1", "schema = 2"),
    ("the lock", "schema", "schema = 1", "schema = 2"),
];

fn request(edit: impl Fn(&mut Grants)) -> Grants {
    let mut grants = Grants::default();
    edit(&mut grants);
    grants
}

fn requests() -> Vec<Grants> {
    let one = |name: &str| BTreeSet::from([name.to_owned()]);
    let plan = |edit: &dyn Fn(&mut PlanGrants)| request(|grants| edit(&mut grants.plan));
    vec![
        Grants::default(),
        request(|grants| grants.results = true),
        request(|grants| grants.sources = true),
        request(|grants| grants.previous = true),
        request(|grants| grants.build_log = true),
        request(|grants| grants.outbox = true),
        request(|grants| grants.unchanged = true),
        request(|grants| grants.tools.extend(["rpmlint".parse().unwrap()])),
        request(|grants| grants.tools.extend(["builder".parse().unwrap()])),
        request(|grants| grants.attachments.extend(["rpmlint.log".parse().unwrap()])),
        plan(&|plan| plan.add_packages = one("gcc13")),
        plan(&|plan| plan.remove_packages = one("vim-data")),
        plan(&|plan| plan.macros = one("_with_tests")),
        plan(&|plan| plan.options = one("debuginfo")),
        plan(&|plan| plan.delegate = one("second")),
        request(|grants| grants.effects.binfmt = one("aarch64")),
        request(|grants| grants.effects.unmount = one("/mnt/cache-*")),
    ]
}

/// All that comes of a policy and a hooks file: decisions, tools, hooks and their order. No parsed value is
/// shown that nobody acts on.
pub(crate) fn outcome(policy: &Policy, file: &HooksFile) -> String {
    let mut out = String::new();
    for project in [Some("home:a"), Some("openSUSE:Factory"), None] {
        for module in [digest(0xaa), digest(0xbb)] {
            for requested in requests() {
                match policy.admit(project, &module, &requested) {
                    Decision::Allowed(allowed) => {
                        let ends = [None, Some(skink_job::OnProblem::Warn)]
                            .map(|entry| (allowed.on_failure(entry), allowed.on_limit(entry)));
                        writeln!(
                            out,
                            "{} {:?} {:?} {ends:?}",
                            allowed.rule, allowed.repository, allowed.limits
                        )
                    }
                    Decision::Refused { reason } => writeln!(out, "{reason}"),
                }
                .unwrap();
            }
        }
        let merged = merge(policy, project, Some(file), None).unwrap();
        for entry in &merged.entries {
            let crate::HookEntry {
                name, layer, module, pin, phases, when, stage, on_failure, settings, ..
            } = entry;
            writeln!(
                out,
                "{name} {layer} {module:?} {pin:?} {phases:?} {when} {stage} {on_failure:?} {settings}"
            )
            .unwrap();
        }
        for phase in Phase::ALL {
            writeln!(out, "{phase} {:?}", order(&merged.entries, *phase).unwrap()).unwrap();
        }
    }
    for hook in policy.allocate_hooks() {
        let crate::AllocateHook { name, module, sha256, settings, limits, on_failure, .. } = hook;
        let asked = [Some("home:a"), Some("openSUSE:Factory")].map(|project| hook.is_asked_for(project));
        writeln!(out, "{name} {module} {sha256} {settings} {limits:?} {on_failure} {asked:?}").unwrap();
    }
    for (name, tool) in policy.tools() {
        let crate::ToolRule { program, root, kind, etc, args, place: _ } = tool;
        writeln!(out, "{name} {program:?} {root:?} {kind:?} {etc:?} {args:?}").unwrap();
    }
    for (name, root) in policy.tool_roots() {
        let crate::ToolRootRule { dist, packages, repositories, arch, place: _ } = root;
        writeln!(out, "{name} {dist:?} {packages:?} {repositories:?} {arch:?}").unwrap();
    }
    writeln!(out, "{:?}", policy.repository("pool").unwrap().packages).unwrap();
    out
}

pub(crate) fn changed(base: &str, (kind, key, from, to): &Row) -> String {
    assert!(base.contains(from) && from != to, "{kind} {key}: {from:?} is not in the base file");
    base.replacen(from, to, 1)
}

#[test]
fn each_key_of_the_policy_changes_the_outcome() {
    let file =
        hooks("schema = 1\nhooks.one.module = \"1\"\nhooks.two.module = \"2\"\nhooks.three.module = \"3\"");
    let base = outcome(&Policy::parse(POLICY, "p").unwrap(), &file);
    for row in POLICY_ROWS {
        let other = Policy::parse(changed(POLICY, row), "p").unwrap_or_else(|p| panic!("{row:?}\n{p}"));
        assert_ne!(base, outcome(&other, &file), "{row:?} changes nothing");
    }
}

#[test]
fn each_key_of_a_hooks_file_changes_the_outcome() {
    let policy = Policy::parse(POLICY, "p").unwrap();
    let base = outcome(&policy, &hooks(HOOKS));
    for row in HOOKS_ROWS {
        assert_ne!(base, outcome(&policy, &hooks(&changed(HOOKS, row))), "{row:?} changes nothing");
    }
}

#[test]
fn keys_with_one_right_value_take_no_other() {
    for row in ONE_VALUE {
        let refused = match row.0 {
            "the hooks file" => HooksFile::parse(changed(HOOKS, row), "_hooks").err(),
            "the lock" => LockFile::parse(changed(LOCK, row), "_hooks.lock").err(),
            _ => Policy::parse(changed(POLICY, row), "p").err(),
        };
        assert_eq!(refused.map(|problems| problems.count()), Some(1), "{row:?}");
    }
}

/// Every key that the reader knows.
fn known() -> BTreeSet<(&'static str, &'static str)> {
    Policy::parse(POLICY, "p").unwrap();
    hooks(HOOKS);
    LockFile::parse(filled(LOCK), "l").unwrap();
    ASKED.with_borrow(|asked| asked.iter().filter(|pair| !HOLDERS.contains(pair)).copied().collect())
}

#[test]
fn every_known_key_has_a_row() {
    let rows = [POLICY_ROWS, HOOKS_ROWS, LOCK_ROWS, ONE_VALUE].concat();
    assert_eq!(known(), rows.iter().map(|(kind, key, ..)| (*kind, *key)).collect());
}

#[test]
fn every_grant_and_limit_has_a_key() {
    let keys = |value: serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let of = |kind: &str| {
        let keys = known().into_iter().filter(|pair| pair.0 == kind);
        keys.map(|pair| pair.1.to_owned()).collect::<BTreeSet<_>>()
    };
    let mut grants = keys(serde_json::to_value(Grants::default()).unwrap());
    assert!(grants.remove("plan") && grants.remove("effects"));
    // A module asks for either by its name.
    grants.insert("root-builders".to_owned());
    assert_eq!(of("[allow.grants]"), grants);
    let mut plan = keys(serde_json::to_value(PlanGrants::default()).unwrap());
    plan.insert("repository".to_owned());
    assert_eq!(of("[allow.grants.plan]"), plan);
    let effects = keys(serde_json::to_value(skink_job::EffectGrants::default()).unwrap());
    assert_eq!(of("[allow.grants.effects]"), effects);
    let limits = keys(serde_json::to_value(skink_job::Limits::default()).unwrap());
    let limits: BTreeSet<String> = limits.into_iter().map(|key| key.replace('_', "-")).collect();
    assert_eq!(of("[limits]"), limits);
    assert_eq!(of("[allow.limits]"), limits);
    let limits = keys(serde_json::to_value(skink_job::AllocateLimits::default()).unwrap());
    let limits: BTreeSet<String> = limits.into_iter().map(|key| key.replace('_', "-")).collect();
    assert_eq!(of("[allocate.limits]"), limits);
}

#[test]
fn the_reference_names_every_key() {
    let page = concat!(
        include_str!("../../../../docs/src/policy.md"),
        include_str!("../../../../docs/src/hooks-file.md")
    );
    for (kind, key) in known() {
        let kind = match kind {
            "the policy" => "## The keys",
            "the hooks file" => "## _hooks",
            "the lock" => "## _hooks.lock",
            "[allow.limits]" => "[limits]",
            kind => kind,
        };
        let section = page
            .split("\n#")
            .find(|section| section.lines().next().is_some_and(|line| format!("#{line}").contains(kind)));
        let section = section.unwrap_or_else(|| panic!("docs/src has no section for {kind}"));
        assert!(section.contains(&format!("| `{key}` |")), "docs/src: {kind} {key}");
    }
}

#[test]
fn the_reference_gives_the_limits_as_they_are() {
    let page = include_str!("../../../../docs/src/policy.md");
    let table = page.split("### [limits]").nth(1).and_then(|section| section.split("\n#").next()).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let limits = |key: &str, value: &str| {
        let value = value.replace(' ', "");
        let value = if value.bytes().all(|b| b.is_ascii_digit()) { value } else { format!("\"{value}\"") };
        let text = format!(
            "schema = 1\n[limits]\n{key} = {value}\n[[allow]]\nmodule = \"m\"\nsha256 = [\"{}\"]\nprojects = [\"**\"]",
            digest(0xaa)
        );
        let policy = Policy::parse(text, "policy.toml").unwrap_or_else(|problems| panic!("{problems}"));
        match policy.admit(None, &digest(0xaa), &Grants::default()) {
            Decision::Allowed(allowed) => allowed.limits,
            Decision::Refused { reason } => panic!("{reason}"),
        }
    };
    let mut seen = 0;
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, key, _, least, most, absent, _] = cells.as_slice() else { panic!("{row}") };
        let key = key.trim_matches('`');
        assert_eq!(limits(key, absent), skink_job::Limits::default(), "{key}");
        assert_ne!(limits(key, least), limits(key, most), "{key}");
        seen += 1;
    }
    assert_eq!(seen, 10);
}
