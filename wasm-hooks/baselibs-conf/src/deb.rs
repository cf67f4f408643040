//! What the lines say of a package of Debian.
//!
//! There no file is chosen: all of the original are taken. Dependencies are written as control files have them, and scripts say
//! themselves what runs them.

use crate::relation::{Relation, RelationKind};
use crate::rules::Rules;
use crate::script::Script;
use crate::texts::{quoted, texts};
use crate::{ConfError, Format};
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

/// Comparisons of versions, each before the one that it begins with, and `RPMSENSE_…` of rpm for it.
const COMPARISONS: [(&str, u32); 5] = [("<<", 2), ("<=", 10), (">>", 4), (">=", 12), ("=", EQUAL)];

const EQUAL: u32 = 8;

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
                    let (name, flags, version) =
                        read(one, kind).map_err(|why| rule.error(format!("{what} {one:?}: {why}")))?;
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
    /// A line that only a spec file has.
    pub fn deb_scripts(&self) -> Result<Vec<Script>, ConfError> {
        let mut scripts = Vec::new();
        for (what, moment, rules) in self.moments() {
            let lines =
                rules.iter().map(|rule| quoted(rule, what, Format::Deb)).collect::<Result<Vec<_>, _>>()?;
            // The first one that is a command.
            let first = rules.iter().zip(&lines).find(|(_, line)| !line.starts_with("#!"));
            if let Some((rule, _)) = first.filter(|(_, line)| is_rpms(line)) {
                return Err(rule.error(format!(
                    "{what} -p is of RPMs; a script of Debian begins with what runs it: {what} \"#!/PROGRAM\""
                )));
            }
            if !lines.is_empty() {
                scripts.push(Script { moment, interpreter: Vec::new(), body: Some(lines.join("\n")) });
            }
        }
        Ok(scripts)
    }
}

/// Whether a line says what runs it as in a spec file.
fn is_rpms(line: &str) -> bool {
    line.strip_prefix("-p").is_some_and(|rest| rest.trim_start().starts_with(['/', '<']))
}

/// What is wrong with a dependency.
const FORM: &str = "it is no dependency of Debian; write NAME, or NAME (>= VERSION)";

/// A name and what its version has to be, or why it is none. Alternatives stay together, as one name.
fn read(text: &str, kind: RelationKind) -> Result<(&str, u32, &str), &'static str> {
    if text.contains('|') {
        use RelationKind::{PreRequires, Recommends, Requires, Suggests};
        if !matches!(kind, PreRequires | Requires | Recommends | Suggests) {
            return Err("only prereq, requires, recommends and suggests can have alternatives");
        }
        let is_one = |one: &str| single(one.trim()).is_some();
        return if text.split('|').all(is_one) { Ok((text, 0, "")) } else { Err(FORM) };
    }
    let (name, flags, version) = single(text).ok_or(FORM)?;
    if kind == RelationKind::Provides && !matches!(flags, 0 | EQUAL) {
        return Err("what is provided has one version; write NAME (= VERSION)");
    }
    Ok((name, flags, version))
}

fn single(text: &str) -> Option<(&str, u32, &str)> {
    let (name, version) = match text.split_once('(') {
        None => (text, None),
        Some((name, version)) => (name.trim(), Some(version.strip_suffix(')')?.trim())),
    };
    let (package, architecture) = name.split_once(':').unwrap_or((name, "any"));
    if !is_word(package, "-+._") || !is_word(architecture, "-_") {
        return None;
    }
    let Some(version) = version else { return Some((name, 0, "")) };
    let (flags, version) =
        COMPARISONS.iter().find_map(|(sign, flags)| Some((*flags, version.strip_prefix(sign)?.trim())))?;
    is_version(version).then_some((name, flags, version))
}

/// Letters and digits, and these signs behind the first of them.
fn is_word(text: &str, signs: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c))
}

/// With an epoch, which is a number, or without; only behind one a version may have colons.
fn is_version(text: &str) -> bool {
    let Some((epoch, version)) = text.split_once(':') else { return is_word(text, ".+~-") };
    epoch.bytes().all(|byte| byte.is_ascii_digit())
        && epoch.parse::<i32>().is_ok()
        && is_word(version, ".+~-:")
}
