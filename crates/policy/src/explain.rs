//! Why a module is allowed or refused, line by line, for an admin who asks.

use crate::admit::job_of;
use crate::cover::{Right, rights};
use crate::policy::Rules;
use crate::rule::Rule;
use crate::{Decision, Policy};
use skink_job::{Digest, Grants, OnProblem, SafeText};

impl Policy {
    /// The way to the decision of [`Policy::admit`] for the same arguments: each rule that was looked at,
    /// where each right and limit comes from, and the decision itself as the last line.
    pub fn explain(&self, project: Option<&str>, module: &Digest, requested: &Grants) -> Vec<SafeText> {
        let mut lines = vec![format!("module sha256:{module} in {}", job_of(project))];
        let wanted = rights(requested);
        for rules in &self.layers {
            rules.explain(project, module, &wanted, &mut lines);
        }
        for hook in self.allocate_hooks().iter().filter(|hook| hook.sha256 == *module) {
            let asked = if hook.is_asked_for(project) { "is asked" } else { "is not asked" };
            lines.push(format!("{} ({}): {asked} which worker takes such a job", hook.place, hook.name));
        }
        lines.push(match self.admit(project, module, requested) {
            Decision::Allowed(allowed) => format!("allowed by {}", allowed.rule),
            Decision::Refused { reason } => format!("refused: {reason}"),
        });
        lines.iter().map(|line| SafeText::line(line)).collect()
    }
}

impl Rules {
    fn explain(&self, project: Option<&str>, module: &Digest, wanted: &[Right<'_>], lines: &mut Vec<String>) {
        let mut decided = false;
        for rule in self.naming(module) {
            let name = &rule.name;
            match rule.projects.permits(project) {
                _ if decided => lines.push(format!("{name}: not looked at, an earlier rule decides")),
                None => lines.push(format!("{name}: names the module, but no pattern matches")),
                Some(pattern) => {
                    decided = true;
                    lines.push(format!("{name}: decides, by the pattern {} ({pattern})", pattern.text()));
                    rule.explain(wanted, lines);
                }
            }
        }
    }
}

impl Rule {
    fn explain(&self, wanted: &[Right<'_>], lines: &mut Vec<String>) {
        for right in wanted {
            lines.push(match self.gives(right) {
                _ if right.is_any() => format!("  {right}: what the rule gives there"),
                Some(place) => format!("  {right}: granted by {place}"),
                None => format!("  {right}: not granted"),
            });
        }
        if let Some(repository) = &self.repository {
            lines.push(format!("  packages are added from the repository `{repository}`"));
        }
        for (key, value) in self.limits.each() {
            // The last setting stands: a rule's own comes after that for all rules.
            let set = self.set.iter().rev().find(|set| set.key == key);
            let from = set.map_or_else(|| "the default".to_owned(), |set| set.place.to_string());
            lines.push(format!("  {key} {value}: {from}"));
        }
        let word = |word: Option<OnProblem>, silent: &'static str| word.map_or(silent, OnProblem::as_str);
        lines.push(format!("  on-failure: {}", word(self.on_failure, "as the hook's entry says, else fail")));
        lines.push(format!("  on-limit: {}", word(self.on_limit, "as on-failure")));
    }
}
