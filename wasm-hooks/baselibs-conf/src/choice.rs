//! Which of the original's files a package has.
//!
//! Rules are obeyed one after the other: what one takes in, a later one may leave out again.

use crate::pattern::Pattern;
use crate::rules::{Rule, Rules};
use crate::{ConfError, Original, path};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;

/// What the rules choose.
#[derive(Debug, Default)]
pub(crate) struct Choice<'a> {
    pub(crate) kept: BTreeSet<&'a str>,
    /// Where those lie that do not lie where they did.
    pub(crate) moved: BTreeMap<&'a str, String>,
    /// New symlinks, with what they say.
    pub(crate) links: BTreeMap<String, String>,
    /// Those that lie in the folder for configuration.
    pub(crate) config: BTreeSet<&'a str>,
}

impl<'a> Choice<'a> {
    pub(crate) fn by(rules: &Rules<'_>, originals: &[Original<'a>]) -> Result<Self, ConfError> {
        let mut choice = Self::default();
        for rule in &rules.files {
            choice.take(rule, originals)?;
        }
        for rule in rules.config.iter().filter(|_| !rules.config_folder.is_empty()) {
            choice.take_config(rule, originals)?;
        }
        let Self { kept, moved, .. } = &mut choice;
        moved.retain(|path, _| kept.contains(path));
        Ok(choice)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.config.is_empty()
    }

    fn take(&mut self, rule: &Rule<'_>, originals: &[Original<'a>]) -> Result<(), ConfError> {
        if let Some(link) = rule.text.strip_prefix('"') {
            let link = link.strip_suffix('"').unwrap_or(link);
            let Some((path, target)) = arrow(link) else {
                return Err(rule.error(format!("{} is no symlink; write \"/PATH -> TARGET\"", rule.text)));
            };
            check(rule, path)?;
            if target.is_empty() {
                return Err(rule.error(format!("the symlink {path} leads nowhere")));
            }
            self.links.insert(path.into(), target.into());
        } else if let Some(pattern) = rule.text.strip_prefix('-') {
            let pattern = Pattern::new(pattern, rule.line)?;
            drop_matching(&mut self.kept, &pattern)?;
        } else if let Some(what) = rule.text.strip_prefix('+') {
            self.keep(rule, what, originals)?;
        } else {
            return Err(
                rule.error(format!("{:?} is no rule for files: those begin with + - or \"", rule.text))
            );
        }
        Ok(())
    }

    fn keep(&mut self, rule: &Rule<'_>, what: &str, originals: &[Original<'a>]) -> Result<(), ConfError> {
        if let Some((from, to)) = arrow(what) {
            check(rule, to)?;
            if let Some(original) = originals.iter().find(|original| original.path == from) {
                self.kept.insert(original.path);
                self.moved.insert(original.path, to.into());
            }
            return Ok(());
        }
        let pattern = Pattern::new(what, rule.line)?;
        for original in originals {
            if pattern.matches(original.path)? {
                self.kept.insert(original.path);
                self.moved.remove(original.path);
            }
        }
        Ok(())
    }

    fn take_config(&mut self, rule: &Rule<'_>, originals: &[Original<'a>]) -> Result<(), ConfError> {
        if let Some(pattern) = rule.text.strip_prefix('+') {
            let pattern = Pattern::new(pattern, rule.line)?;
            for original in originals.iter().filter(|original| !original.is_ghost) {
                if pattern.matches(original.path)? {
                    self.config.insert(original.path);
                }
            }
            Ok(())
        } else if let Some(pattern) = rule.text.strip_prefix('-') {
            drop_matching(&mut self.config, &Pattern::new(pattern, rule.line)?)
        } else {
            Err(rule.error(format!("{:?} is no rule for configuration: those begin with + or -", rule.text)))
        }
    }
}

fn drop_matching(paths: &mut BTreeSet<&str>, pattern: &Pattern<'_>) -> Result<(), ConfError> {
    let mut outcome = Ok(());
    paths.retain(|path| match pattern.matches(path) {
        Ok(matches) => !matches,
        Err(error) => {
            outcome = Err(error);
            true
        }
    });
    outcome
}

/// The two sides of an arrow.
fn arrow(text: &str) -> Option<(&str, &str)> {
    text.split_once("->").map(|(from, to)| (from.trim_end(), to.trim_start()))
}

fn check(rule: &Rule<'_>, path: &str) -> Result<(), ConfError> {
    if path::is_plain(path) {
        return Ok(());
    }
    Err(rule.error(format!("{path:?} is where no file can lie; write an absolute path without . and ..")))
}
