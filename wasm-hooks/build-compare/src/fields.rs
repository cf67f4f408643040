//! What is told of a package as a whole.
//!
//! Invariant: a field counts unless it is known to be another one in each build. One that this hook has never heard of is
//! compared as well, and one that is no UTF-8 is taken for another one.

use crate::codes::Code;
use crate::difference::{Difference, Differences};
use crate::header::Header;
use crate::release::Release;
use crate::sides::Sides;
use crate::text::{Line, are_unclear, first_difference};
use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::Rpm;
use skink_sdk::packages::Format;

/// Of RPMs: what another build of the same has otherwise, and `optflags`, which show in the files.
const NOT_OF_RPMS: [&str; 8] =
    ["release", "buildtime", "buildhost", "packager", "size", "longsize", "cookie", "optflags"];

/// Of debs.
const NOT_OF_DEBS: [&str; 3] = ["installed-size", "date", "build-date"];

/// Fields of debs that say what a package depends on.
const RELATIONS: [&str; 9] = [
    "depends",
    "pre-depends",
    "recommends",
    "suggests",
    "enhances",
    "breaks",
    "conflicts",
    "replaces",
    "provides",
];

/// Compares all fields. Of a package that was made out of another, texts may name that one's release.
pub(crate) fn compare(sides: Sides<'_>, is_converted: bool, found: &mut Differences) {
    let fields = sides.old.fields.iter().chain(&sides.new.fields);
    let names: BTreeSet<String> = fields.map(|field| field.name.to_ascii_lowercase()).collect();
    for name in &names {
        let (old, new) = (sides.old.field(name), sides.new.field(name));
        let difference = match sides.new.format {
            Format::Rpm => of_rpm(sides, name, &old, &new, is_converted),
            Format::Deb => of_deb(sides, name, &old, &new),
        };
        if let Some(difference) = difference.or_else(|| unclear(sides, name, &old, &new)) {
            found.add(difference.field(name));
        }
    }
    kernel_release(sides, found);
}

/// A field that counts, and of which nobody can tell whether it is the same.
fn unclear(sides: Sides<'_>, name: &str, old: &[&str], new: &[&str]) -> Option<Difference> {
    let is_of_build = match sides.new.format {
        Format::Rpm => NOT_OF_RPMS.contains(&name),
        Format::Deb => NOT_OF_DEBS.contains(&name),
    };
    let texts = old.iter().chain(new).copied().chain([name]);
    if is_of_build || !are_unclear(texts) {
        return None;
    }
    let code = match sides.new.format {
        Format::Deb if RELATIONS.contains(&name) => Code::DependenciesDiffer,
        Format::Rpm | Format::Deb => Code::FieldDiffers,
    };
    Some(Difference::unclear(code, name))
}

fn of_rpm(
    sides: Sides<'_>,
    name: &str,
    old: &[&str],
    new: &[&str],
    is_converted: bool,
) -> Option<Difference> {
    let same = match name {
        _ if NOT_OF_RPMS.contains(&name) => true,
        "sourcerpm" => sources(old) == sources(new),
        "description" if is_converted => {
            let of = |texts: &[&str], side: &Header| -> Vec<String> {
                texts.iter().map(|text| side.release.everywhere(text)).collect()
            };
            of(old, sides.old) == of(new, sides.new)
        }
        _ => old == new,
    };
    if same { None } else { Some(differing(Code::FieldDiffers, name, old, new)) }
}

/// Name and version of a source package, whose release is not that of each package made of it.
fn sources<'n>(names: &[&'n str]) -> Vec<(&'n str, &'n str, &'n str)> {
    let parts = names.iter().map(|name| match Rpm::parse(name) {
        Some(rpm) => (rpm.name, rpm.version, rpm.arch),
        None => (*name, "", ""),
    });
    parts.collect()
}

fn of_deb(sides: Sides<'_>, name: &str, old: &[&str], new: &[&str]) -> Option<Difference> {
    if NOT_OF_DEBS.contains(&name) {
        return None;
    }
    if name == "version" {
        // The revision is what rpm calls release.
        let same = sides.old.release.version == sides.new.release.version;
        return (!same).then(|| differing(Code::FieldDiffers, name, old, new));
    }
    let mut pairs = old.iter().zip(new);
    let other = pairs.find_map(|(old, new)| sides.first_difference(old, new).map(|line| (line, old, new)));
    match other {
        None if old.len() == new.len() => None,
        _ if RELATIONS.contains(&name) => Some(relation(sides, name, old, new)),
        Some((line, old, new)) => Some(in_line(Difference::new(Code::FieldDiffers, name), line, old, new)),
        None => Some(differing(Code::FieldDiffers, name, old, new)),
    }
}

/// The first relation that only one of the packages has.
fn relation(sides: Sides<'_>, name: &str, old: &[&str], new: &[&str]) -> Difference {
    let (olds, news) = (relations(old, sides.old), relations(new, sides.new));
    let gone = olds.iter().find(|(key, _)| !news.contains_key(*key)).map(|(_, part)| *part);
    let come = news.iter().find(|(key, _)| !olds.contains_key(*key)).map(|(_, part)| *part);
    let difference = Difference::new(Code::DependenciesDiffer, name);
    if gone.is_none() && come.is_none() {
        return difference.values(old.first().copied(), new.first().copied());
    }
    difference.values(gone, come)
}

/// The relations of a field, by what is compared of them.
fn relations<'t>(texts: &[&'t str], header: &Header) -> BTreeMap<String, &'t str> {
    let parts = texts.iter().flat_map(|text| text.split(',')).map(str::trim);
    parts.map(|part| (header.release.line(part).into_owned(), part)).collect()
}

/// The first value in which two lists differ, and of a text its first line.
fn differing(code: Code, name: &str, old: &[&str], new: &[&str]) -> Difference {
    let longest = old.len().max(new.len());
    let place = (0..longest).find(|place| old.get(*place) != new.get(*place)).unwrap_or_default();
    let (old, new) = (old.get(place).copied(), new.get(place).copied());
    let difference = Difference::new(code, name);
    let (Some(a), Some(b)) = (old, new) else { return difference.values(old, new) };
    match first_difference((a, |line| line.into()), (b, |line| line.into())) {
        Some(line) => in_line(difference, line, a, b),
        None => difference.values(old, new),
    }
}

/// Tells of a text of several lines which one it is.
fn in_line(difference: Difference, line: Line<'_>, old: &str, new: &str) -> Difference {
    if old.contains('\n') || new.contains('\n') {
        return difference.part(format!("line {}", line.number)).values(line.old, line.new);
    }
    difference.values(Some(old), Some(new))
}

/// All packages of a kernel have the same release, but for the number that counts the builds.
fn kernel_release(sides: Sides<'_>, found: &mut Differences) {
    let (old, new) = (&sides.old.release, &sides.new.release);
    let start = |release: &Release| release.long().rsplit_once('.').map(|(start, _)| start.to_owned());
    if new.name.starts_with("kernel-") && start(old) != start(new) {
        let difference = Difference::new(Code::FieldDiffers, "release").field("release");
        found.add(difference.values(Some(old.long()), Some(new.long())));
    }
}

#[cfg(test)]
mod tests;
