use super::super::settings::Settings;
use super::*;
use crate::lines::Lines;
use skink_sdk::{Finding, Severity};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What real programs wrote; `tests/corpus/record.sh` recorded it.
const CORPUS: [&str; 16] = [
    "clang",
    "cmake",
    "configure",
    "core",
    "gcc",
    "gcc-colour",
    "gcc-fortify",
    "gcc-werror",
    "link",
    "link-lld",
    "make",
    "make-jobs",
    "make-plain",
    "meson",
    "rpm",
    "rpm-missing",
];

fn findings(log: &[u8], settings: &Settings, succeeded: bool) -> Vec<Finding> {
    let mut scan = Scan::new(Collection::new(settings, succeeded));
    let mut lines = Lines::default();
    lines.feed(log, |line| scan.line(line));
    lines.end(|line| scan.line(line));
    scan.end().findings().0
}

fn rendered(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        let file = finding.file.as_deref().unwrap_or("-");
        let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
        writeln!(text, "{severity}[{}] {file}{line}: {}", finding.code, finding.message).unwrap();
        for (key, value) in &finding.extra {
            writeln!(text, "    {key} = {value}").unwrap();
        }
        for line in finding.help.iter().flat_map(|help| help.lines()) {
            writeln!(text, "    | {line}").unwrap();
        }
    }
    text
}

/// `SKINK_UPDATE=1` writes the findings anew.
#[test]
fn what_real_programs_say_becomes_these_findings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let update = std::env::var_os("SKINK_UPDATE").is_some();
    let mut differ = Vec::new();
    for name in CORPUS.iter().chain(&["rpm-section"]) {
        let log = fs::read(folder.join(format!("{name}.log"))).unwrap();
        let seen = rendered(&findings(&log, &Settings::default(), false));
        let golden = folder.join(format!("{name}.findings"));
        if update {
            fs::write(&golden, &seen).unwrap();
        }
        let want = fs::read_to_string(&golden).unwrap_or_default();
        if seen != want {
            differ.push(format!("{name}:\n{seen}"));
        }
    }
    assert_eq!(differ, Vec::<String>::new());
}
