//! What is told of a package as a whole.
//!
//! Invariant: a field counts unless it is known to be another one in each build. One that this hook has never heard of is
//! compared as well.

use crate::codes::Code;
use crate::difference::{Difference, Differences};
use crate::header::Header;
use crate::release::Release;
use crate::sides::Sides;
use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::Rpm;
use skink_sdk::packages::Format;

/// Of RPMs: what another build of the same has otherwise, and `optflags`, which show in the files.
const NOT_OF_RPMS: [&str; 7] =
    ["release", "buildtime", "buildhost", "size", "longsize", "cookie", "optflags"];

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
            Format::Rpm => of_rpm(sides, name, old, new, is_converted),
            Format::Deb => of_deb(sides, name, old, new),
        };
        if let Some(difference) = difference {
            found.add(difference.field(name));
        }
    }
    found_release(sides, found);
}

fn of_rpm(
    sides: Sides<'_>,
    name: &str,
    old: &[String],
    new: &[String],
    is_converted: bool,
) -> Option<Difference> {
    let same = match name {
        _ if NOT_OF_RPMS.contains(&name) => true,
        "sourcerpm" => sources(old) == sources(new),
        "description" if is_converted => {
            let of = |texts: &[String], side: &Header| -> Vec<String> {
                texts.iter().map(|text| side.release.everywhere(text)).collect()
            };
            of(old, sides.old) == of(new, sides.new)
        }
        _ => old == new,
    };
    if same { None } else { Some(differing(Code::FieldDiffers, name, old, new)) }
}

/// Name and version of a source package, whose release is not that of each package made of it.
fn sources(names: &[String]) -> Vec<(&str, &str, &str)> {
    let parts = names.iter().map(|name| match Rpm::parse(name) {
        Some(rpm) => (rpm.name, rpm.version, rpm.arch),
        None => (name.as_str(), "", ""),
    });
    parts.collect()
}

fn of_deb(sides: Sides<'_>, name: &str, old: &[String], new: &[String]) -> Option<Difference> {
    if NOT_OF_DEBS.contains(&name) {
        return None;
    }
    if name == "version" {
        // The revision is what rpm calls release.
        let same = sides.old.release.version == sides.new.release.version;
        return (!same).then(|| differing(Code::FieldDiffers, name, old, new));
    }
    let trimmed = |text: &String, side: &Header| -> Vec<String> {
        text.split('\n').map(|line| side.release.line(line).into_owned()).collect()
    };
    let of = |texts: &[String], side| -> Vec<Vec<String>> {
        texts.iter().map(|text| trimmed(text, side)).collect()
    };
    if of(old, sides.old) == of(new, sides.new) {
        return None;
    }
    if RELATIONS.contains(&name) {
        return Some(relation(sides, name, old, new));
    }
    Some(differing(Code::FieldDiffers, name, old, new))
}

/// The first relation that only one of the packages has.
fn relation(sides: Sides<'_>, name: &str, old: &[String], new: &[String]) -> Difference {
    let parts = |texts: &[String]| -> Vec<String> {
        texts.iter().flat_map(|text| text.split(',')).map(|part| part.trim().into()).collect()
    };
    let (old_parts, new_parts) = (parts(old), parts(new));
    let trimmed = |parts: &[String], side: &Header| -> BTreeSet<String> {
        parts.iter().map(|part| side.release.line(part).into_owned()).collect()
    };
    let (olds, news) = (trimmed(&old_parts, sides.old), trimmed(&new_parts, sides.new));
    let gone = old_parts.iter().find(|part| !news.contains(&*sides.old.release.line(part)));
    let come = new_parts.iter().find(|part| !olds.contains(&*sides.new.release.line(part)));
    let difference = Difference::new(Code::DependenciesDiffer, name);
    if gone.is_none() && come.is_none() {
        return difference.values(old.first().map(String::as_str), new.first().map(String::as_str));
    }
    difference.values(gone.map(String::as_str), come.map(String::as_str))
}

/// The first value in which two lists differ, and of a text its first line.
fn differing(code: Code, name: &str, old: &[String], new: &[String]) -> Difference {
    let longest = old.len().max(new.len());
    let place = (0..longest).find(|place| old.get(*place) != new.get(*place)).unwrap_or_default();
    let (old, new) = (old.get(place).map(String::as_str), new.get(place).map(String::as_str));
    let difference = Difference::new(code, name);
    let (Some(a), Some(b)) = (old, new) else { return difference.values(old, new) };
    let line = crate::text::first_difference((a, |line| line.into()), (b, |line| line.into()));
    match line.filter(|_| a.contains('\n') || b.contains('\n')) {
        Some(line) => difference.part(format!("line {}", line.number)).values(line.old, line.new),
        None => difference.values(old, new),
    }
}

/// All packages of a kernel have the same release, but for the number that counts the builds.
fn found_release(sides: Sides<'_>, found: &mut Differences) {
    let (old, new) = (&sides.old.release, &sides.new.release);
    let start = |release: &Release| release.long().rsplit_once('.').map(|(start, _)| start.to_owned());
    if new.name.starts_with("kernel-") && start(old) != start(new) {
        let difference = Difference::new(Code::FieldDiffers, "release").field("release");
        found.add(difference.values(Some(old.long()), Some(new.long())));
    }
}

#[cfg(test)]
mod tests;
