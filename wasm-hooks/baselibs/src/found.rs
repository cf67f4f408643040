//! Dependencies that rpm found of files, and whether it would find them again where the files lie now.
//!
//! The header tells for each file at which places its dependencies stand. rpm writes that down before it adds some of its own to the
//! list, and these move what stands behind them: so the places are looked at twice. Most dependencies come from what is in a file. Some
//! come from where it lies, by folders of the architecture that the original was built on, which is the one the new package is made on.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use skink_sdk::packages::{Dependency, DependencyKind, PackagedFile};

/// `RPMSENSE_EQUAL`, `…FIND_REQUIRES` and `…FIND_PROVIDES`.
const EQUAL: u32 = 1 << 3;
const FIND_REQUIRES: u32 = 1 << 14;
const FIND_PROVIDES: u32 = 1 << 15;

/// What rpm may have added to the list when the places were written down: the less likely, the later.
const LATE: [&[&str]; 3] = [
    &["RichDependencies)", "TildeInVersions)", "CaretInVersions)"],
    &[
        "RichDependencies)",
        "TildeInVersions)",
        "CaretInVersions)",
        "PayloadIs",
        "ScriptletInterpreterArgs)",
        "BuiltinLuaScripts)",
    ],
    &[""],
];

/// What provides debug information by build id, and where that lies.
const DEBUG: &str = "debuginfo(build-id)";
const DEBUG_FOLDER: &str = "/usr/lib/debug/.build-id/";

/// A file that is kept, and its path in the new package.
pub(crate) type Kept<'r, 'a> = (&'r str, &'r PackagedFile<'a>);

/// The dependencies of the files that are kept, of all that the original has, each once. `rows` are all of its files.
pub(crate) fn of_files(
    all: &[Dependency],
    rows: &[PackagedFile<'_>],
    kept: &[Kept<'_, '_>],
    architecture: &str,
) -> Vec<Dependency> {
    let kinds = [(DependencyKind::Requires, FIND_REQUIRES), (DependencyKind::Provides, FIND_PROVIDES)];
    let places = kinds.map(|(kind, found)| Places::of(kind, found, all, rows));
    // Many files may need one thing with a long name: so places are counted, with the name that it has now if it has another.
    let mut own: BTreeSet<(usize, Option<String>)> = BTreeSet::new();
    for (path, row) in kept {
        for place in row.dependencies.iter().map(|place| *place as usize) {
            match places.iter().find_map(|places| places.of_place(place)) {
                None => own.extend(moved(all, place, (row.path, path), architecture)),
                Some(Named::One(place)) => own.extend(moved(all, place, (row.path, path), architecture)),
                Some(Named::Nobody) => {}
            }
        }
    }
    for places in places.iter().filter(|places| places.then.is_none()) {
        let is_named =
            |(_, row): &Kept<'_, '_>| row.dependencies.iter().any(|place| places.has(*place as usize));
        if kept.iter().any(is_named) {
            own.extend(places.found.iter().map(|place| (*place, None)));
        }
    }
    let named = |(place, name): (usize, Option<String>)| {
        let one = all.get(place)?;
        Some(Dependency { name: name.unwrap_or_else(|| one.name.clone()), ..one.clone() })
    };
    let mut own: Vec<Dependency> = own.into_iter().filter_map(named).collect();
    if all.iter().any(|one| one.name == DEBUG) {
        own.extend(kept.iter().filter_map(|(path, _)| debug(path)));
    }
    own
}

/// The dependencies of one kind, as files name them.
struct Places {
    /// Where those of the kind stand among all.
    own: Range<usize>,
    /// Where those stand that were in the list when the places were written down; none where nobody knows.
    then: Option<Vec<usize>>,
    /// Where those stand that rpm found.
    found: Vec<usize>,
}

/// What a place names.
enum Named {
    One(usize),
    /// Nobody knows.
    Nobody,
}

impl Places {
    fn of(kind: DependencyKind, flag: u32, all: &[Dependency], rows: &[PackagedFile<'_>]) -> Self {
        let start = all.iter().position(|one| one.kind == kind).unwrap_or(all.len());
        let count = all.iter().filter(|one| one.kind == kind).count();
        let own = start..start.saturating_add(count);
        let is_found = |place: &usize| all.get(*place).is_some_and(|one| one.flags & flag != 0);
        let found: Vec<usize> = own.clone().filter(is_found).collect();
        let named = rows.iter().flat_map(|row| row.dependencies).map(|place| *place as usize);
        let named: BTreeSet<usize> =
            named.filter(|place| own.contains(place)).map(|place| place - start).collect();
        let lists = core::iter::once(own.clone().collect())
            .chain(LATE.iter().map(|late| without(all, own.clone(), late)));
        let fits = |list: &Vec<usize>| {
            let told: Option<BTreeSet<usize>> = named.iter().map(|place| list.get(*place).copied()).collect();
            told.is_some_and(|told| told.iter().eq(found.iter()))
        };
        // Where nothing tells what rpm found, the places are all there is.
        let then = if found.is_empty() { Some(own.clone().collect()) } else { lists.into_iter().find(fits) };
        Self { own, then, found }
    }

    fn has(&self, place: usize) -> bool {
        self.own.contains(&place)
    }

    /// What a file names by a place; none where that is of another kind.
    fn of_place(&self, place: usize) -> Option<Named> {
        let within = place.checked_sub(self.own.start).filter(|_| self.has(place))?;
        Some(
            self.then
                .as_ref()
                .and_then(|then| then.get(within))
                .map_or(Named::Nobody, |place| Named::One(*place)),
        )
    }
}

/// Where dependencies stand, but for those that rpm may have added late.
fn without(all: &[Dependency], own: Range<usize>, late: &[&str]) -> Vec<usize> {
    let is_late = |place: &usize| {
        let feature = all.get(*place).and_then(|one| one.name.strip_prefix("rpmlib("));
        feature.is_some_and(|feature| late.iter().any(|late| feature.starts_with(late)))
    };
    own.filter(|place| !is_late(place)).collect()
}

/// A dependency of a file where the file lies now, if it is still one; with the name that it has there, if that is another one.
fn moved(
    all: &[Dependency],
    place: usize,
    (old, new): (&str, &str),
    architecture: &str,
) -> Option<(usize, Option<String>)> {
    let one = all.get(place)?;
    let name = one.name.as_str();
    let is = |kind: &str| name.strip_prefix(kind).is_some_and(|rest| rest.starts_with('('));
    let lies = |folder: &str| new.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let stays = if old.ends_with(".pc") {
        is_pkgconfig(new, architecture)
    } else if is("application") || is("mimehandler") {
        lies("/usr/share/applications")
    } else if is("metainfo") {
        lies("/usr/share/metainfo") || lies("/usr/share/appdata")
    } else if name == "python(abi)" {
        lies("/usr/lib") || lies("/usr/lib64") || lies("/usr/bin")
    } else {
        name != DEBUG
    };
    let is_own = one.kind == DependencyKind::Provides && pkgconfig(old).is_some_and(|own| own == name);
    let renamed = pkgconfig(new).filter(|new| is_own && new != name);
    stays.then_some((place, renamed))
}

/// What a file for pkg-config provides.
fn pkgconfig(path: &str) -> Option<String> {
    let stem = path.rsplit('/').next()?.strip_suffix(".pc")?;
    Some(format!("pkgconfig({stem})"))
}

fn is_pkgconfig(path: &str, architecture: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_there =
        folder == "/usr/share/pkgconfig" || folder == format!("{}/pkgconfig", libraries(architecture));
    is_there && path.ends_with(".pc")
}

/// The build id of debug information that lies where it is looked for.
fn debug(path: &str) -> Option<Dependency> {
    let (folder, name) = path.strip_prefix(DEBUG_FOLDER)?.strip_suffix(".debug")?.split_once('/')?;
    let version = format!("{folder}{name}");
    let is_id = version.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let (kind, flags) = (DependencyKind::Provides, EQUAL | FIND_PROVIDES);
    is_id.then(|| Dependency { kind, name: DEBUG.into(), flags, version })
}

/// Where an architecture has its libraries: `%_libdir` of rpm.
fn libraries(architecture: &str) -> &'static str {
    match architecture {
        "aarch64" | "loongarch64" | "mips64" | "mips64el" | "ppc64" | "ppc64le" | "ppc64p7" | "riscv64"
        | "s390x" | "sparc64" | "sparc64v" | "x86_64" | "x86_64_v2" | "x86_64_v3" | "x86_64_v4" => {
            "/usr/lib64"
        }
        "aarch64_ilp32" => "/usr/libilp32",
        _ => "/usr/lib",
    }
}

#[cfg(test)]
mod tests;
