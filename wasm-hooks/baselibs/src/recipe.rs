//! What a new RPM is to be.

use crate::found::Kept;
use crate::source::Source;
use crate::{date, found};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use skink_baselibs_conf::{
    Laid, Macros, Moment, Original, Piece, Relation, RelationKind, Rules, Script, Target,
};
use skink_sdk::Failure;
use skink_sdk::packages::{
    self, Altered, Dependency, DependencyKind, Field, Origin, PackagedFile, Placed, Recipe, ScriptKind,
};

/// `RPMFILE_CONFIG`, `…MISSINGOK` and `…NOREPLACE`.
const CONFIG: u32 = 1 << 0;
const MISSING_OK: u32 = 1 << 3;
const NO_REPLACE: u32 = 1 << 4;

/// `RPMSENSE_EQUAL`, and with it `…CONFIG`.
const EQUAL: u32 = 1 << 3;
const OF_CONFIG: u32 = EQUAL | 1 << 28;

/// Makes the recipe; none where nothing of the original would be in the package.
pub(crate) fn of(
    source: &Source,
    rules: &Rules<'_>,
    target: &Target,
    system: &BTreeSet<&str>,
) -> Result<Option<Recipe>, Failure> {
    let rows = source.files.rows();
    let originals: Vec<Original<'_>> = rows.iter().map(original).collect();
    let laid = rules.lay(&originals, system).map_err(Failure::because)?;
    if laid.is_empty() {
        return Ok(None);
    }
    let identity = Identity::new(source, rules);
    let macros =
        Macros { name: identity.source_name, version: &identity.version, release: &identity.release };
    let relations = rules.relations(&macros).map_err(Failure::because)?;
    let has_libraries = rules.has_libraries(&laid, &originals);
    let scripts = rules.scripts(has_libraries, &macros).map_err(Failure::because)?;
    let mut dependencies: Vec<Dependency> = relations.into_iter().map(dependency).collect();
    let all = source.package.dependencies()?;
    if rules.has_own_dependencies {
        let kept: Vec<Kept<'_, '_>> = kept(&rows, &laid).collect();
        dependencies.extend(found::of_files(&all, &rows, &kept, source.field("arch")));
        dependencies.extend(of_config(&kept, &rules.name, &identity));
    }
    dependencies.extend(of_itself(&all, source.field("name"), &rules.name, &identity));
    Ok(Some(Recipe {
        fields: fields(source, rules, target, &identity),
        dependencies,
        scripts: scripts.into_iter().map(script).collect(),
        triggers: Vec::new(),
        files: laid.into_iter().map(|(path, piece)| placed(path, piece, &rows)).collect(),
    }))
}

fn original<'a>(row: &PackagedFile<'a>) -> Original<'a> {
    Original {
        place: row.place,
        path: row.path,
        target: if row.is_symlink() { row.target } else { "" },
        is_ghost: row.is_ghost(),
        is_folder: row.is_directory(),
    }
}

/// What the new package is called beside its name.
struct Identity<'a> {
    source_name: &'a str,
    epoch: Option<&'a str>,
    version: String,
    release: String,
}

impl<'a> Identity<'a> {
    fn new(source: &'a Source, rules: &Rules<'_>) -> Self {
        let source_name = source.field("sourcerpm").rsplitn(3, '-').nth(2).unwrap_or_default();
        let epoch = source.value("epoch");
        if rules.legacy_version.is_empty() {
            let (version, release) =
                (source.field("version").to_string(), source.field("release").to_string());
            return Self { source_name, epoch, version, release };
        }
        let built = source.field("buildtime").parse().unwrap_or_default();
        Self { source_name, epoch, version: rules.legacy_version.clone(), release: date::minute(built) }
    }

    fn evr(&self) -> String {
        let Self { version, release, .. } = self;
        self.epoch
            .map_or_else(|| format!("{version}-{release}"), |epoch| format!("{epoch}:{version}-{release}"))
    }
}

fn fields(source: &Source, rules: &Rules<'_>, target: &Target, identity: &Identity<'_>) -> Vec<Field> {
    let field = |name: &str, value: String| Field { name: name.to_string(), values: vec![value] };
    let mut fields = vec![field("name", rules.name.clone()), field("arch", target.architecture.clone())];
    if let Some((_, system)) = source.field("platform").split_once('-') {
        fields.push(field("platform", format!("{}-{system}", target.architecture)));
    }
    if !rules.legacy_version.is_empty() {
        let [name, version, release] = ["name", "version", "release"].map(|name| source.field(name));
        let description = source.field("description");
        fields.push(field("version", identity.version.clone()));
        fields.push(field("release", identity.release.clone()));
        let said = format!("This rpm was re-packaged from {name}-{version}-{release}\n\n{description}");
        fields.push(field("description", said.trim_end().to_string()));
    }
    fields
}

/// Files of the original that the package has, and where they lie in it.
fn kept<'r, 'a>(
    rows: &'r [PackagedFile<'a>],
    laid: &'r Laid,
) -> impl Iterator<Item = (&'r str, &'r PackagedFile<'a>)> {
    laid.iter().filter_map(|(path, piece)| match piece {
        Piece::Original(place) | Piece::Relinked(place, _) => {
            Some((path.as_str(), rows.get(*place as usize)?))
        }
        Piece::Symlink(_) | Piece::Folder => None,
    })
}

/// A package with files of configuration provides that, and needs it of its own version.
fn of_config(kept: &[Kept<'_, '_>], name: &str, identity: &Identity<'_>) -> Vec<Dependency> {
    if !kept.iter().any(|(_, row)| row.flags & CONFIG != 0) {
        return Vec::new();
    }
    let dependency = |kind| Dependency {
        kind,
        name: format!("config({name})"),
        flags: OF_CONFIG,
        version: identity.evr(),
    };
    vec![dependency(DependencyKind::Provides), dependency(DependencyKind::Requires)]
}

/// What the original provides of itself for its instruction set, the new package provides of itself: `liba(x86-32)`.
fn of_itself(all: &[Dependency], old: &str, new: &str, identity: &Identity<'_>) -> Option<Dependency> {
    let isa = |one: &Dependency| {
        let isa = one.name.strip_prefix(old)?.strip_prefix('(')?.strip_suffix(')')?;
        (one.kind == DependencyKind::Provides && (isa.ends_with("-32") || isa.ends_with("-64")))
            .then(|| isa.to_string())
    };
    let name = format!("{new}({})", all.iter().find_map(isa)?);
    Some(Dependency { kind: DependencyKind::Provides, name, flags: EQUAL, version: identity.evr() })
}

fn placed(path: String, piece: Piece, rows: &[PackagedFile<'_>]) -> Placed {
    let flags = |place: u32| flags(rows.get(place as usize)?.flags);
    let origin = match piece {
        Piece::Original(file) => match flags(file) {
            None => Origin::Original(file),
            flags => Origin::Altered(Altered { file, flags, target: None }),
        },
        Piece::Relinked(file, target) => {
            Origin::Altered(Altered { file, flags: flags(file), target: Some(target) })
        }
        Piece::Symlink(target) => Origin::Symlink(target),
        Piece::Folder => Origin::Directory,
    };
    Placed { path, origin }
}

/// What a file of configuration is, where it is something else than in the original: one that may be missing, or is not replaced, is
/// both.
fn flags(flags: u32) -> Option<u32> {
    let new =
        if flags & (MISSING_OK | NO_REPLACE) == 0 { flags } else { flags | CONFIG | MISSING_OK | NO_REPLACE };
    (new != flags).then_some(new)
}

pub(crate) fn kind(kind: RelationKind) -> DependencyKind {
    match kind {
        RelationKind::Provides => DependencyKind::Provides,
        RelationKind::Requires => DependencyKind::Requires,
        RelationKind::Recommends => DependencyKind::Recommends,
        RelationKind::Supplements => DependencyKind::Supplements,
        RelationKind::Suggests => DependencyKind::Suggests,
        RelationKind::Obsoletes => DependencyKind::Obsoletes,
        RelationKind::Conflicts => DependencyKind::Conflicts,
        RelationKind::PreRequires => DependencyKind::PreDepends,
    }
}

fn dependency(relation: Relation) -> Dependency {
    let Relation { kind: of, name, flags, version } = relation;
    Dependency { kind: kind(of), name, flags, version }
}

pub(crate) fn script(script: Script) -> packages::Script {
    let kind = match script.moment {
        Moment::PreIn => ScriptKind::PreIn,
        Moment::PostIn => ScriptKind::PostIn,
        Moment::PreUn => ScriptKind::PreUn,
        Moment::PostUn => ScriptKind::PostUn,
    };
    packages::Script { kind, interpreter: script.interpreter, body: script.body, flags: 0 }
}
