//! The verdict: what rpmlint's exit code means for the build.

use crate::parse::{Report, own_words};
use crate::settings::FailOn;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::{ExitStatus, Failure, Severity, Verdict};

/// rpmlint's exit codes, as its `lint.py` has them. All others are trouble of rpmlint itself.
mod exit {
    pub(super) const CLEAN: i32 = 0;
    pub(super) const ERRORS: i32 = 64;
    /// All errors were warnings before `--strict`.
    pub(super) const PROMOTED: i32 = 65;
    pub(super) const BADNESS: i32 = 66;
}

/// Judges.
///
/// # Errors
/// rpmlint itself failed, or did not come to its end.
pub(crate) fn judge(
    status: &ExitStatus,
    report: &Report,
    stderr: &str,
    fail_on: FailOn,
) -> Result<Verdict, Failure> {
    let code = match status {
        ExitStatus::Code(code) => *code,
        ExitStatus::Signal(signal) => {
            return Err(Failure::because(format!("rpmlint was ended by signal {signal}{}", words(stderr))));
        }
    };
    if !matches!(code, exit::CLEAN | exit::ERRORS | exit::PROMOTED | exit::BADNESS) {
        return Err(Failure::because(format!(
            "rpmlint itself failed with exit code {code}{}",
            words(stderr)
        )));
    }
    if report.summary.is_none() {
        return Err(Failure::because(format!(
            "rpmlint ended with exit code {code} but wrote no summary; its log is in rpmlint.log{}",
            words(stderr)
        )));
    }
    Ok(match (code, fail_on) {
        (exit::BADNESS, FailOn::Error | FailOn::Badness) => Verdict::Fail(match &report.exceeded {
            Some(exceeded) => format!("rpmlint: {exceeded}"),
            None => "rpmlint: the badness exceeds the threshold".to_owned(),
        }),
        (exit::ERRORS | exit::PROMOTED, FailOn::Error) => {
            let errors = report.findings.iter().filter(|f| matches!(f.severity, Severity::Error)).count();
            Verdict::Fail(format!("rpmlint: {errors} errors"))
        }
        (_, FailOn::Error | FailOn::Badness | FailOn::Never) => Verdict::Pass,
    })
}

/// What rpmlint said of its trouble: its own words, else its last line.
fn words(stderr: &str) -> String {
    let mut lines: Vec<&str> =
        own_words(stderr).filter_map(|line| line.strip_prefix("(none): E: ")).collect();
    if lines.is_empty() {
        lines.extend(stderr.lines().rev().find(|line| !line.trim().is_empty()));
    }
    if lines.is_empty() { String::new() } else { format!(": {}", lines.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes() {
        const FAIL: &str = "fail";
        const PASS: &str = "pass";
        const BROKEN: &str = "broken";
        let rows = [
            (0, true, FailOn::Error, PASS),
            (0, false, FailOn::Never, BROKEN),
            (64, true, FailOn::Error, FAIL),
            (64, true, FailOn::Badness, PASS),
            (64, true, FailOn::Never, PASS),
            (65, true, FailOn::Error, FAIL),
            (65, true, FailOn::Badness, PASS),
            (66, true, FailOn::Error, FAIL),
            (66, true, FailOn::Badness, FAIL),
            (66, true, FailOn::Never, PASS),
            (66, false, FailOn::Badness, BROKEN),
            (1, true, FailOn::Never, BROKEN),
            (2, false, FailOn::Error, BROKEN),
            (3, false, FailOn::Badness, BROKEN),
            (4, false, FailOn::Badness, BROKEN),
            (137, true, FailOn::Never, BROKEN),
        ];
        for (code, ended, fail_on, expected) in rows {
            let summary = ended.then(|| "1 packages and 0 specfiles checked; …".to_owned());
            let report = Report { summary, ..Report::default() };
            let verdict = match judge(&ExitStatus::Code(code), &report, "", fail_on) {
                Ok(Verdict::Pass) => PASS,
                Ok(Verdict::Fail(_)) => FAIL,
                Ok(Verdict::Unchanged(_)) => "unchanged",
                Err(_) => BROKEN,
            };
            assert_eq!(verdict, expected, "exit code {code}, {fail_on:?}");
        }
        assert!(judge(&ExitStatus::Signal(9), &Report::default(), "", FailOn::Never).is_err());
    }

    #[test]
    fn rpmlints_own_words_are_quoted() {
        let rows = [
            (include_str!("../tests/corpus/broken-package.stderr"), "error reading package header"),
            (
                include_str!("../tests/corpus/broken-config.stderr"),
                "fatal error while parsing configuration file",
            ),
            (include_str!("../tests/corpus/missing-file.stderr"), "does not exist"),
        ];
        for (stderr, expected) in rows {
            let failed = judge(&ExitStatus::Code(1), &Report::default(), stderr, FailOn::Never);
            let Err(Failure::Other(text)) = failed else { panic!("no failure") };
            assert!(text.contains(expected), "{text}");
        }
    }
}
