//! A signal while hooks run after the build: the job ends soon and as failed, and nothing of it is left.

use crate::checks::{outcomes, report};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use skink_tests_build::{Package, Started, farm, lend, mounts_below, processes_naming};
use skink_tests_hostile::{Attack, ComponentText};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// `slow` waits for ever, as far as this test is concerned; `late` would run after it, whatever happens.
const HOOKS: &str = r#"schema = 1
hooks.sums.module = "checksums.wasm"
hooks.slow = { module = "slow.wasm" }
hooks.late = { module = "slow.wasm", after = ["slow"], when = "always" }
"#;

#[test]
fn a_signal_ends_the_job_in_good_order() {
    let spin = Attack::check("spin");
    let run_tool = ComponentText::named("run-tool").with("ARGUMENTS\\00", "611\\00");
    let sleep = Attack::module(run_tool.build()).ask("tools", json!(["sleep"]));
    let rows: [(&str, Attack, &str, Signal, &str); 3] = [
        ("spin", spin.clone(), "skink-runner", Signal::TERM, "SIGTERM"),
        ("tool", sleep, "/usr/bin/sleep\u{0}611", Signal::INT, "SIGINT"),
        ("hang-up", spin, "skink-runner", Signal::HUP, "SIGHUP"),
    ];
    for (name, slow, runs, signal, word) in rows {
        let root = lend();
        let package = Package::example(&format!("signal-{name}")).write("_hooks", HOOKS);
        let package = package.write("slow.wasm", slow.bytes());
        let package = with_policy(package);
        let started = Started::skink(root.path(), &package, &[]);
        // The transform has its runner before the check has one.
        await_line(&package, "sums passed");
        await_descendant(started.pid(), runs);
        kill_process(Pid::from_raw(started.pid().try_into().unwrap()).unwrap(), signal).unwrap();
        let ended = started.wait();
        assert_eq!(ended.code(), Some(1), "{name}:\n{}", ended.output);
        let report = report(&package);
        assert_eq!(
            outcomes(&report),
            ["sums/transform/passed", "slow/check/host-error", "late/check/skipped"],
            "{name}:\n{}",
            ended.output
        );
        assert!(report["why"].as_str().unwrap().contains(word), "{name}: {}", report["why"]);
        assert!(
            !root.other().contains(&"SHA256SUMS".to_owned()),
            "{name}: an outbox of a failed job is seen"
        );
        assert_eq!(root.leftovers(), Vec::<String>::new(), "{name}");
        assert_eq!(mounts_below(root.path()), Vec::<String>::new(), "{name}");
        assert_eq!(processes_naming(&root.path().display().to_string()), Vec::<String>::new(), "{name}");
    }
}

fn with_policy(package: Package) -> Package {
    let module = package.folder().join("slow.wasm");
    let digest = Command::new(farm().skink()).args(["module", "digest"]).arg(module).output().unwrap().stdout;
    let digest = String::from_utf8(digest).unwrap();
    let digest = digest.split_whitespace().next().unwrap();
    package.with_policy(&format!(
        "[tools.sleep]\nprogram = \"/usr/bin/sleep\"\n[[allow]]\nmodule = \"slow\"\nsha256 = [\"{digest}\"]\n\
         projects = [\"home:*\"]\ngrants = {{ results = true, tools = [\"sleep\"] }}\n"
    ))
}

/// Long enough for a build on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(240);

fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_there() {
        assert!(Instant::now() < deadline, "{what} does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn await_line(package: &Package, text: &str) {
    let log = || fs::read(package.log()).unwrap_or_default();
    wait_for(text, || String::from_utf8_lossy(&log()).contains(text));
}

/// Waits for a process whose command line holds `text` and that descends from `ancestor`.
fn await_descendant(ancestor: u32, text: &str) {
    wait_for(text, || descendants(ancestor).iter().any(|pid| command_line(*pid).contains(text)));
}

fn command_line(pid: u32) -> String {
    String::from_utf8_lossy(&fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default()).into_owned()
}

fn descendants(pid: u32) -> Vec<u32> {
    let mut found = Vec::new();
    for task in fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            found.push(child);
            found.extend(descendants(child));
        }
    }
    found
}
