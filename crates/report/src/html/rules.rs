//! The rules that findings name. A rule's help is told once, not at each of its findings.

use crate::Report;
use skink_job::{Finding, SafeText, Severity};
use std::collections::HashMap;

/// One rule of one hook.
#[derive(Debug)]
pub(super) struct Rule<'a> {
    /// The index of the first call that named it.
    pub(super) hook: usize,
    pub(super) code: &'a SafeText,
    pub(super) severity: Severity,
    pub(super) help: Option<&'a SafeText>,
    pub(super) findings: usize,
}

/// All rules, in the order in which they were named first.
#[derive(Debug, Default)]
pub(super) struct Rules<'a> {
    pub(super) list: Vec<Rule<'a>>,
    index: HashMap<(&'a str, &'a str), usize>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let mut rules = Self::default();
        for (hook, call) in report.hooks.iter().enumerate() {
            for finding in &call.findings {
                rules.take(hook, call.name.as_str(), finding);
            }
        }
        rules
    }

    fn take(&mut self, hook: usize, name: &'a str, finding: &'a Finding) {
        let Finding { severity, code, help, .. } = finding;
        let next = self.list.len();
        let index = *self.index.entry((name, code.as_str())).or_insert(next);
        if index == next {
            self.list.push(Rule { hook, code, severity: *severity, help: help.as_ref(), findings: 0 });
        }
        if let Some(rule) = self.list.get_mut(index) {
            rule.findings += 1;
            rule.severity = rule.severity.min(*severity);
            rule.help = rule.help.or(help.as_ref());
        }
    }

    /// The number of a finding's rule, and its help where that is not the rule's own.
    pub(super) fn find(&self, hook: &str, finding: &'a Finding) -> (usize, Option<&'a SafeText>) {
        let index = self.index.get(&(hook, finding.code.as_str())).copied().unwrap_or_default();
        let known = self.list.get(index).and_then(|rule| rule.help);
        (index, finding.help.as_ref().filter(|help| Some(*help) != known))
    }
}
