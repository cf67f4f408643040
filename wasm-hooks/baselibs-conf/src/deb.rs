//! What the lines say of a package of Debian.
//!
//! There no file is chosen: all of the original are taken. Dependencies are written as control files have them, and scripts say
//! themselves what runs them.

use crate::relation::Relation;
use crate::rules::Rules;
use crate::script::Script;
use crate::texts::{quoted, texts};
use crate::{ConfError, Format};
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

/// Comparisons of versions, each before the one that it begins with, and `RPMSENSE_…` of rpm for it.
const COMPARISONS: [(&str, u32); 5] = [("<<", 2), ("<=", 10), (">>", 4), (">=", 12), ("=", 8)];

impl Rules<'_> {
    /// All dependencies that the lines say.
    ///
    /// # Errors
    /// A text that is none.
    pub fn deb_relations(&self) -> Result<Vec<Relation>, ConfError> {
        let mut relations = Vec::new();
        for (what, kind, rules) in self.kinds() {
            for (text, rule) in texts(rules, what, Format::Deb)? {
                for one in text.split(',').map(str::trim).filter(|one| !one.is_empty()) {
                    let wrong = || {
                        rule.error(format!(
                            "{one:?} is no dependency of Debian; write NAME, or NAME (>= VERSION)"
                        ))
                    };
                    let (name, flags, version) = read(one).ok_or_else(wrong)?;
                    relations.push(Relation {
                        kind,
                        name: name.to_string(),
                        flags,
                        version: version.to_string(),
                    });
                }
            }
        }
        Ok(relations)
    }

    /// The scripts.
    ///
    /// # Errors
    /// None yet.
    pub fn deb_scripts(&self) -> Result<Vec<Script>, ConfError> {
        let mut scripts = Vec::new();
        for (what, moment, rules) in self.moments() {
            let lines =
                rules.iter().map(|rule| quoted(rule, what, Format::Deb)).collect::<Result<Vec<_>, _>>()?;
            if !lines.is_empty() {
                scripts.push(Script { moment, interpreter: Vec::new(), body: Some(lines.join("\n")) });
            }
        }
        Ok(scripts)
    }
}

/// A name and what its version has to be. Alternatives stay together, as one name.
fn read(text: &str) -> Option<(&str, u32, &str)> {
    if text.contains('|') {
        return text.split('|').all(|one| single(one.trim()).is_some()).then_some((text, 0, ""));
    }
    single(text)
}

fn single(text: &str) -> Option<(&str, u32, &str)> {
    let is_word =
        |word: &str| !word.is_empty() && !word.contains([' ', '(', ')', '<', '>', '=', '[', ']', '|']);
    let Some((name, version)) = text.split_once('(') else { return is_word(text).then_some((text, 0, "")) };
    let (name, version) = (name.trim(), version.strip_suffix(')')?.trim());
    let (flags, version) =
        COMPARISONS.iter().find_map(|(sign, flags)| Some((*flags, version.strip_prefix(sign)?.trim())))?;
    (is_word(name) && is_word(version)).then_some((name, flags, version))
}
