//! What the comparison comes to: the attachment, the findings and one line.

use crate::difference::{Difference, Differences};
use crate::pair::Package;
use crate::settings::Settings;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;
use skink_sdk::Finding;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    Same,
    Changed,
    Skipped,
    Added,
    Removed,
}

/// What became of one package.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    name: String,
    arch: String,
    old: Option<String>,
    new: Option<String>,
    pub(crate) state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

impl Told {
    /// One of the two is there.
    pub(crate) fn new(
        old: Option<&Package<'_>>,
        new: Option<&Package<'_>>,
        state: State,
        why: Option<&'static str>,
    ) -> Self {
        let either = new.or(old);
        let named = |of: fn(&Package<'_>) -> String| either.map(of).unwrap_or_default();
        let file = |package: &Package<'_>| package.file_name().into();
        Self {
            name: named(|package| package.name.into()),
            arch: named(|package| package.arch.into()),
            old: old.map(file),
            new: new.map(file),
            state,
            why,
        }
    }
}

/// build-compare.json.
#[derive(Debug, Serialize)]
struct Attachment<'a> {
    schema: u32,
    verdict: &'static str,
    why: &'a str,
    packages: &'a [Told],
    differences: &'a [Difference],
    omitted: u64,
}

/// The text of build-compare.json.
///
/// # Errors
/// None that is known: all of it is text and numbers.
pub(crate) fn attachment(
    why: &str,
    packages: &[Told],
    found: &Differences,
) -> Result<Vec<u8>, serde_json::Error> {
    let verdict = if found.count() == 0 { "unchanged" } else { "changed" };
    let attachment =
        Attachment { schema: 1, verdict, why, packages, differences: &found.list, omitted: found.omitted };
    let mut text = serde_json::to_vec_pretty(&attachment)?;
    text.push(b'\n');
    Ok(text)
}

/// One line: how the build compares with the previous one.
pub(crate) fn why(packages: &[Told], found: &Differences) -> String {
    let count = |state: State| packages.iter().filter(|told| told.state == state).count();
    let Some(first) = found.list.first() else {
        let (same, skipped) = (count(State::Same), count(State::Skipped));
        let skipped = if skipped == 0 { String::new() } else { format!(", {skipped} were not looked into") };
        let equal = if same == 1 { "equals that" } else { "equal those" };
        return format!("{} {equal} of the previous build{skipped}", number(same as u64, "package"));
    };
    let reasons: Vec<&str> = found.reasons.iter().map(|reason| reason.as_str()).collect();
    let package = first.package.as_deref().map(|package| format!("{package}: ")).unwrap_or_default();
    format!(
        "{} ({}), the first: {package}{}",
        number(found.count(), "difference"),
        reasons.join(", "),
        first.message
    )
}

fn number(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The differences as findings.
pub(crate) fn findings(settings: &Settings, found: &Differences) -> Vec<Finding> {
    found.list.iter().filter_map(|difference| finding(settings, difference)).collect()
}

fn finding(settings: &Settings, difference: &Difference) -> Option<Finding> {
    let severity = settings.level(difference.code).severity()?;
    let mut finding = Finding::new(severity, difference.code.as_str(), difference.message.as_str());
    finding.package = difference.package.clone();
    if !difference.path.is_empty() {
        finding.file = Some(difference.path.join(" » "));
    }
    let extra = [
        ("reason", Some(difference.reason.as_str())),
        ("field", difference.field.as_deref()),
        ("part", difference.part.as_deref()),
    ];
    finding.extra = extra.into_iter().filter_map(|(key, value)| Some((key.into(), value?.into()))).collect();
    Some(finding)
}
