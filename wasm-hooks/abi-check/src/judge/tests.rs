use super::*;
use crate::pair::{Package, Side};
use crate::parse;
use skink_sdk::{FailOn, Level};
use std::fs;
use std::path::Path;

fn corpus(name: &str) -> (ExitStatus, Report, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let codes = fs::read_to_string(folder.join("exit-codes")).unwrap();
    let code = codes.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap();
    let stdout = fs::read_to_string(folder.join(format!("{name}.stdout"))).unwrap();
    let stderr = fs::read_to_string(folder.join(format!("{name}.stderr"))).unwrap_or_default();
    (ExitStatus::Code(code.parse().unwrap()), parse::report(&stdout), stderr)
}

#[test]
fn what_a_run_of_the_real_abipkgdiff_is() {
    let rows: [(&str, Result<usize, &str>); 12] = [
        ("same", Ok(0)),
        ("changed", Ok(3)),
        ("fewer", Ok(2)),
        ("more", Ok(2)),
        ("symbols-changed", Ok(1)),
        ("soname", Ok(1)),
        ("library-removed", Ok(1)),
        ("all-removed", Ok(1)),
        ("machine", Ok(1)),
        ("no-debug-info", Err("libz.so.3")),
        ("usage", Err("exit code 3: unrecognized option: --frob")),
        ("no-package", Err("exit code 3: text.rpm should be a valid package file")),
    ];
    for (name, want) in rows {
        let (status, report, stderr) = corpus(name);
        match (run(&status, report, &stderr), want) {
            (Ok(Run::Compared(changes)), Ok(count)) => {
                assert_eq!(changes.len(), count, "{name}: {changes:?}")
            }
            (Ok(Run::WithoutDebugInfo(libraries)), Err(library)) => {
                assert!(libraries.contains(library), "{name}")
            }
            (Err(Failure::Other(text)), Err(why)) => assert!(text.contains(why), "{name}: {text}"),
            (other, _) => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn what_the_exit_code_says_and_the_text_does_not_is_a_change_too() {
    let told = |code| Report { changes: vec![Change::new(code, None, String::new())], ..Report::default() };
    let rows = [
        (0, Report::default(), Ok(0)),
        (4, Report::default(), Ok(1)),
        (8, Report::default(), Ok(1)),
        (12, Report::default(), Ok(1)),
        (4, told(Code::FunctionAdded), Ok(1)),
        // Only something compatible is told of.
        (12, told(Code::FunctionAdded), Ok(2)),
        (12, told(Code::FunctionRemoved), Ok(1)),
        (1, Report::default(), Err(())),
        (2, Report::default(), Err(())),
        (5, told(Code::FunctionRemoved), Err(())),
        (16, Report::default(), Err(())),
        (127, Report::default(), Err(())),
        (-1, Report::default(), Err(())),
    ];
    for (code, report, want) in rows {
        let seen = run(&ExitStatus::Code(code), report, "").map_err(|_| ()).map(|run| match run {
            Run::Compared(changes) => changes.len(),
            Run::WithoutDebugInfo(_) => panic!("{code}"),
        });
        assert_eq!(seen, want, "exit code {code}");
    }
    assert!(run(&ExitStatus::Signal(9), Report::default(), "").is_err());
    let failed =
        Report { failed: vec![("l.so".to_owned(), "something else".to_owned())], ..Report::default() };
    let Err(failure) = run(&ExitStatus::Code(1), failed, "") else { panic!("it failed") };
    assert_eq!(failure.message(), "abipkgdiff cannot compare l.so: something else");
}

fn side(name: &str) -> Side<'_> {
    Side { package: Package { name, arch: "x86_64", path: "" }, debug: Vec::new(), devel: None }
}

#[test]
fn severities_and_verdicts() {
    let level =
        |level| Settings { levels: [("function-removed".to_owned(), level)].into(), ..Settings::default() };
    let fail_on = |fail_on, settings| Settings { fail_on, ..settings };
    let rows = [
        (Settings::default(), Code::FunctionRemoved, Some(Severity::Error), true),
        (Settings::default(), Code::FunctionAdded, Some(Severity::Info), false),
        (level(Level::Warning), Code::FunctionRemoved, Some(Severity::Warning), false),
        (level(Level::Warning), Code::VariableRemoved, Some(Severity::Error), true),
        (level(Level::Ignore), Code::FunctionRemoved, None, false),
        (
            fail_on(FailOn::Warning, level(Level::Warning)),
            Code::FunctionRemoved,
            Some(Severity::Warning),
            true,
        ),
        (fail_on(FailOn::Warning, level(Level::Info)), Code::FunctionRemoved, Some(Severity::Info), false),
        (fail_on(FailOn::Never, Settings::default()), Code::FunctionRemoved, Some(Severity::Error), false),
    ];
    for (settings, code, severity, fails) in rows {
        let mut findings = Findings::new(&settings);
        findings
            .add(&Pair { old: side("libx1"), new: side("libx1") }, Change::new(code, None, "x".to_owned()));
        assert_eq!(findings.all.first().map(|finding| finding.severity), severity, "{code:?} {settings:?}");
        match findings.verdict() {
            Verdict::Fail(why) => {
                assert!(fails && why.ends_with(" in libx1.x86_64"), "{why} {code:?} {settings:?}");
            }
            Verdict::Pass | Verdict::Unchanged(_) => assert!(!fails, "{code:?} {settings:?}"),
        }
    }
}

#[test]
fn another_soname_is_no_break_where_the_package_has_another_name() {
    let settings = Settings::default();
    for (new, code) in [("libx1", "soname-changed"), ("libx2", "soname-changed-with-name")] {
        let mut findings = Findings::new(&settings);
        let change = Change::new(Code::SonameChanged, None, "the soname changed".to_owned());
        findings.add(&Pair { old: side("libx1"), new: side(new) }, change);
        assert_eq!(findings.all[0].code, code);
    }
}
