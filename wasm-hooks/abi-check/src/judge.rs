//! What the changes of a pair mean: its findings, and at the end the verdict.

use crate::changes::{Change, Code};
use crate::pair::Pair;
use crate::parse::{NO_DEBUG_INFO, Report};
use crate::settings::Settings;
use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::{ExitStatus, Failure, Finding, Severity, Verdict};

/// Bits of abipkgdiff's exit code.
mod bit {
    pub(super) const ERROR: i32 = 1;
    pub(super) const USAGE: i32 = 2;
    pub(super) const CHANGED: i32 = 4;
    pub(super) const INCOMPATIBLE: i32 = 8;
    pub(super) const ALL: i32 = ERROR | USAGE | CHANGED | INCOMPATIBLE;
}

/// What one run says of a pair.
#[derive(Debug)]
pub(crate) enum Run {
    /// These libraries have no debug information, which was demanded: they are to be compared without.
    WithoutDebugInfo(BTreeSet<String>),
    Compared(Vec<Change>),
}

/// Takes a run of abipkgdiff for what it is.
///
/// # Errors
/// abipkgdiff itself failed, or did not come to its end.
pub(crate) fn run(status: &ExitStatus, report: Report, stderr: &str) -> Result<Run, Failure> {
    let code = match status {
        ExitStatus::Code(code) => *code,
        ExitStatus::Signal(signal) => {
            return Err(Failure::because(format!(
                "abipkgdiff was ended by signal {signal}{}",
                words(stderr)
            )));
        }
    };
    if code & bit::ERROR != 0 && code & bit::USAGE == 0 && !report.failed.is_empty() {
        let (without, other): (Vec<_>, Vec<_>) =
            report.failed.into_iter().partition(|(_, why)| why == NO_DEBUG_INFO);
        return match other.into_iter().next() {
            None => Ok(Run::WithoutDebugInfo(without.into_iter().map(|(library, _)| library).collect())),
            Some((library, why)) => {
                Err(Failure::because(format!("abipkgdiff cannot compare {library}: {why}")))
            }
        };
    }
    if code & (bit::ERROR | bit::USAGE) != 0 || code & !bit::ALL != 0 {
        return Err(Failure::because(format!(
            "abipkgdiff itself failed with exit code {code}{}",
            words(stderr)
        )));
    }
    let mut changes = report.changes;
    let is_told = |breaks: bool| changes.iter().any(|change| !breaks || change.code.is_break());
    let unsaid = if code & bit::INCOMPATIBLE != 0 && !is_told(true) {
        Some("abipkgdiff says that the libraries are incompatible, but not why; see abi-check.log")
    } else if code & bit::CHANGED != 0 && !is_told(false) {
        Some("abipkgdiff says that the ABI changed, but not how; see abi-check.log")
    } else {
        None
    };
    changes.extend(unsaid.map(|text| Change::new(Code::AbiChanged, None, text.to_owned())));
    Ok(Run::Compared(changes))
}

/// What abipkgdiff said of its trouble: its own words, else its last line.
fn words(stderr: &str) -> String {
    let mut lines: Vec<&str> =
        stderr.lines().filter_map(|line| line.strip_prefix("abipkgdiff: ")).map(str::trim).collect();
    if lines.is_empty() {
        lines.extend(stderr.lines().rev().find(|line| !line.trim().is_empty()));
    }
    if lines.is_empty() { String::new() } else { format!(": {}", lines.join("; ")) }
}

/// The findings so far, and how many there are of each severity.
#[derive(Debug)]
pub(crate) struct Findings<'s> {
    settings: &'s Settings,
    pub(crate) all: Vec<Finding>,
}

impl<'s> Findings<'s> {
    pub(crate) fn new(settings: &'s Settings) -> Self {
        Self { settings, all: Vec::new() }
    }

    /// Adds what changed between the packages of a pair.
    pub(crate) fn add(&mut self, pair: &Pair<'_>, mut change: Change) {
        if pair.is_renamed() && change.code == Code::SonameChanged {
            change.code = Code::SonameChangedWithName;
            change.message.push_str(&format!(
                ", and the package from {} to {}",
                pair.old.package.name, pair.new.package.name
            ));
        }
        let package = format!("{}.{}", pair.new.package.name, pair.new.package.arch);
        self.add_to(package, change);
    }

    /// Adds what is to be said of a package.
    pub(crate) fn add_to(&mut self, package: String, change: Change) {
        let Change { code, library, message, details, symbol, place } = change;
        let level = self.settings.levels.get(code.as_str()).copied().unwrap_or_else(|| code.level());
        let Some(severity) = level.severity() else { return };
        let mut finding = Finding::new(severity, code.as_str(), message).in_package(package);
        finding.file = library;
        let help =
            if details.is_empty() { advice(code).map(str::to_owned) } else { Some(details.join("\n")) };
        finding.help = help;
        let extra = [("symbol", symbol), ("place", place)];
        finding.extra = extra.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
        self.all.push(finding);
    }

    fn count(&self, severity: Severity) -> usize {
        self.all.iter().filter(|finding| finding.severity == severity).count()
    }

    /// What the findings mean for the build.
    pub(crate) fn verdict(&self) -> Verdict {
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        if !self.settings.fail_on.fails(errors, warnings) {
            return Verdict::Pass;
        }
        let bad = |finding: &&Finding| finding.severity != Severity::Info;
        let packages: BTreeSet<&str> =
            self.all.iter().filter(bad).filter_map(|f| f.package.as_deref()).collect();
        let packages: Vec<&str> = packages.into_iter().collect();
        Verdict::Fail(format!(
            "the ABI changed: {errors} errors and {warnings} warnings in {}",
            packages.join(", ")
        ))
    }
}

/// What to do, where libabigail tells no details.
fn advice(code: Code) -> Option<&'static str> {
    match code {
        Code::FunctionRemoved | Code::VariableRemoved => Some(
            "Programs that use it do not start any more. Keep it, give the library another soname, or say in a suppression file that it was never public.",
        ),
        Code::SonameChanged => Some(
            "Programs ask for the old soname, and the package that had it is replaced by this one. Name the package after the soname, so that both can be installed.",
        ),
        Code::LibraryRemoved => Some("Programs that were linked with it do not start any more."),
        Code::NoDebugInfo => Some(
            "Without debug information only names of functions and variables are compared: what was removed is seen, a changed type is not. Build with debug packages to have all compared.",
        ),
        Code::FunctionChanged
        | Code::VariableChanged
        | Code::FunctionAdded
        | Code::VariableAdded
        | Code::LibraryAdded
        | Code::SonameChangedWithName
        | Code::ArchitectureChanged
        | Code::AbiChanged
        | Code::PackageRemoved => None,
    }
}

#[cfg(test)]
mod tests;
