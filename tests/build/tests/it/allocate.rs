//! The worked example of an `allocate` hook, asked through the real `skink allocate`.

use skink_tests_hostile::{Place, Running, sha256, told};
use std::fs;

/// Project, package, architecture, labels of the worker, and the answer.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const ROWS: [Row; 6] = [
    ("Kernel:HEAD", "kernel-default", "x86_64", "[\"kernel\"]", "yes\n"),
    ("Kernel:HEAD", "kernel-default", "x86_64", "[]", "no labels: the job needs a worker with the label kernel\n"),
    ("Kernel:HEAD", "kernel-default", "i586", "[]", "abstain\n"),
    ("home:alice", "hello", "x86_64", "[\"kernel\"]",
        "no labels: the worker is reserved for jobs of the label kernel\n"),
    ("home:alice", "hello", "x86_64", "[\"other\"]", "abstain\n"),
    ("home:alice", "chromium", "x86_64", "[\"other\"]", "no labels: the job needs a worker with the label big\n"),
];

const SETTINGS: &str = r#"
[[allocate.settings.rules]]
label = "kernel"
reserved = true
projects = ["Kernel:*"]
packages = ["kernel-*"]
archs = ["x86_64"]
[[allocate.settings.rules]]
label = "big"
packages = ["chromium"]
"#;

fn run(place: &Place, request: &str, policy: &str) -> (Option<i32>, String) {
    let path = |name: &str| place.path(name).to_str().unwrap().to_owned();
    place.write("request", request);
    place.write("policy.toml", policy);
    let hooks = told("SKINK_HOOKS_DIR").to_str().unwrap().to_owned();
    let options = ["--hook-modules", &hooks, "--policy", &path("policy.toml"), "--state", &path("state")];
    let mut arguments = vec!["allocate", "--answer-within", "60s", "--ask"];
    let request = path("request");
    arguments.push(&request);
    arguments.extend(options);
    let ended = Running::start(place, None, &arguments).wait();
    (ended.code(), ended.output())
}

#[test]
fn jobs_go_where_the_labels_say() {
    let place = Place::new("labels");
    let digest = sha256(&fs::read(told("SKINK_HOOKS_DIR").join("allocate-labels.wasm")).unwrap());
    let policy = format!(
        "schema = 1\n[[allocate]]\nname = \"labels\"\nmodule = \"allocate-labels.wasm\"\nsha256 = \"{digest}\"\n\
         projects = [\"**\"]\non-failure = \"refuse\"\nlimits.wall-time = \"10s\"\n{SETTINGS}"
    );
    for (project, package, arch, labels, want) in ROWS {
        let request = format!(
            r#"{{"job": {{"project": "{project}", "package": "{package}", "arch": "{arch}"}},
                "worker": {{"hostlabel": {labels}}}}}"#
        );
        let (code, output) = run(&place, &request, &policy);
        assert!(output.ends_with(want), "{project} {package} {arch} {labels}: {output}");
        assert_eq!(code, Some(i32::from(want.starts_with("no"))), "{output}");
    }
    let (code, output) = run(&place, "{}", &policy.replace("reserved = true", "reserved = \"yes\""));
    assert_eq!(code, Some(1));
    assert!(output.contains("the settings do not fit the module's schema"), "{output}");
}

#[test]
fn the_module_says_what_it_is() {
    let place = Place::new("inspect-labels");
    let module = told("SKINK_HOOKS_DIR").join("allocate-labels.wasm");
    let state = place.path("state");
    let arguments =
        ["module".as_ref(), "inspect".as_ref(), module.as_os_str(), "--state".as_ref(), state.as_os_str()];
    let ended = Running::start(&place, None, &arguments).wait();
    assert_eq!(ended.code(), Some(0), "{}", ended.output());
    for want in
        ["allocate-labels 0.1.0", "phases    allocate\n", "setting   rules (array)", "allocate-context"]
    {
        assert!(ended.stdout.contains(want), "{want}: {}", ended.stdout);
    }
    // It imports nothing but what it is handed.
    assert!(!ended.stdout.contains("wasi:"), "{}", ended.stdout);
}
