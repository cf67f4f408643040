//! SARIF 2.1.0, so that code hosts show findings beside the sources.
//!
//! One run of the tool `skink`; each module is an extension of it with rules of its own, as code hosts refuse several
//! runs of one tool in a file. A rule's id is `HOOK/CODE`. How each call ended is a notification of the run.

mod location;

use crate::{Effect, HookReport, Report};
use location::{locations, stem};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use skink_job::{Finding, Outcome, SafeText, Severity};
use std::collections::{BTreeMap, HashMap};

/// Where the format's own schema is.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The report's findings as one SARIF document.
pub fn sarif(report: &Report) -> String {
    let (mut extensions, mut results) = (Extensions::default(), Vec::new());
    let mut seen = HashMap::new();
    for hook in &report.hooks {
        let extension = extensions.of(hook);
        for finding in &hook.findings {
            let rule = extensions.rule(extension, hook, finding);
            results.push(result(report, hook, finding, (extension, rule), &mut seen));
        }
    }
    let run = json!({
        "tool": {
            "driver": {
                "name": "skink",
                "version": report.skink,
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
            },
            "extensions": extensions.list.into_iter().map(Extension::into_json).collect::<Vec<_>>(),
        },
        "automationDetails": { "id": category(report) },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": { "SRCROOT": { "description": { "text": "The folder of the recipe." } } },
        "invocations": [invocation(report)],
        "results": results,
    });
    let document = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    let mut text = format!("{document:#}");
    text.push('\n');
    text
}

/// Which builds are of one kind: a later one takes the place of an earlier one where findings are shown.
fn category(report: &Report) -> String {
    let job = &report.job;
    let parts = [&job.project, &job.package, &job.flavor, &job.repository, &Some(job.arch.clone())];
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    let id = parts.fold("skink/".to_owned(), |id, part| id + part + "/");
    SafeText::line(&id).as_str().to_owned()
}

/// One module, and the rules that its findings name.
struct Extension {
    name: SafeText,
    version: SafeText,
    sha256: String,
    rules: Vec<Value>,
    index: BTreeMap<String, usize>,
}

impl Extension {
    fn into_json(self) -> Value {
        let mut value = json!({ "name": self.name, "rules": self.rules });
        for (key, text) in [("version", self.version.as_str())] {
            if let (false, Some(object)) = (text.is_empty(), value.as_object_mut()) {
                object.insert(key.to_owned(), text.into());
            }
        }
        if let (false, Some(object)) = (self.sha256.is_empty(), value.as_object_mut()) {
            object.insert("properties".to_owned(), json!({ "sha256": self.sha256 }));
        }
        value
    }
}

/// The modules of a job, in the order of their first call.
#[derive(Default)]
struct Extensions {
    list: Vec<Extension>,
}

impl Extensions {
    fn of(&mut self, hook: &HookReport) -> usize {
        let module = &hook.module;
        let is_it = |known: &Extension| known.name == module.name && known.sha256 == module.sha256;
        if let Some(index) = self.list.iter().position(is_it) {
            return index;
        }
        let (rules, index) = Default::default();
        // A name is demanded, and a module that was not found has none.
        let name = if module.name.is_empty() { hook.name.as_str().into() } else { module.name.clone() };
        self.list.push(Extension {
            name,
            version: module.version.clone(),
            sha256: module.sha256.clone(),
            rules,
            index,
        });
        self.list.len() - 1
    }

    /// The index of the finding's rule in its extension.
    fn rule(&mut self, extension: usize, hook: &HookReport, finding: &Finding) -> usize {
        let Some(extension) = self.list.get_mut(extension) else { return 0 };
        let id = rule_id(hook, finding);
        if let Some(index) = extension.index.get(&id) {
            return *index;
        }
        let level = json!({ "level": level(finding.severity) });
        let mut rule = json!({ "id": id, "name": finding.code, "defaultConfiguration": level });
        if let (Some(help), Some(object)) = (&finding.help, rule.as_object_mut()) {
            object.insert("help".to_owned(), message(help.as_str()));
            object.insert("fullDescription".to_owned(), message(help.as_str()));
        }
        extension.rules.push(rule);
        extension.index.insert(id, extension.rules.len() - 1);
        extension.rules.len() - 1
    }
}

fn rule_id(hook: &HookReport, finding: &Finding) -> String {
    format!("{}/{}", hook.name, finding.code)
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A text. SARIF reads `[words](target)` in it as a link, which no finding shall make.
fn message(text: &str) -> Value {
    let text = if text.is_empty() { "-".to_owned() } else { text.replace("](", "] (") };
    json!({ "text": text })
}

fn result(
    report: &Report,
    hook: &HookReport,
    finding: &Finding,
    (extension, rule): (usize, usize),
    seen: &mut HashMap<String, u32>,
) -> Value {
    let id = rule_id(hook, finding);
    let mut value = json!({
        "ruleId": id,
        "rule": { "id": id, "index": rule, "toolComponent": { "index": extension } },
        "level": level(finding.severity),
        "message": message(finding.message.as_str()),
        "locations": locations(report, finding),
        "partialFingerprints": { "skinkFinding/v1": fingerprint(&id, finding, seen) },
    });
    let extra: serde_json::Map<String, Value> =
        finding.extra.iter().map(|(key, value)| (key.as_str().to_owned(), value.as_str().into())).collect();
    if let (false, Some(object)) = (extra.is_empty(), value.as_object_mut()) {
        object.insert("properties".to_owned(), json!({ "extra": extra }));
    }
    value
}

/// The same finding in a later build has the same one: it is of everything but versions and lines. Equal findings of
/// one build are numbered.
fn fingerprint(id: &str, finding: &Finding, seen: &mut HashMap<String, u32>) -> String {
    let package = finding.package.as_ref().map(|package| stem(package.as_str()));
    let file = finding.file.as_ref().map(SafeText::as_str);
    let mut hash = Sha256::new();
    for part in [id, package.unwrap_or_default(), file.unwrap_or_default(), finding.message.as_str()] {
        // No text holds this one, so no two lists of parts are one.
        hash.update(part);
        hash.update([0]);
    }
    let digest = hex::encode(hash.finalize());
    let number = seen.entry(digest.clone()).or_insert(0);
    *number += 1;
    format!("{digest}:{number}")
}

fn invocation(report: &Report) -> Value {
    // Whether the analysis could do its work; what it found is in the results.
    let is_whole = report.hooks.iter().all(|hook| {
        matches!(
            hook.outcome,
            Outcome::Passed | Outcome::Failed { .. } | Outcome::Unchanged { .. } | Outcome::Skipped { .. }
        )
    });
    let not_passed = report.hooks.iter().filter(|hook| hook.effect() != Effect::None);
    let mut value = json!({
        "executionSuccessful": is_whole,
        "exitCode": report.exit_code,
        "startTimeUtc": report.date().to_string(),
        "toolExecutionNotifications": not_passed.map(notification).collect::<Vec<_>>(),
    });
    if let (Some(why), Some(object)) = (&report.why, value.as_object_mut()) {
        object.insert("exitCodeDescription".to_owned(), why.as_str().into());
    }
    value
}

fn notification(hook: &HookReport) -> Value {
    let level = match hook.effect() {
        Effect::Failure => "error",
        Effect::Warning => "warning",
        Effect::Unchanged => "note",
        Effect::None => "none",
    };
    let phase = hook.phase.map(|phase| format!(" ({phase})")).unwrap_or_default();
    let text = format!("hook {}{phase} {}: {}", hook.name, hook.outcome.word(), hook.outcome.detail());
    json!({ "level": level, "message": message(text.trim_end_matches([':', ' '])) })
}
