//! Relations to other packages: fields with commas between the relations and `|` between alternatives.

use crate::{Dependency, DependencyKind, PackageError};

/// In the order in which dependencies are listed.
pub(super) const FIELDS: [(&str, DependencyKind); 9] = [
    ("Provides", DependencyKind::Provides),
    ("Pre-Depends", DependencyKind::PreDepends),
    ("Depends", DependencyKind::Requires),
    ("Recommends", DependencyKind::Recommends),
    ("Suggests", DependencyKind::Suggests),
    ("Enhances", DependencyKind::Enhances),
    ("Breaks", DependencyKind::Breaks),
    ("Conflicts", DependencyKind::Conflicts),
    ("Replaces", DependencyKind::Replaces),
];

/// `RPMSENSE_LESS`, `…GREATER` and `…EQUAL`.
const LESS: u32 = 2;
const GREATER: u32 = 4;
const EQUAL: u32 = 8;

/// Signs, each before the one that it begins with. Of the last two dpkg says that they are obsolete; they allow equal versions.
pub(super) const COMPARISONS: [(&str, u32); 7] = [
    ("<<", LESS),
    ("<=", LESS | EQUAL),
    (">>", GREATER),
    (">=", GREATER | EQUAL),
    ("=", EQUAL),
    ("<", LESS | EQUAL),
    (">", GREATER | EQUAL),
];

/// What no name has.
const NOT_IN_NAMES: &[char] = &[' ', '(', ')', '<', '>', '=', '[', ']', '|'];

/// All relations of a package, by its fields.
pub(super) fn read<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Result<Vec<Dependency>, PackageError> {
    let mut found = Vec::new();
    for (name, kind) in FIELDS {
        for relation in relations(field(name).unwrap_or_default()) {
            let read = dependency(kind, &relation);
            let wrong = || PackageError::corrupt(format!("{name} has {relation:?}, which is no relation"));
            found.push(read.ok_or_else(wrong)?);
        }
    }
    Ok(found)
}

/// The relations of one field, each on one line with single blanks.
pub(super) fn relations(value: &str) -> impl Iterator<Item = String> {
    let folded = value.split(',').map(|relation| relation.split_whitespace().collect::<Vec<_>>().join(" "));
    folded.filter(|relation| !relation.is_empty())
}

/// Alternatives stay together, as one name: none of them is needed by itself.
pub(super) fn dependency(kind: DependencyKind, relation: &str) -> Option<Dependency> {
    if !relation.contains('|') {
        let (name, flags, version) = single(relation)?;
        return Some(Dependency { kind, name: name.to_owned(), flags, version: version.to_owned() });
    }
    relation.split('|').map(single).collect::<Option<Vec<_>>>()?;
    Some(Dependency { kind, name: relation.to_owned(), flags: 0, version: String::new() })
}

/// A name and what its version has to be, as in `a (>= 1)`.
pub(super) fn single(relation: &str) -> Option<(&str, u32, &str)> {
    let (name, version) =
        relation.split_once('(').map_or((relation, None), |(name, rest)| (name, Some(rest)));
    let name = Some(name.trim()).filter(|name| !name.is_empty() && !name.contains(NOT_IN_NAMES))?;
    let Some(version) = version else { return Some((name, 0, "")) };
    let version = version.trim_end().strip_suffix(')')?.trim();
    let compared = COMPARISONS.iter().find_map(|(sign, flags)| Some((*flags, version.strip_prefix(sign)?)));
    // No comparison is one for equality.
    let (flags, version) = compared.unwrap_or((EQUAL, version));
    let version =
        Some(version.trim_start()).filter(|text| !text.is_empty() && !text.contains(NOT_IN_NAMES))?;
    Some((name, flags, version))
}
