//! Each key of `[[allocate]]`, changed alone, changes what `skink allocate` says.

use super::{lay_out, options, request};
use skink_tests_hostile::{Place, Running};

/// What each of these rows begins with: fuel that lasts for minutes, so that time ends a loop.
const LIMITS: (&str, &str) =
    ("wall-time = \"10s\"\nfuel = 1000000\n", "wall-time = \"5s\"\nfuel = 900000000000\n");

/// Kind, key, what the hook does, a text of the policy and what is put in its place, words of the answer or the error
/// before and after.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const ROWS: [Row; 9] = [
    ("[[allocate]]", "name", "worker", "\"letters\"", "\"other\"", "no letters: first\n", "no other: first\n"),
    ("[[allocate]]", "module", "yes", "\"allocate.wasm\"", "\"none.wasm\"", "yes\n", "none.wasm: No such file"),
    ("[[allocate]]", "sha256", "yes", "sha256 = \"",
        "sha256 = \"0000000000000000000000000000000000000000000000000000000000000000\" # \"", "yes\n",
        "has the sha256"),
    ("[[allocate]]", "projects", "worker", "[\"**\"]", "[\"home:b\"]", "no letters: first\n", "abstain\n"),
    ("[[allocate]]", "on-failure", "trap", "\"refuse\"", "\"abstain\"", "no letters: it gave no answer (trap)",
        "\nabstain\n"),
    ("[[allocate]]", "settings", "settings", "level = 1", "level = 2", "{\"level\":1}", "{\"level\":2}"),
    ("[allocate.limits]", "memory", "grow", "\"8MiB\"", "\"1MiB\"", "yes\n", "(limit): memory: the limit is 1"),
    ("[allocate.limits]", "wall-time", "loop", "\"5s\"", "\"100ms\"", "no answer within 5.0 s",
        "no answer within 100 ms"),
    ("[allocate.limits]", "fuel", "loop", "900000000000", "1000000", "no answer within 5.0 s",
        "fuel: the hook's fuel is used up"),
];

pub(crate) fn keys() -> Vec<(&'static str, &'static str)> {
    ROWS.iter().map(|(kind, key, ..)| (*kind, *key)).collect()
}

fn said(place: &Place, policy: &str, package: &str) -> String {
    let request = place.write("request.json", request(package));
    let mut arguments = ["allocate", "--answer-within", "60s", "--ask"].map(str::to_owned).to_vec();
    arguments.push(request.to_str().unwrap().to_owned());
    arguments.extend(options(place, policy));
    Running::start(place, None, &arguments).wait().output()
}

#[test]
fn each_key_changes_the_answer() {
    let place = Place::new("allocate-keys");
    let policy = lay_out(&place).replace(LIMITS.0, LIMITS.1);
    for (kind, key, package, from, to, before, after) in ROWS {
        assert!(policy.contains(from), "{kind} {key}: no {from:?} in\n{policy}");
        let (first, second) =
            (said(&place, &policy, package), said(&place, &policy.replacen(from, to, 1), package));
        assert!(first.contains(before) && !first.contains(after), "{kind} {key}, before: {first}");
        assert!(second.contains(after) && !second.contains(before), "{kind} {key}, after: {second}");
    }
}

/// A job brings no such hook, however it asks.
#[test]
fn a_hooks_file_cannot_name_one() {
    let place = Place::new("allocate-hooks");
    let file = place.write("_hooks", "schema = 1\n[hooks.a]\nmodule = \"a.wasm\"\nphases = [\"allocate\"]\n");
    let ended = Running::start(&place, None, &["policy".as_ref(), "check".as_ref(), file.as_os_str()]).wait();
    assert_eq!(ended.code(), Some(1), "{}", ended.output());
    assert!(ended.stderr.contains("no job can bring a hook of the phase `allocate`"), "{}", ended.stderr);
    assert!(ended.stderr.contains("an admin names such a hook in [[allocate]]"), "{}", ended.stderr);
    // Nor does one come in by an entry that names no phase.
    let module = std::fs::read({
        lay_out(&place);
        place.path("allocate.wasm")
    })
    .unwrap();
    let digest = skink_tests_hostile::sha256(&module);
    let policy =
        format!("schema = 1\n[[allow]]\nmodule = \"m\"\nsha256 = [\"{digest}\"]\nprojects = [\"**\"]\n");
    place.write("policy.toml", policy);
    let path = |name: &str| place.path(name).to_str().unwrap().to_owned();
    let arguments = [
        "hook",
        "run",
        "--phase",
        "check",
        "--hook-policy",
        &path("policy.toml"),
        "--state",
        &path("state"),
        &path("allocate.wasm"),
    ];
    let ended = Running::start(&place, None, &arguments).wait();
    assert_eq!(ended.code(), Some(1), "{}", ended.output());
    assert!(ended.stdout.contains("has only the phase allocate"), "{}", ended.output());
}
