//! Contents of the files that both packages have.
//!
//! rpm does not install a file whose digest is not that of the header, so files with the same digest are the same, unless
//! two files of one digest can be made. The sums of a deb bind nobody. Where digests say nothing the host computes those of what
//! is really in the package. Only what differs is fetched, all of it at once where it is not too much.

use crate::codes::Code;
use crate::difference::{Difference, Differences};
use crate::files::Both;
use crate::host::{Packed, SdkHost};
use crate::plan::{Links, plan};
use crate::settings::Settings;
use crate::sides::Sides;
use crate::sources;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_compare_content as content;
use skink_sdk::Failure;
use skink_sdk::packages::{Format, Package, PackagedFile};

/// Algorithms of digests, by rpm's numbers for them, of which nobody can make two files with the same one: those of SHA-2.
const BINDING: [&str; 4] = ["8", "9", "10", "11"];

/// One side's open package, and which of its files are one.
pub(crate) struct Opened<'a> {
    pub(crate) package: &'a Package,
    pub(crate) links: Links<'a>,
}

/// What the comparison of contents needs.
pub(crate) struct Contents<'a> {
    pub(crate) old: Opened<'a>,
    pub(crate) new: Opened<'a>,
    pub(crate) sides: Sides<'a>,
    pub(crate) settings: &'a Settings,
}

impl<'a> Contents<'a> {
    /// # Errors
    /// A package does not hold together.
    pub(crate) fn compare(
        &self,
        files: &[Both<'a>],
        found: &mut Differences,
        is_over: &dyn Fn(&Differences) -> bool,
    ) -> Result<(), Failure> {
        let counts = |both: &&Both<'a>| !self.settings.ignores(both.new.path);
        let mut other: Vec<&Both<'a>> =
            files.iter().filter(counts).filter(|both| !self.has_same_digest(both)).collect();
        if !self.is_bound_by_digests() && !other.is_empty() {
            other = self.really_other(other)?;
        }
        let size = |both: &&Both<'_>| both.old.size.saturating_add(both.new.size);
        let sizes: Vec<u64> = other.iter().map(size).collect();
        let plan = plan(&sizes);
        for place in plan.large {
            let Some(both) = other.get(place) else { continue };
            found.add(self.large(both));
        }
        for batch in plan.batches {
            if is_over(found) {
                return Ok(());
            }
            let batch: Vec<&Both<'a>> = batch.iter().filter_map(|place| other.get(*place).copied()).collect();
            self.batch(&batch, found, is_over)?;
        }
        Ok(())
    }

    fn is_bound_by_digests(&self) -> bool {
        are_bound(self.sides)
    }

    fn has_same_digest(&self, both: &Both<'_>) -> bool {
        let Both { old, new } = both;
        self.is_bound_by_digests() && !old.digest.is_empty() && old.digest == new.digest
    }

    /// Those whose contents differ, by what the host computes of them.
    fn really_other<'f>(&self, files: Vec<&'f Both<'a>>) -> Result<Vec<&'f Both<'a>>, Failure> {
        let old = self.old.fetch(files.iter().map(|both| both.old), Package::sha256)?;
        let new = self.new.fetch(files.iter().map(|both| both.new), Package::sha256)?;
        let is_there = |digest: &String| !digest.is_empty();
        let same = |both: &&Both<'a>| {
            let old = self.old.links.find(both.old, &old, is_there);
            old.is_some() && old == self.new.links.find(both.new, &new, is_there)
        };
        Ok(files.into_iter().filter(|both| !same(both)).collect())
    }

    fn large(&self, both: &Both<'_>) -> Difference {
        let what = format!("{} differs, and is too large to look into", both.new.path);
        Difference::new(self.code(), &what).file(both.new.path)
    }

    fn code(&self) -> Code {
        if self.sides.new.is_source { Code::SourceDiffers } else { Code::FileDiffers }
    }

    fn batch(
        &self,
        batch: &[&Both<'a>],
        found: &mut Differences,
        is_over: &dyn Fn(&Differences) -> bool,
    ) -> Result<(), Failure> {
        let whole = |package: &Package, places: &[u32]| package.contents(places, u64::MAX);
        let old = self.old.fetch(batch.iter().map(|both| both.old), whole)?;
        let new = self.new.fetch(batch.iter().map(|both| both.new), whole)?;
        for both in batch {
            if is_over(found) {
                return Ok(());
            }
            let bytes = (self.old.content(&old, both.old), self.new.content(&new, both.new));
            let (Some(old), Some(new)) = bytes else {
                let what = format!("{} has no content in one of the packages", both.new.path);
                found.add(Difference::new(Code::Unreadable, &what).file(both.new.path));
                continue;
            };
            self.one(both, old, new, found);
        }
        Ok(())
    }

    fn one(&self, both: &Both<'a>, old: &[u8], new: &[u8], found: &mut Differences) {
        if old == new {
            return;
        }
        let path = both.new.path;
        let files = [self.old.packed(both.old, old), self.new.packed(both.new, new)];
        let [old_release, new_release] = [self.sides.old, self.sides.new].map(|header| header.release.told());
        let old = content::Side { bytes: old, release: old_release };
        let new = content::Side { bytes: new, release: new_release };
        if self.sides.new.is_source {
            return sources::compare(path, old, new, found);
        }
        for difference in content::compare(&SdkHost(&files), path, old, new, found.room().max(1)) {
            found.add(told(self.code(), difference));
        }
    }
}

/// Whether the digests of both headers are of one kind, and hold for what is installed. Where no algorithm is told it is MD5.
fn are_bound(Sides { old, new }: Sides<'_>) -> bool {
    let is_rpm = old.format == Format::Rpm && new.format == Format::Rpm;
    let (old, new) = (old.field("filedigestalgo"), new.field("filedigestalgo"));
    is_rpm && old == new && matches!(new.as_slice(), [one] if BINDING.contains(one))
}

/// A difference of a content as one of the build.
pub(crate) fn told(code: Code, difference: content::Difference) -> Difference {
    let content::Difference { path, part, old, new, why } = difference;
    let mut what = path.join(" » ");
    for more in part.iter().chain([&why]).filter(|more| !more.is_empty()) {
        what.push_str(": ");
        what.push_str(more);
    }
    let told = Difference::new(code, &what).values(old.as_deref(), new.as_deref());
    Difference { path, part, ..told }
}

impl<'a> Opened<'a> {
    /// Something of these files and all links of them, in one pass, by their places.
    fn fetch<'f, T>(
        &self,
        files: impl Iterator<Item = &'f PackagedFile<'a>>,
        fetch: impl Fn(&Package, &[u32]) -> Result<Vec<T>, Failure>,
    ) -> Result<BTreeMap<u32, T>, Failure>
    where
        'a: 'f,
    {
        let places: BTreeSet<u32> = files.flat_map(|file| self.links.places(file).iter().copied()).collect();
        let places: Vec<u32> = places.into_iter().collect();
        let fetched = fetch(self.package, &places)?;
        Ok(places.into_iter().zip(fetched).collect())
    }

    fn packed<'f>(&'f self, file: &PackagedFile<'a>, bytes: &'f [u8]) -> Packed<'f> {
        Packed { bytes, package: self.package, places: self.links.places(file) }
    }

    /// The content of a file, which any of its links may have.
    fn content<'c>(
        &self,
        all: &'c BTreeMap<u32, Option<Vec<u8>>>,
        file: &PackagedFile<'a>,
    ) -> Option<&'c [u8]> {
        self.links.find(file, all, Option::is_some).and_then(Option::as_deref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::made::header;

    #[test]
    fn digests_that_hold() {
        const RPM: Format = Format::Rpm;
        const DEB: Format = Format::Deb;
        let rows = [
            ((RPM, Some("8")), (RPM, Some("8")), true),
            ((RPM, Some("10")), (RPM, Some("10")), true),
            ((RPM, Some("8")), (RPM, Some("10")), false),
            // MD5, and SHA-1.
            ((RPM, Some("1")), (RPM, Some("1")), false),
            ((RPM, Some("2")), (RPM, Some("2")), false),
            ((RPM, None), (RPM, None), false),
            ((RPM, Some("")), (RPM, Some("")), false),
            ((DEB, Some("8")), (DEB, Some("8")), false),
            ((RPM, Some("8")), (DEB, Some("8")), false),
        ];
        for (old, new, want) in rows {
            let [old_header, new_header] = [old, new].map(|(format, algorithm)| {
                let fields: Vec<_> = algorithm.into_iter().map(|value| ("filedigestalgo", value)).collect();
                header(format, &fields)
            });
            let sides = Sides { old: &old_header, new: &new_header };
            assert_eq!(are_bound(sides), want, "{old:?} {new:?}");
        }
    }
}
