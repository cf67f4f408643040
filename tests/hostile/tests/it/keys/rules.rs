//! The other keys of a rule, keys that have one right value, and keys that there are not.

use skink_tests_hostile::Expect::{Failed, Limit, Passed, Refused};
use skink_tests_hostile::{Attack, Expect, Place, Running, Seen, known_keys};

/// Key, what is called, a text of the policy and what is put in its place, how it ends before and after, and what
/// is only so after.
type Row = (&'static str, Attack, &'static str, &'static str, Expect, Expect, fn(&Seen) -> bool);

const PROJECTS: &str = "projects = [\"**\"]";
const ZEROS: &str =
    "sha256 = [\"0000000000000000000000000000000000000000000000000000000000000000\"] # not [\"";

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let (pass, fail) = (Attack::check("pass"), Failed("the swapped module ran"));
    let leak = Attack::check("handle-leak").limit("handles", "8");
    let full = Limit("handles", "8 handles");
    vec![
        ("module", pass.clone(), "\"attack\"", "\"other\"", Passed, Passed,
            |seen| seen.report["rule"].as_str().unwrap().ends_with(" (other)")),
        ("sha256", pass.clone(), "sha256 = [\"", ZEROS, Passed, Refused("names module sha256:"), is_refused),
        ("projects", pass.clone().option("--project", "home:a"), PROJECTS, "projects = [\"home:b\"]",
            Passed, Refused("but not for the project `home:a`"), is_refused),
        ("projects", pass, PROJECTS, "projects = [\"home:**\"]",
            Passed, Refused("but not for a job whose project is not known"), is_refused),
        ("on-failure", Attack::check("fail"), PROJECTS, "projects = [\"**\"]\non-failure = \"warn\"", fail, fail,
            |seen| seen.report["on_failure"] == "warn" && goes_on(seen)),
        ("on-limit", leak, PROJECTS, "projects = [\"**\"]\non-limit = \"warn\"", full, full,
            |seen| seen.report["on_limit"] == "warn" && seen.report["on_failure"] == "fail" && goes_on(seen)),
    ]
}

/// Kind, key, a text of the policy and what is put in its place, words of the error.
#[rustfmt::skip]
const ONE_VALUE: [(&str, &str, &str, &str, &str); 2] = [
    ("the policy", "schema", "schema = 1", "schema = 2", "this file has schema 2"),
    ("[tools.NAME]", "root", "root = \"host\"", "root = \"kiwi\"", "tool root `kiwi` is not described"),
];

pub(crate) fn keys() -> Vec<(&'static str, &'static str)> {
    let one_value = ONE_VALUE.iter().map(|(kind, key, ..)| (*kind, *key));
    rows().iter().map(|row| ("[[allow]]", row.0)).chain(one_value).collect()
}

fn is_refused(seen: &Seen) -> bool {
    seen.report["outcome"] == "refused"
}

fn goes_on(seen: &Seen) -> bool {
    seen.text.contains("the build goes on")
}

#[test]
fn each_key_of_a_rule_changes_what_comes_of_it() {
    for (key, attack, from, to, before, after, only_after) in rows() {
        assert!(!only_after(&attack.ends(key, before)), "{key}: it is so before");
        assert!(only_after(&attack.policy(from, to).ends(key, after)), "{key}: nothing has changed");
    }
}

/// The error of the command, which ran nothing.
fn complaint(attack: &Attack, place: &Place) -> String {
    let ended = Running::start(place, None, &attack.arguments(place)).wait();
    assert_eq!((ended.code(), ended.stdout.as_str()), (Some(1), ""), "{}", ended.stderr);
    ended.stderr
}

#[test]
fn keys_with_one_right_value_take_no_other() {
    let attack =
        Attack::check("pass").tool("true", "/usr/bin/true").policy("program", "root = \"host\"\nprogram");
    attack.ends("one-value", Passed);
    for (kind, key, from, to, words) in ONE_VALUE {
        let stderr = complaint(&attack.clone().policy(from, to), &Place::new(key));
        assert!(stderr.contains(words), "{kind} {key}: {stderr}");
    }
}

/// In whatever table it stands, a key that nobody knows is an error of every command.
#[test]
fn an_unknown_key_lets_nothing_run() {
    let place = Place::new("unknown");
    let attack = Attack::check("pass").policy("schema = 1", "schema = 1\nsurprise = true");
    assert!(complaint(&attack, &place).contains("unknown key `surprise` in the policy"));
    let kinds = known_keys(&place).into_iter().map(|(kind, _)| kind).filter(|kind| !kind.contains("hooks"));
    let stderr = complaint_of_the_policy_of(&place);
    for kind in kinds {
        let table = kind.replace(".NAME]", ".x]");
        assert!(stderr.contains(&format!("in {table}\n")), "nothing of {kind} in {stderr}");
    }
}

/// What `known_keys` left there has a stranger in each of its tables.
fn complaint_of_the_policy_of(place: &Place) -> String {
    let (policy, module) = (place.path("policy.toml"), place.path("attack.wasm"));
    let words =
        ["hook".as_ref(), "run".as_ref(), "--hook-policy".as_ref(), policy.as_os_str(), module.as_os_str()];
    let ended = Running::start(place, None, &words).wait();
    assert_eq!(ended.code(), Some(1), "{}", ended.output());
    ended.stderr
}
