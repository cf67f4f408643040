//! rpmlint's text, taken apart.
//!
//! rpmlint has no output for machines. A line about a package is
//! `PACKAGE[.ARCH]:[LINE:] LEVEL: RULE[ (Badness: N)][ DETAILS]`; lines of one rule stand together, and with
//! `--info` the rule's description follows them, ended by an empty line. Before them comes a header, after them a
//! summary. Packages are hostile: a file name with a line break in it may forge a line. So nothing here decides
//! on the verdict; the exit code does.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::{Finding, Severity};

/// What rpmlint wrote to its standard output.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) findings: Vec<Finding>,
    /// The last line, without its frame; none where rpmlint did not come to its end.
    pub(crate) summary: Option<String>,
    /// The line that says by how much the threshold is exceeded.
    pub(crate) exceeded: Option<String>,
}

/// Takes the standard output apart.
pub(crate) fn report(text: &str) -> Report {
    let mut report = Report::default();
    // The findings of the current rule that no description was seen for yet.
    let mut group = 0;
    let mut help: Vec<&str> = Vec::new();
    for line in text.lines() {
        let framed = line.trim_matches(['=', '-', ' ']);
        if let Some(finding) = finding(line) {
            if !help.is_empty() || report.findings.last().is_some_and(|last| last.code != finding.code) {
                describe(&mut report.findings, group, &mut help);
                group = report.findings.len();
            }
            report.findings.push(finding);
        } else if is_summary(framed) {
            report.summary = Some(framed.to_owned());
        } else if framed.starts_with("Badness ") && framed.contains(" exceeds threshold ") {
            report.exceeded = Some(framed.trim_end_matches(", aborting.").to_owned());
        } else if line.is_empty() {
            describe(&mut report.findings, group, &mut help);
            group = report.findings.len();
        } else if group < report.findings.len() {
            help.push(line);
        }
    }
    describe(&mut report.findings, group, &mut help);
    report
}

/// rpmlint's own words on its standard error: what it says of itself, not of a package.
pub(crate) fn own_words(stderr: &str) -> impl Iterator<Item = &str> {
    stderr.lines().filter(|line| line.starts_with("(none): "))
}

fn describe(findings: &mut [Finding], group: usize, help: &mut Vec<&str>) {
    if help.is_empty() {
        return;
    }
    let text = help.join("\n");
    help.clear();
    for finding in findings.iter_mut().skip(group) {
        finding.help = Some(text.clone());
    }
}

fn is_summary(line: &str) -> bool {
    line.contains(" packages and ") && line.contains(" specfiles checked; ")
}

fn finding(line: &str) -> Option<Finding> {
    let (head, rest) = line.split_once(": ")?;
    let (level, rest) = rest.split_once(": ")?;
    let severity = match level {
        "E" => Severity::Error,
        "W" => Severity::Warning,
        "I" => Severity::Info,
        _ => return None,
    };
    if head.is_empty() || head == "(none)" || head.contains(char::is_whitespace) {
        return None;
    }
    let (code, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let (badness, details) = badness(rest);
    let details = details.trim();
    let mut message = if details.is_empty() { code.replace('-', " ") } else { details.to_owned() };
    if let Some(badness) = badness {
        message.push_str(&format!(" (badness {badness})"));
    }
    let mut finding = Finding::new(severity, code, message);
    if let Some(badness) = badness {
        finding.extra.push(("badness".to_owned(), badness.to_owned()));
    }
    let (package, line) = match head.rsplit_once(':') {
        Some((package, line)) => (package, Some(line.parse().ok()?)),
        None => (head, None),
    };
    finding.line = line;
    if package.ends_with(".spec") {
        finding.file = Some(package.to_owned());
    } else {
        finding.package = Some(package.to_owned());
        finding.file = details.split(' ').next().filter(|word| word.starts_with('/')).map(str::to_owned);
    }
    Some(finding)
}

fn badness(rest: &str) -> (Option<&str>, &str) {
    let parts = rest.strip_prefix("(Badness: ").and_then(|rest| rest.split_once(')'));
    match parts {
        Some((number, details)) if number.parse::<u64>().is_ok() => (Some(number), details),
        Some(_) | None => (None, rest),
    }
}

#[cfg(test)]
mod tests;
