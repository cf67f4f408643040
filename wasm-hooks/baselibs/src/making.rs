//! One package after the other, each for all of its targets.

use crate::source::{Kind, Source};
use crate::{deb, recipe};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use skink_baselibs_conf::{Conf, Format, Rules, Target};
use skink_sdk::packages::{Origin, Placed, Recipe, derive};
use skink_sdk::{Context as _, Failure, Outbox, Report, Tree};

/// What comes behind the name of a package whose debug information it has.
const DEBUG: &str = "-debuginfo";

/// Bytes that are handed over in one call at most, and what a file takes of them beside its texts.
const CALL: usize = 8 << 20;
const FILE: usize = 64;

/// Makes packages of the results.
pub(crate) struct Making<'a> {
    kind: Kind,
    conf: &'a Conf,
    system: BTreeSet<&'a str>,
    results: &'a Tree,
    outbox: &'a Outbox,
    report: &'a Report,
    /// Targets that some package had rules for.
    reached: BTreeSet<Target>,
    /// Files and targets that are done: a package that the configuration names by itself comes up in both passes.
    done: BTreeSet<(String, Target)>,
    made: u64,
}

impl<'a> Making<'a> {
    pub(crate) fn new(
        kind: Kind,
        conf: &'a Conf,
        system: BTreeSet<&'a str>,
        (results, outbox, report): (&'a Tree, &'a Outbox, &'a Report),
    ) -> Self {
        let (reached, done) = (BTreeSet::new(), BTreeSet::new());
        Self { kind, conf, system, results, outbox, report, reached, done, made: 0 }
    }

    /// Makes all of them, and tells how many those are.
    pub(crate) fn all(mut self, packages: &[&str]) -> Result<u64, Failure> {
        let named = self.conf.names();
        let is_named = |path: &&&str| named.contains(self.kind.name(path));
        let is_debug = |path: &&&str| {
            let name = self.kind.name(path).strip_suffix(DEBUG).filter(|_| self.kind.format == Format::Rpm);
            name.is_some_and(|name| named.contains(name))
        };
        let wanted: Vec<&str> =
            packages.iter().filter(is_named).chain(packages.iter().filter(is_debug)).copied().collect();
        for (done, path) in (0..).zip(&wanted) {
            self.report.progress(done, wanted.len() as u64, path);
            self.of(path)?;
        }
        Ok(self.made)
    }

    /// All that are made of one.
    fn of(&mut self, path: &str) -> Result<(), Failure> {
        let source = Source::open(self.results, path, self.kind)?;
        if source.package.is_source() {
            return Ok(());
        }
        let package = source.named();
        let name = package.name;
        if source.files.paths.is_empty() {
            self.report.log(&format!("{name}: nothing is made of it, it has no files"));
            return Ok(());
        }
        let targets = self.conf.targets(package.architecture);
        if targets.is_empty() {
            self.report.log(&format!("{name}: there are no targets for {}", package.architecture));
        }
        for target in targets {
            let was_reached = self.reached.contains(&target);
            if let Some(rules) = self.conf.rules(package, &target, was_reached).map_err(Failure::because)? {
                self.reached.insert(target.clone());
                self.make(&source, path, &rules, &target).context(format!("{name} for {target}"))?;
            }
        }
        Ok(())
    }

    fn make(
        &mut self,
        source: &Source,
        path: &str,
        rules: &Rules<'_>,
        target: &Target,
    ) -> Result<(), Failure> {
        let name = source.named().name;
        let Some(recipe) = self.recipe(source, rules, target)? else {
            self.report.log(&format!("{name} for {target}: nothing is made, it would have no files"));
            return Ok(());
        };
        if !self.done.insert((path.to_string(), target.clone())) {
            return Ok(());
        }
        check_size(&recipe).context(&rules.name)?;
        let file = derive(&source.package, &recipe, self.outbox).context(&rules.name)?;
        self.report.log(&format!("{name} for {target}: {file}"));
        self.made = self.made.saturating_add(1);
        Ok(())
    }

    fn recipe(&self, source: &Source, rules: &Rules<'_>, target: &Target) -> Result<Option<Recipe>, Failure> {
        match self.kind.format {
            Format::Rpm => recipe::of(source, rules, target, &self.system),
            Format::Deb => deb::of(source, rules, target).map(Some),
        }
    }
}

/// That a recipe can be handed over: the host ends the call of a hook that tries in vain, and could not say with which package.
fn check_size(recipe: &Recipe) -> Result<(), Failure> {
    let target = |placed: &Placed| match &placed.origin {
        Origin::Symlink(target) => target.len(),
        Origin::Altered(altered) => altered.target.as_ref().map_or(0, String::len),
        Origin::Original(_) | Origin::Directory => 0,
    };
    let files = recipe.files.iter().map(|placed| FILE + placed.path.len() + target(placed));
    let (bytes, count) = (files.sum::<usize>(), recipe.files.len());
    if bytes <= CALL {
        return Ok(());
    }
    Err(Failure::Limit(format!(
        "it would have {count} files, whose list takes {bytes} bytes, and {CALL} can be handed over"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn what_cannot_be_handed_over_is_refused() {
        let link = |length: usize| Origin::Symlink("a".repeat(length));
        for (count, path, origin, is_fine) in [
            (0, 0, Origin::Directory, true),
            (1, CALL - FILE, Origin::Directory, true),
            (1, CALL - FILE + 1, Origin::Directory, false),
            (2, CALL / 2 - FILE, Origin::Directory, true),
            (2, CALL / 2 - FILE + 1, Origin::Directory, false),
            (1, 10, link(CALL - FILE - 10), true),
            (1, 10, link(CALL - FILE), false),
        ] {
            let files = vec![Placed { path: "a".repeat(path), origin }; count];
            let (fields, dependencies, scripts, triggers) = (vec![], vec![], vec![], vec![]);
            let recipe = Recipe { fields, dependencies, scripts, triggers, files };
            assert_eq!(check_size(&recipe).is_ok(), is_fine, "{count} {path}");
        }
    }
}
