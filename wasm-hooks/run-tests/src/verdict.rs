//! What the steps of the script mean for the build.

use crate::script::{COMMAND, DPKG, RPM};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use skink_script::{Step, ended, seconds};
use skink_sdk::{Failure, Finding, Verdict};

/// Characters of a package manager's words in a message, and of a command in it.
const MAX_WORDS: usize = 300;
const MAX_COMMAND: usize = 100;

/// Judges; findings are added to `findings`. `command` is the one of the settings.
///
/// # Errors
/// The script itself failed.
pub(crate) fn judge(
    steps: &[Step],
    command: &[String],
    findings: &mut Vec<Finding>,
) -> Result<Verdict, Failure> {
    for step in steps {
        let code = step.code.unwrap_or(-1);
        match step.name.as_str() {
            RPM | DPKG => {
                findings.extend(warnings(step));
                if !step.passed() {
                    let what = format!("{} did not install the packages: {}", step.name, words(step));
                    findings.push(finding("install-failed", &what, step));
                    return Ok(Verdict::Fail(what));
                }
            }
            COMMAND if step.passed() => return Ok(Verdict::Pass),
            COMMAND => {
                let what = format!("{} {}", shown(command), ended(code));
                findings.push(finding("command-failed", &what, step));
                return Ok(Verdict::Fail(format!("{what} after {}", seconds(step.millis))));
            }
            _ if step.passed() => {}
            other => return Err(Failure::because(format!("{other} {}: {}", ended(code), step.last_lines()))),
        }
    }
    Err(Failure::because("the script ended before the command was run"))
}

fn finding(code: &str, message: &str, step: &Step) -> Finding {
    let mut finding = Finding::error(code, message);
    if !step.last.is_empty() {
        finding.help = Some(step.last_lines());
    }
    finding.extra.push(("exit-code".to_owned(), step.code.unwrap_or(-1).to_string()));
    finding
}

/// What rpm warns of while it installs all the same, such as a scriptlet that failed.
fn warnings(step: &Step) -> impl Iterator<Item = Finding> {
    let lines = step.last.iter().filter_map(|line| line.strip_prefix("warning: "));
    lines.map(|line| Finding::warning("install-warning", line))
}

/// What the package manager said of its trouble, in one line: from the first error on, else its last line.
fn words(step: &Step) -> String {
    let is_trouble = |line: &String| line.contains("error: ") || line.contains("problems");
    let from = step.last.iter().position(is_trouble).unwrap_or(step.last.len().saturating_sub(1));
    let mut words = String::new();
    for line in step.last.iter().skip(from).map(|line| line.trim()) {
        let separator = if words.is_empty() {
            ""
        } else if words.ends_with(':') {
            " "
        } else {
            "; "
        };
        words.extend([separator, line]);
    }
    if words.is_empty() {
        return format!("it {}", ended(step.code.unwrap_or(-1)));
    }
    shortened(words, MAX_WORDS)
}

/// The command as people write it.
fn shown(command: &[String]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    let word = |word: &String| match !word.is_empty() && word.chars().all(plain) {
        true => word.clone(),
        false => format!("{word:?}"),
    };
    shortened(command.iter().map(word).collect::<Vec<_>>().join(" "), MAX_COMMAND)
}

fn shortened(mut text: String, max: usize) -> String {
    if let Some((cut, _)) = text.char_indices().nth(max) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, code: i32, last: &[&str]) -> Step {
        let last = last.iter().map(|&line| line.to_owned()).collect();
        Step { name: name.to_owned(), code: Some(code), millis: 1500, last }
    }

    #[test]
    fn verdicts() {
        let missing = [
            "error: Failed dependencies:",
            "\tlibx is needed by a-1-1.noarch",
            "\tliby is needed by a-1-1.noarch",
        ];
        let dpkg = [
            "Unpacking a (1) ...",
            "dpkg: dependency problems prevent configuration of a:",
            " a depends on b.",
        ];
        let scriptlet = ["warning: %post(a-1-1) scriptlet failed, exit status 1"];
        let rows = [
            (
                "all is well",
                vec![step(RPM, 0, &[]), step("prepare", 0, &[]), step(COMMAND, 0, &["x"])],
                "",
                vec![],
            ),
            (
                "a dependency is missing",
                vec![step(RPM, 1, &missing)],
                "rpm did not install the packages: error: Failed dependencies: libx is needed by a-1-1.noarch; liby is needed by a-1-1.noarch",
                vec!["install-failed"],
            ),
            (
                "the same with dpkg",
                vec![step(DPKG, 1, &dpkg)],
                "dpkg did not install the packages: dpkg: dependency problems prevent configuration of a: a depends on b.",
                vec!["install-failed"],
            ),
            (
                "nothing is said",
                vec![step(RPM, 127, &[])],
                "rpm did not install the packages: it was not found (exit code 127)",
                vec!["install-failed"],
            ),
            (
                "a scriptlet and the command",
                vec![step(RPM, 0, &scriptlet), step("prepare", 0, &[]), step(COMMAND, 3, &[])],
                "make \"a b\" ended with exit code 3 after 1.5 s",
                vec!["install-warning", "command-failed"],
            ),
        ];
        let command = ["make".to_owned(), "a b".to_owned()];
        for (what, steps, text, codes) in rows {
            let mut findings = Vec::new();
            let told = match judge(&steps, &command, &mut findings).unwrap() {
                Verdict::Pass => String::new(),
                Verdict::Fail(text) | Verdict::Unchanged(text) => text,
            };
            assert_eq!(told, text, "{what}");
            assert_eq!(findings.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), codes, "{what}");
        }
    }

    #[test]
    fn trouble_of_the_script_is_no_verdict() {
        let rows = [
            vec![],
            vec![step(RPM, 0, &[])],
            vec![step("prepare", 1, &["cp: no space"]), step(COMMAND, 0, &[])],
        ];
        for steps in rows {
            let mut findings = Vec::new();
            assert!(judge(&steps, &[], &mut findings).is_err(), "{steps:?}");
        }
    }
}
