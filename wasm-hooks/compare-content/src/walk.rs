//! From a file down to the first difference: through what compressed it, the archives in it, and their members.
//!
//! A small file may unpack to any size, and an archive may hold itself. Invariant: a comparison unpacks at most [`TOTAL`] bytes,
//! has at most [`LIVE`] of them at a time, and goes at most [`DEPTH`] steps down; what is beyond is compared as it is.

mod members;

use crate::kind::{self, Kind, Way};
use crate::{Difference, Host, Side, elf, excerpt, ignore, normalise};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Bytes that are unpacked in all.
const TOTAL: u64 = 1 << 30;
/// Bytes that are held and not yet given back: together with the contents themselves, in the memory that a hook has where nobody
/// says otherwise.
const LIVE: u64 = 128 << 20;
/// What is unpacked at once.
const ONCE: u64 = 64 << 20;
/// Archives in archives, and what compressed them.
const DEPTH: usize = 12;

/// A comparison under way.
pub(crate) struct Walk<'h, H> {
    host: &'h H,
    max: usize,
    total: u64,
    live: u64,
    found: Vec<Difference>,
}

/// Which content it is.
struct Place {
    /// For people.
    path: Vec<String>,
    /// The same for patterns.
    name: String,
    depth: usize,
}

impl Place {
    fn member(&self, name: &[u8]) -> Self {
        let mut path = self.path.clone();
        path.push(excerpt::name(name));
        let name = format!("{}/{}", self.name, String::from_utf8_lossy(name));
        Self { path, name, depth: self.depth + 1 }
    }

    fn unpacked(&self) -> Self {
        let name = kind::unpacked_name(&self.name);
        Self { path: self.path.clone(), name, depth: self.depth + 1 }
    }
}

impl<'h, H: Host> Walk<'h, H> {
    pub(crate) fn new(host: &'h H, max: usize) -> Self {
        Self::within(host, max, TOTAL)
    }

    /// The same with another bound.
    pub(crate) fn within(host: &'h H, max: usize, total: u64) -> Self {
        Self { host, max: max.max(1), total, live: LIVE, found: Vec::new() }
    }

    /// All differences of a file.
    pub(crate) fn whole(mut self, path: &str, old: Side<'_>, new: Side<'_>) -> Vec<Difference> {
        let place = Place { path: [excerpt::printable(path)].into(), name: path.to_owned(), depth: 0 };
        self.content(&place, old, new);
        self.found
    }

    fn content(&mut self, place: &Place, old: Side<'_>, new: Side<'_>) {
        let is_program = normalise::is_program(old.bytes) || normalise::is_program(new.bytes);
        if old.bytes == new.bytes || ignore::is_ignored(&place.name) && !is_program {
            return;
        }
        let kind = Kind::of(&place.name, old.bytes);
        if kind != Kind::of(&place.name, new.bytes) {
            return self.bytes(place, old.bytes, new.bytes, None);
        }
        if place.depth >= DEPTH && !matches!(kind, Kind::Elf | Kind::Plain) {
            let why = format!("not opened: it is more than {DEPTH} steps down");
            return self.bytes(place, old.bytes, new.bytes, Some(&why));
        }
        let opened = match kind {
            Kind::Compressed(way) => self.compressed(way, place, old, new),
            Kind::Ar | Kind::Cpio | Kind::Tar | Kind::Zip => self.archive(kind, place, old, new),
            Kind::Elf => self.elf(place, old.bytes, new.bytes),
            Kind::Rpm => Err("packages in packages are not opened".to_owned()),
            Kind::Squashfs => Err("squashfs is not opened".to_owned()),
            Kind::Plain => {
                self.plain(place, old, new);
                Ok(())
            }
        };
        if let Err(why) = opened {
            self.bytes(place, old.bytes, new.bytes, Some(&format!("not opened: {why}")));
        }
    }

    /// What is left once that is left out what the build wrote.
    fn plain(&mut self, place: &Place, old: Side<'_>, new: Side<'_>) {
        if !normalise::is_known(&place.name) {
            return self.bytes(place, old.bytes, new.bytes, None);
        }
        // Both anew, and one of them once more on the way.
        if (old.bytes.len() as u64 + new.bytes.len() as u64) * 3 / 2 > self.live {
            let why = "it is too large to leave out times and the like";
            return self.bytes(place, old.bytes, new.bytes, Some(why));
        }
        let texts = [old, new].map(|side| normalise::normalised(&place.name, side.bytes, side.release));
        match &texts {
            [Some(old), Some(new)] => {
                self.bytes(place, old, new, Some("times and the like are left out of the comparison"));
            }
            [None, _] | [_, None] => self.bytes(place, old.bytes, new.bytes, None),
        }
    }

    fn bytes(&mut self, place: &Place, old: &[u8], new: &[u8], note: Option<&str>) {
        let Some(first) = excerpt::first(old, new) else { return };
        let what = match (first.is_text, first.old == first.new) {
            // The line is the same, and its end is not.
            (true, true) => "the texts differ in the end of the line",
            (true, false) => "the texts differ",
            (false, _) => "the bytes differ",
        };
        let why = note.map_or_else(|| what.to_owned(), |note| format!("{what}; {note}"));
        self.tell(place, Some(first.part), first.old, first.new, why);
    }

    fn tell(
        &mut self,
        place: &Place,
        part: Option<String>,
        old: Option<String>,
        new: Option<String>,
        why: String,
    ) {
        if !self.is_full() {
            // A host may say anything.
            let why = excerpt::printable(&why);
            self.found.push(Difference { path: place.path.clone(), part, old, new, why });
        }
    }

    fn is_full(&self) -> bool {
        self.found.len() >= self.max
    }

    fn elf(&mut self, place: &Place, old: &[u8], new: &[u8]) -> Result<(), String> {
        let [Some(theirs), Some(ours)] = [self.host.elf(old)?, self.host.elf(new)?] else {
            return Err("it is no program".to_owned());
        };
        if let Some(found) = elf::first(&place.name, (old, &theirs), (new, &ours))? {
            self.tell(place, Some(found.part), found.old, found.new, found.why);
        }
        Ok(())
    }

    fn compressed(&mut self, way: Way, place: &Place, old: Side<'_>, new: Side<'_>) -> Result<(), String> {
        if way.form(old.bytes) != way.form(new.bytes) {
            return Err("it is compressed in two forms, and not every reader knows both".to_owned());
        }
        let live = self.live;
        let unpacked = self.unpack(old.bytes).and_then(|old| Ok((old, self.unpack(new.bytes)?)));
        if let Ok((theirs, ours)) = &unpacked {
            self.content(&place.unpacked(), Side { bytes: theirs, ..old }, Side { bytes: ours, ..new });
        }
        self.live = live;
        unpacked.map(|_| ())
    }

    fn unpack(&mut self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let most = self.total.min(self.live).min(ONCE);
        let unpacked = self.host.decompress(bytes, most);
        // What failed may have cost all that it was given.
        let cost = unpacked.as_ref().map_or(most, |bytes| bytes.as_ref().map_or(0, |b| b.len() as u64));
        self.total = self.total.saturating_sub(cost);
        let unpacked = unpacked?.ok_or("it is compressed in no way that is known")?;
        self.live = self.live.saturating_sub(cost);
        Ok(unpacked)
    }
}
