//! Reports to look at: from real calls of hooks, and made by hand.

use serde_json::{Value, json};
use skink_tests_hostile::{Attack, Ended, Place, Running, told};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with a report.
#[derive(Debug)]
pub struct Reports {
    place: Place,
}

impl Reports {
    /// A folder of its own for a test.
    pub fn new(name: &str) -> Self {
        Self { place: Place::new(name) }
    }

    fn run(&self, arguments: &[String]) -> Ended {
        Running::start(&self.place, None, arguments).wait()
    }

    /// The rpmlint hook on a real package.
    pub fn rpmlint(&self) -> PathBuf {
        let hook = told("SKINK_HOOKS_DIR").join("rpmlint.wasm");
        let module = self.place.write("rpmlint.wasm", fs::read(hook).unwrap());
        let results = self.place.path("results");
        build_package(&self.place, &results);
        let sources = self.place.path("sources");
        let mut arguments = self.arguments(&["--results", &shown(&results), "--sources", &shown(&sources)]);
        arguments.extend(
            ["--package", "hello", "--project", "home:me", "--recipe", "hello.spec"].map(str::to_owned),
        );
        arguments.push(shown(&module));
        let ended = self.run(&arguments);
        assert!(ended.code().is_some_and(|code| code < 2), "{}", ended.output());
        self.page()
    }

    /// A hostile guest.
    pub fn attack(&self, attack: &Attack) -> PathBuf {
        let mut arguments = attack.arguments(&self.place);
        arguments.extend(["--hook-report".to_owned(), shown(&self.place.path("report.json"))]);
        let ended = self.run(&arguments);
        assert_eq!(ended.code(), Some(1), "{}", ended.output());
        self.page()
    }

    fn arguments(&self, more: &[&str]) -> Vec<String> {
        let report = shown(&self.place.path("report.json"));
        let state = shown(&self.place.path("state"));
        let fixed = ["hook", "run", "--state", &state, "--hook-report", &report];
        fixed.iter().chain(more).map(|text| (*text).to_owned()).collect()
    }

    /// The page that a run has left.
    fn page(&self) -> PathBuf {
        let page = self.place.path("report.html");
        assert!(page.is_file(), "there is no page beside the report");
        page
    }

    /// What a run has left for machines.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&fs::read(self.place.path("report.json")).unwrap()).unwrap()
    }

    /// The page of a report, made by `skink report`.
    pub fn made(&self, report: &Value) -> PathBuf {
        self.place.write("made.json", report.to_string());
        let (from, to) = (self.place.path("made.json"), self.place.path("made.html"));
        let arguments = ["report".to_owned(), shown(&from), "--html".to_owned(), shown(&to)];
        let ended = self.run(&arguments);
        assert_eq!(ended.code(), Some(0), "{}", ended.output());
        to
    }
}

fn shown(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// The page of a report in a folder of that name.
pub fn page_of(name: &str, report: &Value) -> (Reports, PathBuf) {
    let reports = Reports::new(name);
    let page = reports.made(report);
    (reports, page)
}

const SPEC: &str = "\
Name: hello
Version: 1
Release: 1
Summary: a greeting.
License: none
BuildArch: noarch
%description
A greeting.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib/hello
printf '#!/bin/sh\\necho hello\\n' >%{buildroot}/usr/bin/hello
printf 'x' >%{buildroot}/usr/lib/hello/.hidden
%files
/usr/bin/hello
/usr/lib/hello
";

/// A real package, with something to find in it.
fn build_package(place: &Place, results: &Path) {
    let sources = place.path("sources");
    fs::create_dir(&sources).unwrap();
    fs::write(sources.join("hello.spec"), SPEC).unwrap();
    let top = place.path("rpmbuild");
    let mut command = Command::new("rpmbuild");
    command.args(["-bb", "--quiet", "--nodeps"]).arg("--define").arg(format!("_topdir {}", top.display()));
    command.arg("--define").arg(format!("_rpmdir {}", results.display()));
    command.args(["--define", "_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm"]);
    let output = command.arg(sources.join("hello.spec")).output().expect("rpmbuild (Debian's rpm)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(results.join("hello-1-1.noarch.rpm").is_file());
}

fn hook(name: &str, phase: &str, outcome: &str, start: u64, millis: u64) -> Value {
    json!({
        "name": name, "layer": "package", "phase": phase, "outcome": outcome,
        "module": { "name": name, "version": "1.4.0", "sha256": "ab".repeat(32) },
        "on_failure": "fail", "on_limit": "fail", "rule": "rule 1 of /etc/skink/policy.toml",
        "grants": {
            "results": true, "sources": false, "previous": false, "build-log": false, "outbox": false,
            "unchanged": false, "tools": [], "attachments": [],
            "plan": { "add-packages": [], "remove-packages": [], "macros": [], "options": [], "delegate": [] },
            "effects": { "binfmt": [], "unmount": [] }
        },
        "limits": {
            "memory": 268_435_456, "wall_time": 300_000, "handles": 1024, "log_bytes": 4_194_304,
            "output_bytes": 268_435_456, "output_files": 1000, "tool_time": 240_000, "tool_memory": 4_294_967_296_u64,
            "tool_processes": 512, "scratch_bytes": 1_073_741_824
        },
        "usage": {
            "memory": 250_000_000, "wall_time": millis, "handles": 7, "log_bytes": 1200, "output_bytes": 0,
            "output_files": 0, "tool_time": 0, "tool_memory": 0, "tool_processes": 0, "scratch_bytes": 0,
            "host_calls": 412, "suppressed": 0
        },
        "findings": [], "attachments": [], "outputs": [], "plan": [], "effects": [], "tools": [], "denied": [], "log": [],
        "steps": [
            { "name": "call", "start": start, "millis": millis },
            { "name": "take-over", "start": start + millis, "millis": 12 }
        ]
    })
}

fn finding(severity: &str, code: &str, package: &str, file: &str, message: &str) -> Value {
    json!({ "severity": severity, "code": code, "package": package, "file": file, "message": message })
}

/// A report with something in every part of the page.
pub fn rich() -> Value {
    let mut setup = hook("build-setup", "pre-chroot", "passed", 130, 46);
    setup["plan"] = json!([
        { "edit": "add-package", "name": "jq" },
        { "edit": "remove-package", "name": "post-build-checks" },
        { "edit": "set-macro", "name": "_with_tests", "body": "1" },
        { "edit": "add-option", "name": "jobs", "value": "4" },
        { "edit": "delegate", "tool": "kiwi", "args": ["-eu", "/job/inputs/build"], "inputs": [{ "name": "build" }] }
    ]);
    setup["grants"]["plan"]["add-packages"] = json!(["jq"]);
    let plan = setup["plan"].clone();
    let mut sums = hook("checksums", "transform", "passed", 48_210, 90);
    sums["outputs"] = json!([{ "name": "SHA256SUMS", "bytes": 1412, "sha256": "cd".repeat(32) }]);
    sums["grants"]["outbox"] = json!(true);
    json!({
        "schema": 2, "skink": "0.1.0", "started": 1_795_357_000, "millis": 53_480,
        "job": {
            "project": "devel:tools", "package": "hello", "repository": "standard", "arch": "x86_64",
            "host_arch": "x86_64", "recipe": "hello.spec", "release": "1.1", "srcmd5": "6f".repeat(16),
            "reason": "source change", "flavor": null, "no_checks": false, "debuginfo": true, "build": "succeeded"
        },
        "exit_code": 1, "why": "hook rpmlint failed: 2 errors; the limit is 0", "build_exit_code": 0,
        "sources": ["hello.changes", "hello.spec"],
        "results": [
            { "name": "RPMS/x86_64/hello-2.12-1.x86_64.rpm", "bytes": 66_120 },
            { "name": "SRPMS/hello-2.12-1.src.rpm", "bytes": 1_033_221 }
        ],
        "plan": plan, "effects": [], "hooks": [setup, sums, lint(), broken()], "steps": steps(),
        "notes": ["the hook rpmlint of the package shadows the one of the project"]
    })
}

fn steps() -> Value {
    let rows = [
        ("layers", 0, 8),
        ("admit", 8, 61),
        ("inputs", 69, 50),
        ("pre-chroot", 120, 70),
        ("plan", 190, 130),
        ("build", 320, 47_700),
        ("snapshot", 48_030, 160),
        ("transform", 48_200, 110),
        ("check", 48_380, 2500),
        ("decide", 50_880, 0),
        ("hand-back", 50_880, 21),
        ("cleanup", 50_901, 36),
    ];
    rows.into_iter()
        .map(|(name, start, millis)| json!({ "name": name, "start": start, "millis": millis }))
        .collect()
}

fn lint() -> Value {
    let mut lint = hook("rpmlint", "check", "failed", 48_390, 2300);
    let (hello, lang) = ("hello-2.12-1.x86_64.rpm", "hello-lang-2.12-1.noarch.rpm");
    lint["reason"] = json!("2 errors; the limit is 0");
    lint["findings"] = json!([
        finding("error", "no-binary", hello, "/usr/bin/hello", "The package holds no binaries."),
        finding("error", "setgroups", hello, "/usr/bin/hello", "It calls setuid without setgroups."),
        finding("warning", "no-manual-page", hello, "/usr/bin/hello", "There is no manual page."),
        finding("warning", "files-duplicate", lang, "/usr/share/doc/NEWS", "NEWS is ChangeLog."),
        finding("info", "only-non-binary-in-usr-lib", lang, "/usr/lib/hello", "Put it into /usr/share."),
        finding("warning", "spelling-error", "", "", "reponse should be response")
    ]);
    lint["findings"][0]["help"] = json!("Mark it as noarch:\n  BuildArch: noarch");
    lint["findings"][2]["line"] = json!(17);
    lint["findings"][2]["extra"] = json!([["expected", "0644"], ["found", "0755"]]);
    lint["attachments"] = json!([{ "name": "rpmlint.log", "bytes": 20_133, "sha256": "ef".repeat(32) }]);
    lint["tools"] = json!([{
        "name": "rpmlint", "version": "rpmlint 2.4.0", "sha256": "0a".repeat(32),
        "root": "lint", "root_address": "0b".repeat(32),
        "runs": [
            { "args": "--version", "end": "exit code 0", "start": 48_400, "millis": 210 },
            { "args": "hello-2.12-1.x86_64.rpm", "end": "exit code 64", "start": 48_700, "millis": 1800 }
        ]
    }]);
    lint["log"] = json!(["looking at 2 packages", "done"]);
    lint["grants"]["tools"] = json!(["rpmlint"]);
    lint["grants"]["attachments"] = json!(["rpmlint.log"]);
    lint
}

/// A hook that trapped, and tried what it must not.
fn broken() -> Value {
    let mut broken = hook("abi-check", "check", "trap", 48_392, 410);
    broken["report"] = json!({
        "message": "panicked at src/compare.rs:118: index out of bounds",
        "frames": [{ "function": "abi_check::compare::symbols", "offset": 103_812 }, { "function": "abi_check::check" }],
        "host_calls": ["files.tree.open(previous/hello.rpm)"]
    });
    broken["on_failure"] = json!("warn");
    broken["denied"] = json!(["the tree `previous` is not granted"]);
    broken["findings"] = json!([finding(
        "error",
        "soname",
        "hello-2.12-1.x86_64.rpm",
        "/usr/lib64/libhello.so.2",
        "libhello.so.1 became libhello.so.2"
    )]);
    broken
}

/// The same with so many findings of one hook.
pub fn many(number: usize) -> Value {
    let mut report = rich();
    let severities = ["error", "warning", "info"];
    let one = |n: usize| {
        let (package, file) = (format!("package-{}", n % 40), format!("/usr/share/{}", n % 200));
        finding(
            severities[n % 3],
            &format!("rule-{}", n % 25),
            &package,
            &file,
            &format!("It is number #{n}."),
        )
    };
    report["hooks"][2]["findings"] = (0..number).map(one).collect();
    report["hooks"][3]["findings"] = json!([]);
    report
}
