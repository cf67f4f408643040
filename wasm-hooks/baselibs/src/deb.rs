//! What a new package of Debian is to be.
//!
//! All files of the original are taken, below the prefix; which packages it needs, and what it runs, the configuration says alone.

use crate::recipe::{kind, script};
use crate::source::Source;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use skink_baselibs_conf::{Relation, RelationKind, Rules, Target};
use skink_sdk::Failure;
use skink_sdk::packages::{
    Dependency, DependencyKind, Field, Origin, PackagedFile, Placed, Recipe, ScriptKind,
};

/// Makes the recipe. Files of configuration are none in the new package: they belong to the original.
pub(crate) fn of(source: &Source, rules: &Rules<'_>, target: &Target) -> Result<Recipe, Failure> {
    let relations = rules.deb_relations().map_err(Failure::because)?;
    let mut dependencies: Vec<Dependency> = relations.into_iter().map(dependency).collect();
    // There is no line for these: they stay.
    dependencies
        .extend(source.package.dependencies()?.into_iter().filter(|one| one.kind == DependencyKind::Breaks));
    let mut scripts = source.package.scripts()?;
    scripts.retain(|script| script.kind == ScriptKind::Config);
    scripts.extend(rules.deb_scripts().map_err(Failure::because)?.into_iter().map(script));
    let field = |name: &str, values| Field { name: name.to_string(), values };
    let rows = source.files.rows();
    Ok(Recipe {
        fields: vec![
            field("Package", vec![rules.name.clone()]),
            field("Architecture", vec![target.architecture.clone()]),
            field("conffiles", Vec::new()),
        ],
        dependencies,
        scripts,
        triggers: Vec::new(),
        files: rows.iter().map(|row| placed(row, &rules.prefix)).collect::<Result<_, _>>()?,
    })
}

/// A file below the prefix. The first one of a package is its root, which becomes the folder that the prefix is.
fn placed(row: &PackagedFile<'_>, prefix: &str) -> Result<Placed, Failure> {
    let path = match (prefix, row.path.strip_suffix('/')) {
        ("", _) => row.path.to_string(),
        (_, Some(folder)) => format!("{prefix}{folder}"),
        (_, None) => format!("{prefix}{}", row.path),
    };
    // What stands for bytes that are no text: where a path stays, so do those.
    if !prefix.is_empty() && path.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Failure::Invalid(format!(
            "{path:?}: a file whose name is no UTF-8 cannot lie below a prefix; rename it, or set no prefix"
        )));
    }
    Ok(Placed { path, origin: Origin::Original(row.place) })
}

fn dependency(relation: Relation) -> Dependency {
    let Relation { kind: of, name, flags, version } = relation;
    let kind = match of {
        RelationKind::Obsoletes => DependencyKind::Replaces,
        RelationKind::Supplements => DependencyKind::Enhances,
        RelationKind::PreRequires => DependencyKind::PreDepends,
        RelationKind::Provides
        | RelationKind::Requires
        | RelationKind::Recommends
        | RelationKind::Suggests
        | RelationKind::Conflicts => kind(of),
    };
    Dependency { kind, name, flags, version }
}
