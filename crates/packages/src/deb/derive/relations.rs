//! Dependencies as a deb's relations. What is written is read back, so that no name brings in a relation that nobody asked for.

use super::super::relations::{COMPARISONS, FIELDS, dependency, relations, single};
use super::identity::{is_architecture, is_package, is_version};
use crate::{Dependency, DependencyKind, PackageError};

/// That a deb has fields for all of them.
pub(super) fn check_kinds(dependencies: &[Dependency]) -> Result<(), PackageError> {
    let Some(odd) = dependencies.iter().find(|one| FIELDS.iter().all(|(_, kind)| *kind != one.kind)) else {
        return Ok(());
    };
    let (kind, name) = (odd.kind, &odd.name);
    Err(PackageError::recipe(format!("a deb has no field for {name:?} of the kind {kind:?}")))
}

/// The value of a field; none where it has no relation.
pub(super) fn written(
    field: &str,
    kind: DependencyKind,
    dependencies: &[&Dependency],
) -> Result<Option<String>, PackageError> {
    let texts = dependencies.iter().map(|one| {
        let refused = || {
            let Dependency { name, flags, version, .. } = one;
            let what = format!("{field} cannot have {name:?}, flags {flags}, version {version:?}");
            PackageError::recipe(format!("{what}: dpkg does not take it"))
        };
        let text = text(one).ok_or_else(refused)?;
        let is_read_back =
            relations(&text).eq([text.clone()]) && dependency(kind, &text).as_ref() == Some(*one);
        if is_read_back && is_taken(kind, &text) { Ok(text) } else { Err(refused()) }
    });
    let texts: Vec<String> = texts.collect::<Result<_, _>>()?;
    Ok(Some(texts.join(", ")).filter(|value| !value.is_empty()))
}

fn text(one: &Dependency) -> Option<String> {
    if one.flags == 0 && one.version.is_empty() {
        return Some(one.name.clone());
    }
    let (sign, _) = COMPARISONS.iter().find(|(_, flags)| *flags == one.flags)?;
    Some(format!("{} ({sign} {})", one.name, one.version))
}

/// Whether dpkg takes it in a field of this kind.
fn is_taken(kind: DependencyKind, text: &str) -> bool {
    let has_alternatives = matches!(
        kind,
        DependencyKind::PreDepends
            | DependencyKind::Requires
            | DependencyKind::Recommends
            | DependencyKind::Suggests
    );
    let is_exact = |flags| matches!(flags, 0 | 8);
    let is_one = |one: &str| {
        single(one).is_some_and(|(name, flags, version)| {
            let (name, architecture) = name.split_once(':').unwrap_or((name, "any"));
            is_package(name)
                && is_architecture(architecture)
                && (version.is_empty() || is_version(version))
                && (kind != DependencyKind::Provides || is_exact(flags))
        })
    };
    (has_alternatives || !text.contains('|')) && text.split('|').all(is_one)
}
