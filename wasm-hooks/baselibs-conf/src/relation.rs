//! Dependencies of an RPM, as a spec file has them: several in one text, with blanks or commas between them.

use crate::rules::{List, Rules};
use crate::texts::texts;
use crate::{ConfError, Format, Macros};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What a package has to do with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    /// It has what the other needs.
    Provides,
    /// It needs it.
    Requires,
    /// It is installed along with it.
    Recommends,
    /// It is installed along with what it names.
    Supplements,
    /// It goes well with it.
    Suggests,
    /// It takes its place.
    Obsoletes,
    /// It cannot be installed with it.
    Conflicts,
    /// It needs it before it can be installed: in packages of Debian only, in an RPM that is told by flags.
    PreRequires,
}

/// One dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// What it has to do with the other.
    pub kind: RelationKind,
    /// The name; of a rich one the whole text.
    pub name: String,
    /// `RPMSENSE_…` of rpm.
    pub flags: u32,
    /// Empty where any will do.
    pub version: String,
}

/// `RPMSENSE_SCRIPT_PRE` and `…PREUN`, which is what `PreReq` became.
const PREREQUIRED: u32 = 1 << 9 | 1 << 11;

const OPERATORS: [(&str, u32); 8] =
    [("<", 2), (">", 4), ("=", 8), ("==", 8), ("<=", 10), ("=<", 10), (">=", 12), ("=>", 12)];

impl Rules<'_> {
    /// All dependencies that the lines say.
    ///
    /// # Errors
    /// A text that is none.
    pub fn relations(&self, macros: &Macros<'_>) -> Result<Vec<Relation>, ConfError> {
        let mut relations = Vec::new();
        for (what, kind, rules) in self.kinds() {
            for (text, rule) in texts(rules, what, Format::Rpm)? {
                let expanded = macros.expanded(text).map_err(|why| rule.error(why))?;
                read(&expanded, kind, &mut relations)
                    .map_err(|why| rule.error(format!("{what} {text:?}: {why}")))?;
            }
        }
        Ok(relations)
    }

    pub(crate) fn kinds(&self) -> [(&'static str, RelationKind, &List<'_>); 8] {
        [
            ("provides", RelationKind::Provides, &self.provides),
            ("prereq", RelationKind::PreRequires, &self.prerequires),
            ("requires", RelationKind::Requires, &self.requires),
            ("recommends", RelationKind::Recommends, &self.recommends),
            ("supplements", RelationKind::Supplements, &self.supplements),
            ("suggests", RelationKind::Suggests, &self.suggests),
            ("obsoletes", RelationKind::Obsoletes, &self.obsoletes),
            ("conflicts", RelationKind::Conflicts, &self.conflicts),
        ]
    }
}

/// Reads all dependencies of a text, or tells why one is none.
fn read(text: &str, kind: RelationKind, to: &mut Vec<Relation>) -> Result<(), String> {
    let is_before = kind == RelationKind::PreRequires;
    let (kind, flags) = if is_before { (RelationKind::Requires, PREREQUIRED) } else { (kind, 0) };
    let mut rest = behind(text);
    if rest.is_empty() {
        return Err("nothing is named".into());
    }
    while !rest.is_empty() {
        let name;
        (name, rest) = if rest.starts_with('(') { rich(rest, kind)? } else { plain(rest, kind)? };
        let mut relation = Relation { kind, name, flags, version: String::new() };
        let (word, after) = token(rest);
        if let Some((_, comparison)) = OPERATORS.iter().find(|(operator, _)| *operator == word) {
            if relation.name.starts_with('(') {
                return Err(format!("{} can have no version", relation.name));
            }
            let (version, after) = token(behind(after));
            check_version(version, word)?;
            (relation.flags, relation.version) = (flags | comparison, version.to_string());
            rest = after;
        }
        to.push(relation);
        rest = behind(rest);
    }
    Ok(())
}

/// What comes behind blanks and commas.
fn behind(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || c == ',')
}

/// The next word, and what comes behind it.
fn token(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// A name, and the rest behind blanks: an operator may follow, but not behind a comma.
fn plain(text: &str, kind: RelationKind) -> Result<(String, &str), String> {
    let (name, rest) = token(text);
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '/' || !c.is_ascii()) {
        return Err(format!(
            "{name:?} is no name: those begin with a letter, a digit, _ or /, and blanks stand around < = >"
        ));
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-._+".contains(c);
    if kind == RelationKind::Obsoletes && !name.chars().all(is_name) {
        return Err(format!("{name:?} is no name of a package, and only packages can be obsoleted"));
    }
    Ok((name.to_string(), rest.trim_start()))
}

/// A rich dependency up to the parenthesis that ends it, with single blanks.
fn rich(text: &str, kind: RelationKind) -> Result<(String, &str), String> {
    if matches!(kind, RelationKind::Provides | RelationKind::Obsoletes) {
        return Err("what is provided or obsoleted can be no rich dependency".into());
    }
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let (whole, rest) = text.split_at_checked(at.saturating_add(1)).unwrap_or((text, ""));
            return Ok((normalized(whole)?, rest.trim_start()));
        }
    }
    Err("a parenthesis is not closed".into())
}

fn normalized(whole: &str) -> Result<String, String> {
    let words: Vec<&str> = whole.split_whitespace().collect();
    let text = words.join(" ").replace("( ", "(").replace(" )", ")");
    if text.contains("()") && words.len() == 1 { Err(format!("{whole} names nothing")) } else { Ok(text) }
}

fn check_version(version: &str, operator: &str) -> Result<(), String> {
    if version.is_empty() {
        return Err(format!("a version is missing behind {operator}"));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || "._+~^:-%{}".contains(c);
    if !version.chars().all(fits) || version.matches('-').count() > 1 {
        return Err(format!("{version:?} is no version"));
    }
    Ok(())
}
