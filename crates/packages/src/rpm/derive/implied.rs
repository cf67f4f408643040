//! Dependencies that rpm adds to each package that it builds: on the features that reading it needs, on the interpreters of its scripts,
//! and that it provides itself.

use super::layout::Layout;
use crate::codec::Codec;
use crate::{Dependency, DependencyKind, Field, PackageError, Recipe, ScriptKind};

/// `RPMSENSE_LESS`, `…EQUAL`, `…INTERP` and `…RPMLIB`.
const LESS: u32 = 1 << 1;
const EQUAL: u32 = 1 << 3;
const INTERPRETER: u32 = 1 << 8;
const RPMLIB: u32 = 1 << 24;

/// rpm's own interpreter, which no package provides.
const LUA: &str = "<lua>";

/// What a package is called.
pub(super) struct Identity {
    name: String,
    epoch: Option<String>,
    version: String,
    release: String,
    architecture: String,
}

impl Identity {
    pub(super) fn of(fields: &[Field]) -> Result<Self, PackageError> {
        let value = |name: &str| fields.iter().find(|field| field.name == name)?.values.first().cloned();
        let word = |name: &str| {
            let is_plain = |word: &String| {
                let fits = |c: char| c.is_ascii_alphanumeric() || "._+~^-".contains(c);
                !word.is_empty() && word.chars().all(fits) && !word.starts_with(['.', '-'])
            };
            value(name).filter(is_plain).ok_or_else(|| {
                PackageError::recipe(format!("the {name} {:?} is none", value(name).unwrap_or_default()))
            })
        };
        let identity = Self {
            name: word("name")?,
            epoch: value("epoch"),
            version: word("version")?,
            release: word("release")?,
            architecture: word("arch")?,
        };
        if identity.version.contains('-') || identity.release.contains('-') {
            return Err(PackageError::recipe("neither version nor release may have a hyphen"));
        }
        Ok(identity)
    }

    /// Name, version and release.
    pub(super) fn full_name(&self) -> String {
        format!("{}-{}-{}", self.name, self.version, self.release)
    }

    pub(super) fn file_name(&self) -> String {
        format!("{}.{}.rpm", self.full_name(), self.architecture)
    }

    fn evr(&self) -> String {
        let epoch = self.epoch.as_ref().map(|epoch| format!("{epoch}:")).unwrap_or_default();
        format!("{epoch}{}-{}", self.version, self.release)
    }

    /// Whether a recipe says itself for which instruction set the package provides itself: that of its files may be another one than
    /// the architecture's.
    fn is_isa(&self, one: &Dependency) -> bool {
        let isa =
            one.name.strip_prefix(&self.name).and_then(|rest| rest.strip_prefix('(')?.strip_suffix(')'));
        one.kind == DependencyKind::Provides
            && isa.is_some_and(|isa| isa.ends_with("-32") || isa.ends_with("-64"))
    }

    /// The instruction set and its width, as packages provide themselves for it.
    fn isa(&self) -> Option<String> {
        let isa = match self.architecture.as_str() {
            "noarch" => return None,
            "x86_64" | "x86_64_v2" | "x86_64_v3" | "x86_64_v4" | "amd64" => "x86-64",
            "i386" | "i486" | "i586" | "i686" | "athlon" => "x86-32",
            "ppc" => "ppc-32",
            "ppc64" | "ppc64le" => "ppc-64",
            "s390" => "s390-32",
            "s390x" => "s390-64",
            "aarch64" | "aarch64_ilp32" => "aarch-64",
            "riscv64" => "riscv-64",
            "loongarch64" => "loongarch-64",
            "ia64" => "ia-64",
            arm if arm.starts_with("arm") => return Some(format!("{arm}-32")),
            _ => return None,
        };
        Some(isa.to_owned())
    }
}

/// All dependencies of the new package, each once, sorted as rpm sorts them.
pub(super) fn all(
    recipe: &Recipe,
    identity: &Identity,
    layout: &Layout,
    codec: Codec,
    is_md5: bool,
) -> Vec<Dependency> {
    let mut all = recipe.dependencies.clone();
    let evr = identity.evr();
    let provided = |name: String| dependency(DependencyKind::Provides, name, EQUAL, &evr);
    all.push(provided(identity.name.clone()));
    if !all.iter().any(|one| identity.is_isa(one)) {
        all.extend(identity.isa().map(|isa| provided(format!("{}({isa})", identity.name))));
    }
    interpreters(recipe, &mut all);
    for (feature, version, _) in
        features(recipe, &all, layout, codec, is_md5).into_iter().filter(|(_, _, needed)| *needed)
    {
        let name = format!("rpmlib({feature})");
        all.push(dependency(DependencyKind::Requires, name, LESS | EQUAL | RPMLIB, version));
    }
    let order = |one: &Dependency| (one.kind, one.name.clone(), one.version.clone(), one.flags);
    all.sort_by_key(order);
    all.dedup();
    all
}

fn dependency(kind: DependencyKind, name: String, flags: u32, version: &str) -> Dependency {
    Dependency { kind, name, flags, version: version.to_owned() }
}

fn interpreters(recipe: &Recipe, all: &mut Vec<Dependency>) {
    let scripts = recipe.scripts.iter().map(|script| (script.interpreter.first(), moment(script.kind)));
    let triggers = recipe.triggers.iter().map(|trigger| (trigger.interpreter.first(), 0));
    for (interpreter, moment) in scripts.chain(triggers) {
        if let Some(interpreter) = interpreter.filter(|interpreter| *interpreter != LUA) {
            all.push(dependency(DependencyKind::Requires, interpreter.clone(), INTERPRETER | moment, ""));
        }
    }
}

/// `RPMSENSE_SCRIPT_…`.
fn moment(kind: ScriptKind) -> u32 {
    match kind {
        ScriptKind::PreIn => 1 << 9,
        ScriptKind::PostIn => 1 << 10,
        ScriptKind::PreUn => 1 << 11,
        ScriptKind::PostUn => 1 << 12,
        ScriptKind::Verify => 1 << 13,
        ScriptKind::PreTrans => 1 << 7,
        ScriptKind::PostTrans => 1 << 5,
        ScriptKind::PreUnTrans => 1 << 20,
        ScriptKind::PostUnTrans => 1 << 21,
        ScriptKind::Config => 0,
    }
}

/// Features of rpm, the version that brought each, and whether the package needs it.
fn features(
    recipe: &Recipe,
    dependencies: &[Dependency],
    layout: &Layout,
    codec: Codec,
    is_md5: bool,
) -> [(&'static str, &'static str, bool); 16] {
    let versions = |sign: char| {
        dependencies.iter().any(|one| !one.name.starts_with("rpmlib(") && one.version.contains(sign))
    };
    let has_files = !layout.files.is_empty();
    let interpreters = || {
        let scripts = recipe.scripts.iter().map(|script| &script.interpreter);
        scripts.chain(recipe.triggers.iter().map(|trigger| &trigger.interpreter))
    };
    [
        ("CompressedFileNames", "3.0.4-1", has_files),
        ("PayloadFilesHavePrefix", "4.0-1", has_files),
        ("FileDigests", "4.6.0-1", has_files && !is_md5),
        ("PayloadIsBzip2", "3.0.5-1", codec == Codec::Bzip2),
        ("PayloadIsLzma", "4.4.6-1", codec == Codec::Lzma),
        ("PayloadIsXz", "5.2-1", codec == Codec::Xz),
        ("PayloadIsZstd", "5.4.18-1", codec == Codec::Zstd),
        ("LargeFiles", "4.12.0-1", layout.is_large),
        ("PartialHardlinkSets", "4.0.4-1", layout.has_links()),
        ("FileCaps", "4.6.1-1", layout.files.iter().any(|file| !file.entry.capabilities.is_empty())),
        ("TildeInVersions", "4.10.0-1", versions('~')),
        ("CaretInVersions", "4.15.0-1", versions('^')),
        ("RichDependencies", "4.12.0-1", dependencies.iter().any(|one| one.name.starts_with('('))),
        ("ScriptletInterpreterArgs", "4.0.3-1", interpreters().any(|words| words.len() > 1)),
        (
            "BuiltinLuaScripts",
            "4.2.2-1",
            interpreters().any(|words| words.first().is_some_and(|word| word == LUA)),
        ),
        ("ScriptletExpansion", "4.9.0-1", recipe.scripts.iter().any(|script| script.flags & 1 != 0)),
    ]
}
