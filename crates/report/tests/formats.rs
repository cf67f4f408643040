//! The three formats of one report: JSON and SARIF against their schemas, the page against what it promises.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "these are tests")]

use serde_json::{Value, json};
use skink_job::{
    BuildEnd, ByteCount, CrashReport, Facts, Finding, ForeignArch, Frame, HostEffect, LimitKind, Millis,
    OnProblem, Outcome, Phase, PlanEdit, PlanInput, SafeText, Severity,
};
use skink_report::{
    FileReport, HookReport, ModuleReport, Report, ResultReport, RunReport, Step, ToolReport, page, read,
    sarif,
};
use std::time::UNIX_EPOCH;

fn text() -> SafeText {
    "x".into()
}

fn hook(name: &str, outcome: Outcome) -> HookReport {
    let module = ModuleReport { name: name.into(), version: "1.0".into(), sha256: "ab".repeat(32) };
    let mut hook = HookReport::new(name.parse().unwrap(), Some(Phase::Check), module, outcome);
    hook.layer = "package".into();
    hook
}

fn finding(severity: Severity, code: &str, package: Option<&str>, file: Option<&str>) -> Finding {
    Finding {
        severity,
        code: code.into(),
        message: "see [here](javascript:pwned) for \u{202e}more".into(),
        package: package.map(SafeText::from),
        file: file.map(SafeText::from),
        line: Some(3),
        help: Some(SafeText::block("mend\nit")),
        extra: vec![("k".into(), "v".into())],
    }
}

fn tool(run: RunReport) -> ToolReport {
    ToolReport {
        name: "t".into(),
        version: text(),
        sha256: "ab".repeat(32),
        root: "lint".into(),
        root_address: Some("cd".repeat(32)),
        runs: vec![run],
    }
}

fn effects() -> Vec<HostEffect> {
    let interpreter = "/usr/bin/qemu-aarch64-static".into();
    vec![
        HostEffect::Emulate { arch: ForeignArch::Aarch64, interpreter },
        HostEffect::Unmount { place: "/mnt/a".into(), kind: "tmpfs".into(), lazily: true },
    ]
}

/// One of each kind.
fn edits() -> Vec<PlanEdit> {
    vec![
        PlanEdit::AddPackage { name: "p".into() },
        PlanEdit::RemovePackage { name: "p".into() },
        PlanEdit::SetMacro { name: "m".into(), body: "b".into() },
        PlanEdit::AddOption { name: "o".into(), value: None },
        PlanEdit::Delegate {
            tool: "t".into(),
            args: vec!["-a".into()],
            inputs: vec![PlanInput { name: "i".into(), content: Vec::new() }],
        },
    ]
}

/// A report with a call of every outcome, and something in every list.
fn full() -> Report {
    let facts = Facts {
        project: Some("home:me".into()),
        package: Some("hello".into()),
        arch: "x86_64".into(),
        recipe: "hello.spec".into(),
        build: Some(BuildEnd::Succeeded),
        ..Facts::default()
    };
    let mut report = Report::new(facts, UNIX_EPOCH);
    let trap = CrashReport {
        message: text(),
        frames: vec![Frame { function: text(), offset: Some(7) }],
        host_calls: vec![text()],
    };
    let outcomes = [
        Outcome::Passed,
        Outcome::Failed { reason: text() },
        Outcome::Unchanged { reason: text() },
        Outcome::Refused { reason: text() },
        Outcome::Limit { kind: LimitKind::Memory, detail: text() },
        Outcome::Trap { report: trap },
        Outcome::Crashed { detail: text() },
        Outcome::HostError { detail: text() },
        Outcome::Skipped { reason: text() },
    ];
    report.hooks = outcomes.into_iter().map(|outcome| hook(outcome.word(), outcome)).collect();
    let step = |name: &str| Step { name: name.into(), start: 1, millis: 2 };
    let first = report.hooks.first_mut().unwrap();
    first.limits.memory = ByteCount(1);
    first.findings = vec![
        finding(Severity::Error, "no-binary", Some("hello-1-1.x86_64.rpm"), Some("/usr/bin/hello")),
        finding(Severity::Warning, "no-url", None, Some("hello.spec")),
        finding(Severity::Info, "odd", Some("hello-1-1.x86_64.rpm"), None),
        finding(Severity::Info, "odd", None, None),
        finding(Severity::Error, "no-binary", Some("hello-2-5.x86_64.rpm"), Some("/usr/bin/hello")),
    ];
    let file = FileReport { name: "a".into(), bytes: 1, sha256: "ab".repeat(32) };
    (first.outputs, first.attachments) = (vec![file.clone()], vec![file]);
    let run = RunReport { args: text(), end: text(), start: 1, millis: 1 };
    first.tools = vec![tool(run)];
    (first.denied, first.log, first.steps) = (vec![text()], vec![text()], vec![step("call")]);
    first.plan = edits();
    first.effects = effects();
    report.plan.clone_from(&first.plan);
    report.effects.clone_from(&first.effects);
    report.hooks.get_mut(4).unwrap().on_limit = OnProblem::Warn;
    report.hooks.get_mut(3).unwrap().phase = None;
    report.steps = vec![step("admit"), step("check")];
    report.sources = vec!["hello.spec".into(), "ein Bild.png".into()];
    report.results = vec![ResultReport { name: "RPMS/hello.rpm".into(), bytes: 5 }];
    report.notes = vec![text()];
    report.build_exit_code = Some(0);
    report.ended(Millis(5), 1, Some("hook failed failed: x".into()));
    report
}

fn errors(schema: &str, value: &Value) -> Vec<String> {
    // A bracket too many in a pattern of OASIS's schema, of a key that is not written here: no such expression is read.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

const SCHEMA: &str = include_str!("../../../docs/report.schema.json");
const SARIF: &str = include_str!("sarif-schema-2.1.0.json");

#[test]
fn a_report_fits_its_schema_and_an_unknown_key_does_not() {
    let mut json = serde_json::to_value(full()).unwrap();
    assert_eq!(errors(SCHEMA, &json), Vec::<String>::new());
    json["hooks"][0]["surprise"] = true.into();
    assert!(!errors(SCHEMA, &json).is_empty());
}

#[test]
fn a_report_is_the_same_after_it_was_written_and_read() {
    let report = full();
    let json = serde_json::to_string(&report).unwrap();
    let again = read(json.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), json);
    assert_eq!((page(&again), sarif(&again)), (page(&report), sarif(&report)));
}

fn sarif_of(report: &Report) -> Value {
    serde_json::from_str(&sarif(report)).unwrap()
}

#[test]
fn sarif_is_by_its_standard() {
    let empty = Report::new(Facts::default(), UNIX_EPOCH);
    for report in [full(), empty] {
        assert_eq!(errors(SARIF, &sarif_of(&report)), Vec::<String>::new());
    }
    let mut broken = sarif_of(&full());
    broken["runs"][0]["results"][0]["level"] = json!("grave");
    assert_ne!(errors(SARIF, &broken), Vec::<String>::new(), "the schema is looked at");
}

#[test]
fn a_finding_is_at_its_file_of_the_sources_or_at_the_recipe() {
    let document = sarif_of(&full());
    let at = |pointer: &str| document.pointer(&format!("/runs/0/{pointer}")).cloned().unwrap_or_default();
    let rows = [
        // In a package: at the recipe, and by name.
        ("results/0/locations/0/physicalLocation/artifactLocation/uri", json!("hello.spec")),
        ("results/0/locations/0/physicalLocation/region/startLine", json!(1)),
        (
            "results/0/locations/0/logicalLocations/0/fullyQualifiedName",
            json!("hello-1-1.x86_64.rpm:/usr/bin/hello"),
        ),
        ("results/0/level", json!("error")),
        ("results/0/ruleId", json!("passed/no-binary")),
        ("results/0/rule/toolComponent/index", json!(0)),
        // In the sources: there.
        ("results/1/locations/0/physicalLocation/region/startLine", json!(3)),
        ("results/1/locations/0/logicalLocations", Value::Null),
        ("results/1/level", json!("warning")),
        ("results/2/locations/0/logicalLocations/0/name", json!("hello-1-1.x86_64.rpm")),
        ("results/2/level", json!("note")),
        ("results/2/rule/index", json!(2)),
        // No text is a link.
        ("results/0/message/text", json!("see [here] (javascript:pwned) for \\u{202e}more")),
        ("tool/extensions/0/rules/0/id", json!("passed/no-binary")),
        ("tool/extensions/0/rules/0/help/text", json!("mend\nit")),
        ("tool/driver/name", json!("skink")),
        ("automationDetails/id", json!("skink/home:me/hello/x86_64/")),
        ("invocations/0/exitCode", json!(1)),
        ("invocations/0/executionSuccessful", json!(false)),
        ("invocations/0/toolExecutionNotifications/0/level", json!("error")),
        ("invocations/0/toolExecutionNotifications/3/level", json!("warning")),
    ];
    for (pointer, want) in rows {
        assert_eq!(at(pointer), want, "{pointer}");
    }
}

#[test]
fn a_finding_is_known_again_in_another_version_and_not_mixed_up() {
    let print = |report: &Report| -> Vec<String> {
        let results = sarif_of(report)["runs"][0]["results"].as_array().unwrap().clone();
        let print =
            |result: &Value| result["partialFingerprints"]["skinkFinding/v1"].as_str().unwrap().to_owned();
        results.iter().map(print).collect()
    };
    let report = full();
    let prints = print(&report);
    let mut moved = report.clone();
    moved.hooks[0].findings.iter_mut().for_each(|finding| finding.line = Some(99));
    assert_eq!(print(&moved), prints, "a line is none of it");
    // The fifth is the first of another version of the package: the same but for its number.
    assert_eq!(
        prints[4].split_once(':').map(|(digest, _)| digest),
        prints[0].split_once(':').map(|(digest, _)| digest)
    );
    let mut distinct = prints.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), prints.len());
}

#[test]
fn a_page_is_whole_and_loads_nothing() {
    let report = page(&full());
    for part in [
        "<!DOCTYPE html>",
        "default-src 'none'",
        "script-src 'sha256-",
        "id=\"timeline\"",
        "id=\"findings\"",
        "</html>",
    ] {
        assert!(report.contains(part), "{part}");
    }
    for loads in ["src=", "href=\"http", "style=\"", "@import", "url("] {
        assert!(!report.contains(loads), "{loads}");
    }
    assert_eq!(report.matches("<script>").count(), 1);
}

#[test]
fn what_a_page_cannot_be_brought_to_hold() {
    let mut report = full();
    report.job.package = Some("\u{202e}<b>\x1b[2J".into());
    report.hooks[0].rule = "\u{2066}\r\n[host]\"><script>x</script>".into();
    report.started = u64::MAX;
    report.millis = u64::MAX;
    report.steps.push(Step { name: "late".into(), start: u64::MAX, millis: u64::MAX });
    let page = page(&report);
    assert!(page.contains("\\u{202e}&lt;b&gt;\\u{1b}[2J"));
    assert!(page.contains("\\u{2066}\\u{d}\n[host]&quot;&gt;&lt;script&gt;x&lt;/script&gt;"));
    assert!(!page.contains('\u{202e}') && !page.contains('\x1b') && !page.contains("<script>x"));
    assert_eq!(errors(SARIF, &sarif_of(&report)), Vec::<String>::new());
}
