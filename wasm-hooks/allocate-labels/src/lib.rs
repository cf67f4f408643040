//! Sends jobs to workers by label, and keeps labelled workers free for them.
//!
//! `_constraints` of a package can demand a label. What it cannot do is what an admin wants of a machine bought for one
//! purpose: that all jobs of some projects go there without each package saying so, by name and architecture too, and
//! that nobody else's job does.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;
use skink_sdk::pattern::matches;
use skink_sdk::{Allocate, AllocateContext, Answer, Failure};

/// The settings; the schema in the manifest describes them to people.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    label: String,
    #[serde(default)]
    reserved: bool,
    projects: Option<Vec<String>>,
    packages: Option<Vec<String>>,
    archs: Option<Vec<String>>,
}

/// What the rules look at in a job.
struct Job {
    project: String,
    package: String,
    arch: String,
}

impl Rule {
    fn matches(&self, job: &Job) -> bool {
        let pairs =
            [(&self.projects, &job.project), (&self.packages, &job.package), (&self.archs, &job.arch)];
        pairs.iter().all(|(patterns, name)| {
            patterns.as_ref().is_none_or(|patterns| patterns.iter().any(|pattern| matches(pattern, name)))
        })
    }
}

/// Decides in this order:
///
/// 1. The first rule that matches the job names its label. A worker without it is refused.
/// 2. A worker with a reserved label that is not the job's is refused.
/// 3. A worker with the job's label takes it; where no rule matches the job, the hook has no opinion.
fn decide(rules: &[Rule], job: &Job, labels: &[String]) -> Answer {
    let has = |label: &String| labels.contains(label);
    let own = rules.iter().find(|rule| rule.matches(job)).map(|rule| &rule.label);
    if let Some(label) = own.filter(|label| !has(label)) {
        return Answer::No(format!("the job needs a worker with the label {label}"));
    }
    let other = rules.iter().find(|rule| rule.reserved && has(&rule.label) && own != Some(&rule.label));
    match (other, own) {
        (Some(rule), _) => Answer::No(format!("the worker is reserved for jobs of the label {}", rule.label)),
        (None, Some(_)) => Answer::Yes,
        (None, None) => Answer::Abstain,
    }
}

struct AllocateLabels;

impl Allocate for AllocateLabels {
    fn allocate(context: &AllocateContext) -> Result<Answer, Failure> {
        let about = context.job();
        let Settings { rules } = about.parse_settings()?;
        let job = Job { project: about.project(), package: about.package(), arch: about.arch() };
        Ok(decide(&rules, &job, &context.worker("hostlabel")))
    }
}

skink_sdk::bare!();
skink_sdk::allocate!(AllocateLabels);
skink_sdk::manifest!(include_str!("../manifest.json"));

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"{"rules": [
        {"label": "kernel", "reserved": true, "projects": ["Kernel:*"], "packages": ["kernel-*"], "archs": ["x86_64"]},
        {"label": "big", "packages": ["chromium", "libreoffice*"]},
        {"label": "secure", "reserved": true, "projects": ["SUSE:*"]}
    ]}"#;

    /// Project, package, architecture, labels of the worker, the answer.
    type Row = (&'static str, &'static str, &'static str, &'static [&'static str], &'static str);

    const ROWS: &[Row] = &[
        ("home:a", "hello", "x86_64", &[], "abstain"),
        ("home:a", "hello", "x86_64", &["big", "other"], "abstain"),
        ("home:a", "hello", "x86_64", &["kernel"], "no: reserved kernel"),
        ("home:a", "hello", "x86_64", &["big", "secure"], "no: reserved secure"),
        ("Kernel:HEAD", "kernel-default", "x86_64", &["kernel"], "yes"),
        ("Kernel:HEAD", "kernel-default", "x86_64", &["big"], "no: needs kernel"),
        ("Kernel:HEAD", "kernel-default", "i586", &["kernel"], "no: reserved kernel"),
        ("Kernel:HEAD", "kernel-default", "i586", &[], "abstain"),
        ("Kernel:HEAD", "hello", "x86_64", &["kernel"], "no: reserved kernel"),
        ("home:a", "chromium", "aarch64", &["big"], "yes"),
        ("home:a", "libreoffice-l10n", "aarch64", &[], "no: needs big"),
        ("SUSE:SLE", "chromium", "x86_64", &["big"], "yes"),
        ("SUSE:SLE", "chromium", "x86_64", &["big", "secure"], "no: reserved secure"),
        ("SUSE:SLE", "hello", "x86_64", &["secure"], "yes"),
        ("", "", "", &[], "abstain"),
    ];

    #[test]
    fn rules() {
        let Settings { rules } = serde_json::from_str(RULES).unwrap();
        for (project, package, arch, labels, want) in ROWS {
            let text = |text: &str| String::from(text);
            let job = Job { project: text(project), package: text(package), arch: text(arch) };
            let labels: Vec<String> = labels.iter().map(|label| text(label)).collect();
            let answer = match decide(&rules, &job, &labels) {
                Answer::Yes => text("yes"),
                Answer::Abstain => text("abstain"),
                Answer::No(reason) => {
                    let (kind, label) = reason.rsplit_once(' ').unwrap();
                    format!("no: {} {label}", if kind.contains("reserved") { "reserved" } else { "needs" })
                }
            };
            assert_eq!(answer, *want, "{project} {package} {arch} {labels:?}");
        }
    }

    #[test]
    fn settings() {
        let rows = [
            (r#"{"rules":[{"label":"a"}]}"#, true),
            (r#"{}"#, false),
            (r#"{"rules":[{"labels":"a"}]}"#, false),
            (r#"{"rules":[{"label":"a","project":["b"]}]}"#, false),
        ];
        for (text, fits) in rows {
            assert_eq!(serde_json::from_str::<Settings>(text).is_ok(), fits, "{text}");
        }
    }
}
