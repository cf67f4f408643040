//! A build that a hook has a tool do: what the tool finds, how it ends, what becomes of what it leaves.

use crate::roots::lint_is_built;
use serde_json::{Value, json};
use skink_tests_build::{Ended, Package, Started, farm, mounts_below, processes_naming};
use skink_tests_hostile::ComponentText;
use skink_tests_tools::{Place, allow, lint, report_at};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The grants of the module, as an admin may give them.
const GRANTS: &str = "sources = true\nroot-builders = [\"sh\"]\n[allow.grants.plan]\ndelegate = [\"sh\"]";

/// A package whose hook has a shell build, in a root of its own.
struct Delegated {
    place: Place,
    package: Package,
}

impl Delegated {
    /// `grants` and limits as lines of the policy's rule; the hook asks `times` times.
    fn new(name: &str, script: &str, grants: &str, times: u32) -> Self {
        lint_is_built();
        let name = format!("delegate-{name}");
        let (place, package) = (Place::new(&name, ""), Package::example(&name));
        let script = script.replace('\\', "\\5c").replace('"', "\\22").replace('\n', "\\0a");
        let component = ComponentText::named("delegate")
            .with("ARGUMENTS", &format!("-ec\\00{script}\\00"))
            .with("TIMES", &times.to_string())
            .build();
        let asked = json!({"sources": true, "tools": ["sh"], "plan": {"delegate": ["sh"]}});
        let module = place.module_of("pre-chroot", "delegate", &component, &asked);
        fs::copy(&module, package.folder().join("delegate.wasm")).unwrap();
        let package = package.write("_hooks", "schema = 1\n[hooks.delegate]\nmodule = \"delegate.wasm\"\n");
        let policy = lint().policy(&[("sh", "/bin/sh")])
            + "kind = \"root-builder\"\n"
            + &allow("delegate", &module, grants);
        fs::write(package.policy(), policy).unwrap();
        Self { place, package }
    }

    fn root(&self) -> PathBuf {
        self.place.folder().join("root")
    }

    fn results(&self) -> PathBuf {
        self.root().join(".build.packages")
    }

    fn build(&self, more: &[&str]) -> Ended {
        let ended = Started::skink(&self.root(), &self.package, more).wait();
        assert_eq!(mounts_below(&self.root()), Vec::<String>::new());
        ended
    }

    fn report(&self) -> Value {
        report_at(&self.package.report())
    }
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn a_tool_builds_with_what_the_build_has() {
    let script = "mkdir -p results/OTHER results/KIWI
test $(id -u) = 0; test -e /job/sources/hello.spec; test ! -w /job/packages/0
ls /job/packages/0 > results/OTHER/packages
printf 'a line\\n\\033[31mred\\n' >&2
echo made > results/KIWI/image; ln -s /etc/shadow results/KIWI/link; mkfifo results/KIWI/fifo";
    let job = Delegated::new("works", script, GRANTS, 1);
    let ended = job.build(&[]);
    assert_eq!(ended.code(), Some(0), "{}", ended.output);
    assert_eq!(text(&job.results().join("KIWI/image")), "made\n");
    let listed = text(&job.results().join("OTHER/packages"));
    assert!(listed.lines().any(|name| name.starts_with("rpm_")), "{listed}");
    // Nothing of `build` ran: the root holds what the tool left, a log, and no more.
    assert!(!job.root().join("usr").exists());
    assert!(job.results().join("KIWI/link").is_symlink() && !job.results().join("KIWI/fifo").exists());
    let log = text(&job.package.log());
    assert!(log.lines().any(|line| line.starts_with('[') && line.ends_with("s] a line")), "{log}");
    assert!(
        log.contains("s] \\u{1b}[31mred\n") && log.contains("left out of the results: KIWI/fifo"),
        "{log}"
    );
    let report = job.report();
    let hook = &report["hooks"][0];
    assert_eq!(report["plan"][0]["edit"], "delegate", "{report:#}");
    assert_eq!(report["plan"][0]["tool"], "sh", "{report:#}");
    assert_eq!(hook["tools"][0]["runs"][0]["end"], "exit code 0", "{hook:#}");
    assert_eq!(report["job"]["build"], "succeeded", "{report:#}");
    let files: Vec<&str> =
        report["results"].as_array().unwrap().iter().filter_map(|file| file["name"].as_str()).collect();
    assert_eq!(files, ["KIWI/image", "OTHER/packages"]);
}

/// Each with words of the log; what an earlier build left is gone.
#[test]
fn however_it_ends_it_is_told() {
    let limits = |more: &str| format!("{GRANTS}\n[allow.limits]\n{more}");
    let rows = [
        (
            "exit code",
            "mkdir results; exit 3",
            limits(""),
            "sh ended with exit code 3 (it built for the hook delegate)",
        ),
        ("no results", "exit 0", limits(""), "sh left no folder /job/scratch/results"),
        ("a link", "ln -s /etc results", limits(""), "sh left no folder /job/scratch/results"),
        ("a signal", "kill -9 $$", limits(""), "sh was ended by signal 9"),
        (
            "time",
            "mkdir results; (trap '' TERM; sleep 1000) & wait",
            limits("tool-time = \"2s\""),
            "may run for 2.0 s",
        ),
        (
            "space",
            "head -c 9M /dev/zero > x",
            limits("scratch-bytes = \"4MiB\""),
            "4 MiB in its scratch folder",
        ),
    ];
    for (what, script, grants, words) in rows {
        let job = Delegated::new("ends", script, &grants, 1);
        fs::create_dir_all(job.results().join("KIWI")).unwrap();
        let ended = job.build(&[]);
        assert_eq!(ended.code(), Some(1), "{what}: {}", ended.output);
        assert!(ended.output.contains(words), "{what}: {}", ended.output);
        assert!(!job.results().exists(), "{what}");
        assert_eq!(job.report()["job"]["build"], "failed", "{what}");
    }
    assert_eq!(processes_naming("sleep 1000"), Vec::<String>::new());
}

#[test]
fn what_the_policy_or_another_hook_stands_against_is_not_begun() {
    let without = GRANTS.replace("\n[allow.grants.plan]\ndelegate = [\"sh\"]", "");
    let twice = "this call has had another build in place of `build` already";
    let rows = [
        ("no-grant", without.as_str(), 1, "does not grant `plan.delegate` of \"sh\""),
        ("twice", GRANTS, 2, twice),
    ];
    for (what, grants, times, words) in rows {
        let job = Delegated::new(what, "mkdir results; echo it ran", grants, times);
        let ended = job.build(&[]);
        assert_eq!(ended.code(), Some(1), "{what}: {}", ended.output);
        assert!(ended.output.contains(words) && !ended.output.contains("it ran"), "{what}: {}", ended.output);
    }
    let job = Delegated::new("two-hooks", "mkdir results; echo it ran", GRANTS, 1);
    let hooks = "schema = 1\n[hooks.delegate]\nmodule = \"delegate.wasm\"\n[hooks.other]\nmodule = \"delegate.wasm\"\n";
    let job = Delegated { package: job.package.write("_hooks", hooks), ..job };
    let ended = job.build(&[]);
    assert_eq!(ended.code(), Some(1), "{}", ended.output);
    let words = "the hook delegate has had another build in place of `build` already";
    assert!(ended.output.contains(words) && !ended.output.contains("it ran"), "{}", ended.output);
}

/// `--kill` and a signal end it as they end `build`.
#[test]
fn it_is_ended_from_outside() {
    for (what, killed) in [("killed", true), ("terminated", false)] {
        let job = Delegated::new(what, "echo it runs; (trap '' TERM; sleep 2000) & wait", GRANTS, 1);
        let started = Started::skink(&job.root(), &job.package, &[]);
        let until = Instant::now() + Duration::from_secs(120);
        while !fs::read_to_string(job.package.log()).is_ok_and(|log| log.contains("it runs")) {
            assert!(Instant::now() < until, "{what}: it does not begin");
            std::thread::sleep(Duration::from_millis(20));
        }
        if killed {
            let mut kill = Command::new(farm().skink());
            let kill = kill.arg("build").arg("--root").arg(job.root()).arg("--kill").output().unwrap();
            assert!(kill.status.success(), "{kill:?}");
        } else {
            let pid = started.pid().to_string();
            assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        }
        let ended = started.wait();
        assert_eq!(ended.code(), Some(1), "{what}: {}", ended.output);
        assert!(ended.output.contains("SIGTERM"), "{what}: {}", ended.output);
        assert_eq!(processes_naming("sleep 2000"), Vec::<String>::new(), "{what}");
    }
}
