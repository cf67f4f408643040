//! Each grant, changed alone, is what lets a call through.
//!
//! A module that does not ask for a grant does not have it, whatever the rule gives: what it tries is denied and
//! in the audit, and an interface that the grant stands for cannot even be imported. A module that asks for what
//! the rule does not give is refused; only `*` in a list of the plan or of effects asks for whatever the rule gives there.

use serde_json::{Map, Value, json};
use skink_tests_hostile::Expect::{Failed, Passed, Refused, Unchanged};
use skink_tests_hostile::{Attack, ComponentText, Expect, Seen};

/// Key, what is called, the grant, how it ends with it and without it.
type Row = (&'static str, Attack, Value, Expect, Expect);

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let (yes, no_results) = (json!(true), Failed("no grant for the tree `results`"));
    let no_sources = Failed("no grant for the tree `sources`");
    let no_log = Failed("no grant for the build's log, packages and statistics");
    vec![
        ("results", get("check", "results"), yes.clone(), Passed, no_results),
        ("results", get("transform", "results"), yes.clone(), Passed, no_results),
        ("sources", get("check", "sources"), yes.clone(), Passed, no_sources),
        ("sources", get("transform", "sources"), yes.clone(), Passed, no_sources),
        ("sources", get("pre-chroot", "sources"), yes.clone(), Passed, no_sources),
        ("previous", get("check", "previous"), yes.clone(), Passed, Failed("no grant for the tree `previous`")),
        ("build-log", get("check", "build-log"), yes.clone(), Failed("there is no build log in this call"), no_log),
        ("build-log", get("check", "installed"), yes.clone(), Passed, no_log),
        ("build-log", get("check", "statistics"), yes.clone(), Passed, no_log),
        ("outbox", get("transform", "outbox"), yes.clone(), Passed,
            Refused("its manifest does not request the grant `outbox`")),
        ("unchanged", asking("say-unchanged"), yes, Unchanged("nothing is new"),
            Failed("no grant to say that the build is unchanged")),
        ("attachments", asking("attach"), json!(["note.log"]), Passed,
            Failed("no grant for the attachment note.log")),
    ]
}

/// Key of the plan, what is granted, words of the denial without it.
const PLAN: [(&str, &str, &str); 4] = [
    ("add-packages", "jq", "no grant to add the package jq"),
    ("remove-packages", "vim", "no grant to remove the package vim"),
    ("macros", "word", "no grant to define the macro word"),
    ("options", "no-checks", "no grant to add the option no-checks"),
];

pub(crate) fn keys() -> Vec<(&'static str, &'static str)> {
    let plan = PLAN.iter().map(|(key, ..)| ("[allow.grants.plan]", *key));
    let plan = plan.chain(["binfmt", "unmount"].map(|key| ("[allow.grants.effects]", key)));
    rows().iter().map(|row| ("[allow.grants]", row.0)).chain(plan).collect()
}

/// A module that asks for nothing.
fn asking(name: &str) -> Attack {
    Attack::check(name).manifest("grants", json!({}))
}

/// A module that asks its context for one thing; all that could be asked for is there.
fn get(phase: &'static str, getter: &str) -> Attack {
    let export = if phase == "pre-chroot" { "prepare" } else { phase };
    let text = ComponentText::named("get").with("PHASE", phase).with("EXPORT", export);
    let attack = Attack::module(text.with("GETTER", getter).build()).manifest("grants", json!({}));
    attack.phase(phase).folder("sources").folder("previous")
}

/// What was tried is denied, and the audit tells of it once; or nothing ran.
fn is_denied(key: &str, attack: &Attack, without: Expect) {
    let seen = attack.ends(key, without);
    match without {
        Failed(words) => assert_eq!(seen.denied(), [words]),
        _ => assert_eq!(seen.denied(), Vec::<&str>::new()),
    }
}

/// Nothing ran, and the missing grant is named.
fn is_refused(key: &str, attack: &Attack, grant: &str) {
    let seen = attack.ends(key, Refused("which the module requests"));
    let reason = seen.report["reason"].as_str().unwrap();
    assert!(reason.contains(&format!("does not grant {grant}, which")), "no {grant} in {reason}");
}

#[test]
fn a_grant_lets_through_what_is_denied_without_it() {
    for (key, attack, grant, with, without) in rows() {
        is_denied(key, &attack, without);
        is_denied(key, &attack.clone().granted(&json!({ key: grant })), without);
        let seen = attack.ask(key, grant).ends(key, with);
        assert_eq!(seen.denied(), Vec::<&str>::new(), "{key}");
    }
}

#[test]
fn what_is_asked_for_and_not_given_is_named() {
    for (key, attack, grant, ..) in rows() {
        let name = grant[0].as_str().map(|name| format!(" of {name:?}")).unwrap_or_default();
        is_refused(key, &attack.ask(key, grant).granted(&json!({})), &format!("`{key}`{name}"));
    }
}

fn plan_without(left_out: &str) -> Value {
    let lists = PLAN.iter().filter(|(key, ..)| *key != left_out);
    json!({ "plan": lists.map(|(key, name, _)| ((*key).to_owned(), json!([name]))).collect::<Map<_, _>>() })
}

fn plan_of_anything() -> Value {
    json!({ "plan": PLAN.iter().map(|(key, ..)| ((*key).to_owned(), json!(["*"]))).collect::<Map<_, _>>() })
}

/// The plan as the command shows it for people: one line an edit.
fn edits(seen: &Seen) -> usize {
    seen.text.lines().filter(|line| line.starts_with("  plan: ")).count()
}

/// Each of the four edits needs its own grant; the other three are made all the same.
#[test]
fn each_edit_of_the_plan_needs_its_grant() {
    let asking =
        |grants: &Value| Attack::check("edit-plan").phase("pre-chroot").manifest("grants", grants.clone());
    let (all, any) = (plan_without(""), plan_of_anything());
    for asked in [&all, &any] {
        assert_eq!(edits(&asking(asked).granted(&all).ends("plan", Passed)), 4);
    }
    for (key, name, words) in PLAN {
        let rest = plan_without(key);
        for (asked, granted) in [(&rest, &rest), (&rest, &all), (&any, &rest)] {
            let seen = asking(asked).granted(granted).ends(key, Failed(words));
            assert_eq!((seen.denied(), edits(&seen)), (vec![words], 3), "{key}");
        }
        is_refused(key, &asking(&all).granted(&rest), &format!("`plan.{key}` of {name:?}"));
    }
}

/// Without any of them there is no plan to edit.
#[test]
fn no_edit_of_the_plan_is_made_without_a_grant() {
    let attack = Attack::check("edit-plan").phase("pre-chroot");
    let silent = attack.clone().manifest("grants", json!({})).granted(&plan_without(""));
    silent.ends("plan", Refused("its manifest does not request the grant `plan`"));
    let seen = attack
        .manifest("grants", plan_of_anything())
        .granted(&json!({}))
        .ends("plan", Failed("no grant for any edit"));
    assert_eq!((seen.denied().len(), edits(&seen)), (4, 0));
}

/// What is asked for, what the rule gives, and how it ends: of an architecture that needs an emulator, and of one that this
/// machine runs by itself.
#[test]
fn each_architecture_needs_its_grant() {
    let emulate =
        |arch| Attack::module(ComponentText::named("emulate").with("ARCH", arch).build()).phase("pre-chroot");
    let binfmt = |names: &[&str]| json!({ "effects": { "binfmt": names } });
    let denied = Failed("no grant to have aarch64 emulated");
    let rows = [
        ("aarch64", binfmt(&["aarch64"]), binfmt(&["aarch64"]), Passed),
        ("aarch64", binfmt(&["*"]), binfmt(&["aarch64", "s390x"]), Passed),
        ("aarch64", binfmt(&["*"]), binfmt(&["s390x"]), denied),
        ("aarch64", binfmt(&["*"]), json!({}), denied),
        ("aarch64", binfmt(&["s390x"]), binfmt(&["aarch64", "s390x"]), denied),
        ("aarch64", json!({}), binfmt(&["aarch64"]), denied),
        ("i586", json!({}), json!({}), Passed),
    ];
    for (arch, asked, granted, expect) in rows {
        let attack = emulate(arch).manifest("grants", asked).granted(&granted);
        let seen = attack.ends("binfmt", expect);
        let effects = seen.text.lines().filter(|line| line.starts_with("  effect: ")).count();
        assert_eq!(effects, usize::from(matches!(expect, Passed) && arch == "aarch64"), "{}", seen.text);
        let told = if matches!(expect, Passed) { vec![] } else { vec!["no grant to have aarch64 emulated"] };
        assert_eq!(seen.denied(), told);
    }
    let attack = emulate("aarch64").manifest("grants", binfmt(&["aarch64"])).granted(&binfmt(&["s390x"]));
    is_refused("binfmt", &attack, "`effects.binfmt` of \"aarch64\"");
}

/// What is asked for, what the rule gives, and how it ends. Which mounts a pattern names is shown with real ones in
/// `tests/tools`.
#[test]
fn no_mount_is_seen_without_a_grant() {
    let module = || ComponentText::named("unmount").with("MOST", "0").build();
    let unmount = |places: &[&str]| json!({ "effects": { "unmount": places } });
    let denied = Failed("no grant to see or to unmount any mount");
    let rows = [
        (unmount(&["*"]), unmount(&["/nowhere/*"]), Passed),
        (unmount(&["/nowhere/a"]), unmount(&["/nowhere/a", "/b"]), Passed),
        (unmount(&["*"]), json!({}), denied),
        (json!({}), unmount(&["/nowhere/*"]), denied),
    ];
    for (asked, granted, expect) in rows {
        let attack = Attack::module(module()).phase("cleanup").manifest("grants", asked).granted(&granted);
        attack.ends("unmount", expect);
    }
}
