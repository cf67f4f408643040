//! Which contents are fetched together, and which are too large for that.
//!
//! Invariant: what is held at one time, of both sides, is bounded, whatever sizes the packages claim; and so is what a package
//! takes in all. What is beyond differs by its digest alone.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use skink_sdk::packages::{Format, PackagedFile};

/// The most bytes of both sides that are held at one time. Unpacking them takes more.
pub(crate) const AT_ONCE: u64 = 64 << 20;

/// The most bytes of both sides that are looked into of one package.
pub(crate) const OF_PACKAGE: u64 = 1 << 30;

/// What is fetched together, and what is too large; both by places in the list of candidates.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) batches: Vec<Vec<usize>>,
    pub(crate) large: Vec<usize>,
}

/// Plans for candidates of these sizes, of both sides together, in their order.
pub(crate) fn plan(sizes: &[u64]) -> Plan {
    let mut plan = Plan::default();
    let (mut batch, mut held, mut whole) = (Vec::new(), 0_u64, 0_u64);
    for (place, size) in sizes.iter().enumerate() {
        let after = whole.saturating_add(*size);
        if *size > AT_ONCE || after > OF_PACKAGE {
            plan.large.push(place);
            continue;
        }
        whole = after;
        if held.saturating_add(*size) > AT_ONCE {
            plan.batches.push(core::mem::take(&mut batch));
            held = 0;
        }
        held = held.saturating_add(*size);
        batch.push(place);
    }
    if !batch.is_empty() {
        plan.batches.push(batch);
    }
    plan
}

/// By what files are known for links of one file. An old RPM may have no inodes, so its digest counts as well.
type Key<'a> = (u64, u64, &'a str);

/// The places of the files that are one file: of several links, any may have the content.
#[derive(Debug)]
pub(crate) struct Links<'a> {
    places: BTreeMap<Key<'a>, Vec<u32>>,
    format: Format,
}

impl<'a> Links<'a> {
    /// Ghosts have no content.
    pub(crate) fn of(files: &[PackagedFile<'a>], format: Format) -> Self {
        let mut places: BTreeMap<Key<'a>, Vec<u32>> = BTreeMap::new();
        for file in files.iter().filter(|file| file.is_file() && !file.is_ghost()) {
            places.entry(key(file, format)).or_default().push(file.place);
        }
        Self { places, format }
    }

    /// All places of one file.
    pub(crate) fn places(&self, file: &PackagedFile<'a>) -> &[u32] {
        self.places.get(&key(file, self.format)).map_or(&[], Vec::as_slice)
    }

    /// What was found at one of the places of a file, at its own rather than at another.
    pub(crate) fn find<'t, T>(
        &self,
        file: &PackagedFile<'a>,
        all: &'t BTreeMap<u32, T>,
        is_there: impl Fn(&T) -> bool,
    ) -> Option<&'t T> {
        let own = core::iter::once(&file.place);
        let mut found = own.chain(self.places(file)).filter_map(|place| all.get(place));
        found.find(|thing| is_there(thing))
    }
}

/// The sums of a deb need not name each link, and its inodes are the host's own.
fn key<'a>(file: &PackagedFile<'a>, format: Format) -> Key<'a> {
    let digest = match format {
        Format::Rpm => file.digest,
        Format::Deb => "",
    };
    (file.inode, file.size, digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fetched_together() {
        const ALL: u64 = AT_ONCE;
        type Row<'a> = (&'a [u64], &'a [&'a [usize]], &'a [usize]);
        let rows: [Row<'_>; 5] = [
            (&[], &[], &[]),
            (&[1, 2, 3], &[&[0, 1, 2]], &[]),
            (&[ALL, 1, ALL - 1, 1], &[&[0], &[1, 2], &[3]], &[]),
            (&[ALL + 1, u64::MAX, 5], &[&[2]], &[0, 1]),
            (&[0], &[&[0]], &[]),
        ];
        for (sizes, batches, large) in rows {
            let plan = plan(sizes);
            assert_eq!(plan.batches, batches, "{sizes:?}");
            assert_eq!(plan.large, large, "{sizes:?}");
        }
    }

    #[test]
    fn a_package_has_a_limit_of_its_own() {
        let most = usize::try_from(OF_PACKAGE / AT_ONCE).unwrap();
        let plan = plan(&[AT_ONCE].repeat(most + 2));
        assert_eq!((plan.batches.len(), plan.large), (most, [most, most + 1].to_vec()));
    }
}
