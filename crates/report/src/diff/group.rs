//! The differences by package, and the whole in numbers.

use super::{Comparison, Difference, PackageDiff, State};
use crate::html::parts::{count, grouped};
use skink_job::SafeText;
use std::collections::BTreeMap;

/// The differences of one package, or of what is of none.
#[derive(Debug)]
pub struct Group<'a> {
    /// As its differences name it; none for the whole build.
    pub name: Option<String>,
    /// The package; none for the whole build, and for a name that no package has.
    pub package: Option<&'a PackageDiff>,
    /// What differs in it.
    pub differences: Vec<&'a Difference>,
}

impl Group<'_> {
    /// Whether there is something to tell of it.
    fn is_told(&self) -> bool {
        let stands_out = |state| matches!(state, State::Changed | State::Added | State::Removed);
        !self.differences.is_empty() || self.package.is_some_and(|package| stands_out(package.state))
    }
}

impl Comparison {
    /// How many packages stand so.
    pub fn count(&self, state: State) -> usize {
        self.packages.iter().filter(|package| package.state == state).count()
    }

    /// Every package by its state, else in the module's order.
    pub fn sorted(&self) -> Vec<&PackageDiff> {
        let mut packages: Vec<&PackageDiff> = self.packages.iter().collect();
        packages.sort_by_key(|package| package.state);
        packages
    }

    /// Every package in which something differs: those that changed, then those that come and go, each in the module's
    /// order. Before them what is of no package, and after them what names a package that is not there.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut whole = Vec::new();
        let mut named: BTreeMap<&str, Vec<&Difference>> = BTreeMap::new();
        for difference in &self.differences {
            let of = difference.package.as_ref().map(SafeText::as_str);
            of.map_or(&mut whole, |name| named.entry(name).or_default()).push(difference);
        }
        let mut groups = vec![Group { name: None, package: None, differences: whole }];
        for package in self.sorted() {
            let name = package.full_name();
            let differences = named.remove(name.as_str()).unwrap_or_default();
            groups.push(Group { name: Some(name), package: Some(package), differences });
        }
        let unknown = |(name, differences): (&str, _)| Group {
            name: Some(name.to_owned()),
            package: None,
            differences,
        };
        groups.extend(named.into_iter().map(unknown));
        groups.retain(Group::is_told);
        groups
    }

    /// The whole in numbers: `2 differences; of 3 packages 1 changed, 2 same`.
    pub fn numbers(&self) -> String {
        let omitted = match self.omitted {
            0 => String::new(),
            more => format!(" and {more} more that the module left out"),
        };
        let states = State::ALL.iter().map(|state| (self.count(*state), state.as_str()));
        let states = states.filter(|(number, _)| *number > 0);
        let states: Vec<String> =
            states.map(|(number, word)| format!("{} {word}", grouped(number))).collect();
        let packages = count(self.packages.len(), "package");
        let packages = match states.as_slice() {
            [] => packages,
            states => format!("of {packages} {}", states.join(", ")),
        };
        let differences = match self.differences.len() {
            0 => "no differences".to_owned(),
            some => count(some, "difference"),
        };
        format!("{differences}{omitted}; {packages}")
    }
}
