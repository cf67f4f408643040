//! Policies that are made of others: a narrower one, and the one that grants what a module requests.

use crate::policy::Rules;
use crate::projects::Projects;
use crate::rule::{Granted, Rule};
use crate::{Place, Policy, Problem, Problems, ToolKind, ToolRoot, ToolRule, cover};
use skink_job::{Digest, Grants, Limits, ToolName};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

impl Policy {
    /// This policy, narrowed by another (`--hook-policy` where a policy is installed).
    ///
    /// A module is allowed only if both allow it; limits are the smaller, `on-failure` and `on-limit` the
    /// stricter. Mandatory and `[[allocate]]` hooks, tools, tool roots and repositories are those of `self`. What `narrower`
    /// would add or change is a problem: such a hook, or a tool, root or repository that is described otherwise.
    pub fn narrowed_by(mut self, narrower: Self) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let base = self.layers.first();
        for rules in &narrower.layers {
            for mandatory in &rules.mandatory {
                let message = "a narrower policy can not add a mandatory hook";
                let help = "declare it in the installed policy, or in the project's _hooks";
                problems.add(|| Problem::at(&mandatory.entry.place, message).help(help));
            }
            for hook in &rules.allocate {
                let message = "a narrower policy can not add an [[allocate]] hook";
                let help = "declare it in the installed policy";
                problems.add(|| Problem::at(&hook.place, message).help(help));
            }
            for (name, tool) in &rules.tools {
                let other = base.and_then(|base| base.tools.get(name));
                if other.is_some_and(|other| !other.is_same(tool)) {
                    problems.add(|| changed(&tool.place, "tool", name.as_str()));
                }
            }
            for (name, root) in &rules.tool_roots {
                let other = base.and_then(|base| base.tool_roots.get(name));
                if other.is_some_and(|other| !other.is_same(root)) {
                    problems.add(|| changed(&root.place, "tool root", name.as_str()));
                }
            }
            for (name, repository) in &rules.repositories {
                let other = base.and_then(|base| base.repositories.get(name));
                if other.is_some_and(|other| other.packages != repository.packages) {
                    problems.add(|| changed(&repository.place, "repository", name));
                }
            }
        }
        if self.layers.is_empty() {
            // Nothing is allowed already.
            return problems.or(self);
        }
        self.layers.extend(narrower.layers);
        problems.or(self)
    }

    /// A policy that grants one module exactly what it requests, in any job, with the usual limits: for an
    /// author who tries a hook where no policy is installed. `tools` are the programs that were found.
    pub fn as_requested(
        module: Digest,
        requested: &Grants,
        tools: &BTreeMap<ToolName, PathBuf>,
    ) -> Result<Self, Problems> {
        let place = Place::outside("(what the module requests)");
        let mut problems = Problems::default();
        let mut rules = Rules { file: place.file().to_owned(), ..Rules::default() };
        for name in &requested.tools {
            match tools.get(name) {
                Some(program) => {
                    let tool = ToolRule {
                        program: program.clone(),
                        root: ToolRoot::Host,
                        kind: ToolKind::Plain,
                        etc: Vec::new(),
                        args: None,
                        place: place.clone(),
                    };
                    rules.tools.insert(name.clone(), tool);
                }
                None => {
                    let message = format!("the module needs the tool `{name}`, which is not on this machine");
                    problems
                        .add(|| Problem::at(&place, message).help("install it, so that it is found on PATH"));
                }
            }
        }
        let granted = cover::rights(requested).into_iter().map(|right| Granted {
            key: right.key,
            name: right.name.to_owned(),
            place: place.clone(),
        });
        let label = "as-requested".parse().map_err(|_| problems.clone())?;
        let rule = Rule {
            name: Rule::name(&label, &place),
            label,
            projects: Projects::every(place.clone()),
            granted: granted.collect(),
            repository: None,
            limits: Limits::default(),
            set: Vec::new(),
            on_failure: None,
            on_limit: None,
            place,
        };
        rules.rules.push(rule);
        rules.index = HashMap::from([(module, vec![0])]);
        problems.or(Self { layers: vec![rules] })
    }
}

fn changed(place: &Place, what: &str, name: &str) -> Problem {
    let message = format!("a narrower policy can not change the {what} `{}`", crate::words::shown(name));
    Problem::at(place, message).help("describe it as the installed policy does")
}
