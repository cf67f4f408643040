//! What the steps of the script mean for the build.

use crate::settings::Directory;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use skink_script::{Step, ended, seconds};
use skink_sdk::{Failure, Finding, Verdict};

/// What is told of the scripts.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// One for each script that failed.
    pub(crate) findings: Vec<Finding>,
    /// One line for each that ran.
    pub(crate) log: Vec<String>,
}

/// Judges. Steps of scripts have their paths for names.
///
/// # Errors
/// A step other than those failed: the directory is missing or empty, or the root could not be made ready.
pub(crate) fn judge(steps: &[Step], directory: Directory, told: &mut Told) -> Result<Verdict, Failure> {
    let mut failed = Vec::new();
    let mut count = 0;
    for step in steps {
        let Some(name) = step.name.strip_prefix(directory.path()).and_then(|rest| rest.strip_prefix('/'))
        else {
            if step.passed() {
                continue;
            }
            return Err(Failure::because(format!("{}: {}", step.name, step.last.join(" "))));
        };
        count += 1;
        let time = seconds(step.millis);
        if step.passed() {
            told.log.push(format!("{name} passed in {time}"));
            continue;
        }
        let how = ended(step.code.unwrap_or(-1));
        told.log.push(format!("{name} {how} after {time}"));
        told.findings.push(finding(name, &how, step));
        failed.push(name);
    }
    Ok(if failed.is_empty() {
        Verdict::Pass
    } else {
        let names = failed.join(", ");
        Verdict::Fail(format!("{} of {count} scripts of {} failed: {names}", failed.len(), directory.path()))
    })
}

fn finding(name: &str, how: &str, step: &Step) -> Finding {
    let mut finding = Finding::error("script-failed", format!("{name} {how}")).in_file(&step.name);
    if !step.last.is_empty() {
        finding.help = Some(step.last_lines());
    }
    finding.extra.push(("script".to_owned(), name.to_owned()));
    finding.extra.push(("exit-code".to_owned(), step.code.unwrap_or(-1).to_string()));
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, code: i32, last: &str) -> Step {
        Step { name: name.to_owned(), code: Some(code), millis: 1500, last: vec![last.to_owned()] }
    }

    fn script(name: &str, code: i32) -> Step {
        step(&format!("/usr/lib/build/checks/{name}"), code, "words")
    }

    #[test]
    fn verdicts() {
        let rows: [(Vec<Step>, &str, &[&str]); 4] = [
            (vec![], "", &[]),
            (vec![step("look", 0, ""), script("10-a", 0)], "", &["10-a passed in 1.5 s"]),
            (
                vec![script("10-a", 7), script("20-b", 0)],
                "1 of 2 scripts of /usr/lib/build/checks failed: 10-a",
                &["10-a ended with exit code 7 after 1.5 s", "20-b passed in 1.5 s"],
            ),
            (
                vec![script("a", 126), script("b", 137)],
                "2 of 2 scripts of /usr/lib/build/checks failed: a, b",
                &[
                    "a cannot be executed (exit code 126) after 1.5 s",
                    "b was ended by signal 9 (exit code 137) after 1.5 s",
                ],
            ),
        ];
        for (steps, text, log) in rows {
            let mut told = Told::default();
            let verdict = match judge(&steps, Directory::Checks, &mut told).unwrap() {
                Verdict::Pass => String::new(),
                Verdict::Fail(text) | Verdict::Unchanged(text) => text,
            };
            assert_eq!(verdict, text);
            assert_eq!(told.log, log);
            let failing = steps.iter().filter(|step| !step.passed()).count();
            assert_eq!(told.findings.len(), failing);
            assert!(told.findings.iter().all(|finding| finding.help.as_deref() == Some("words")));
        }
    }

    #[test]
    fn trouble_before_the_scripts_is_no_verdict() {
        let steps =
            [step("look into /usr/lib/build/checks", 1, "the tool root has no /usr/lib/build/checks")];
        let failed = judge(&steps, Directory::Checks, &mut Told::default());
        let Err(Failure::Other(text)) = failed else { panic!("no failure") };
        assert!(text.ends_with("the tool root has no /usr/lib/build/checks"), "{text}");
    }
}
