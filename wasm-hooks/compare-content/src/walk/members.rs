//! Archives, member by member.

use super::{Place, Walk};
use crate::archive::{Archive, Body, MIMETYPE, Member, Packed, Traits, What, ZIP};
use crate::kind::Kind;
use crate::{Host, Release, Side, excerpt};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// The most members of an archive.
const MEMBERS: usize = 100_000;
/// What one takes in lists, with a name that is not long.
const MEMBER: u64 = 256;

impl<H: Host> Walk<'_, H> {
    pub(super) fn archive(
        &mut self,
        kind: Kind,
        place: &Place,
        old: Side<'_>,
        new: Side<'_>,
    ) -> Result<(), String> {
        let live = self.live;
        let theirs = self.list(kind, old.bytes)?;
        let ours = self.list(kind, new.bytes);
        let compared =
            ours.map(|ours| self.lists((place, kind), (&theirs, old.release), (&ours, new.release)));
        self.live = live;
        compared
    }

    fn list<'a>(&mut self, kind: Kind, bytes: &'a [u8]) -> Result<Archive<'a>, String> {
        let most = MEMBERS.min(usize::try_from(self.live / MEMBER).unwrap_or(MEMBERS));
        let archive = Archive::read(kind, bytes, most)?;
        let cost = archive.members.len() as u64 * MEMBER + archive.names as u64;
        self.live = self.live.saturating_sub(cost);
        Ok(archive)
    }

    fn lists(
        &mut self,
        (place, kind): (&Place, Kind),
        old: (&Archive<'_>, Release<'_>),
        new: (&Archive<'_>, Release<'_>),
    ) {
        let (theirs, ours) = (old.0, new.0);
        for ((what, old), (_, new)) in theirs.beside.iter().zip(&ours.beside) {
            if let Some(first) = excerpt::first(old, new) {
                let part = format!("{what}, {}", first.part);
                self.tell(place, Some(part), first.old, first.new, format!("{what} differs"));
            }
        }
        let pairs = pairs(&theirs.members, &ours.members);
        if pairs.iter().all(|(their, our)| their.is_some() && our.is_some()) {
            self.order(place, kind, theirs, ours);
        }
        for (their, our) in pairs {
            if self.is_full() {
                break;
            }
            match (their, our) {
                (Some(their), Some(our)) => self.member(place, (their, old.1), (our, new.1)),
                (Some(only), None) => self.alone(place, only, true),
                (None, Some(only)) => self.alone(place, only, false),
                (None, None) => {}
            }
        }
    }

    /// Of two archives with members of the same names.
    fn order(&mut self, place: &Place, kind: Kind, old: &Archive<'_>, new: &Archive<'_>) {
        let mut both = old.members.iter().zip(&new.members);
        let Some((first, other)) = both.find(|(old, new)| old.name != new.name) else { return };
        let is_other_head = kind == Kind::Zip && !old.head().eq(new.head());
        if is_other_head || old.has_order(kind) || new.has_order(kind) {
            let part = Some("order of members".to_owned());
            let (old, new) = (excerpt::name(&first.name), excerpt::name(&other.name));
            let why = "its members are the same, and in another order".to_owned();
            self.tell(place, part, Some(old), Some(new), why);
        }
    }

    fn alone(&mut self, place: &Place, member: &Member<'_>, is_old: bool) {
        let place = place.member(&member.name);
        let shown = Some(member.traits.what.as_str().to_owned());
        if is_old {
            self.tell(&place, None, shown, None, "only the old build has it".to_owned());
        } else {
            self.tell(&place, None, None, shown, "only the new build has it".to_owned());
        }
    }

    fn member(&mut self, place: &Place, old: (&Member<'_>, Release<'_>), new: (&Member<'_>, Release<'_>)) {
        // Before a name is made of both.
        if old.0 == new.0 {
            return;
        }
        let place = place.member(&new.0.name);
        if let Some((part, old, new)) = traits(&old.0.traits, &new.0.traits) {
            let why = format!("its {part} differs");
            return self.tell(&place, Some(part.to_owned()), Some(old), Some(new), why);
        }
        if is_other_way(old.0, new.0) {
            let (part, old, new) = ("how it is packed".to_owned(), way(old.0.body), way(new.0.body));
            let why = "not all that read the one can read the other".to_owned();
            return self.tell(&place, Some(part), Some(old), Some(new), why);
        }
        // Where a link leads always counts.
        let is_link = new.0.traits.what == What::Symlink;
        if old.0.body == new.0.body {
            return;
        }
        let live = self.live;
        let bodies = self.body(old.0.body).and_then(|old| Ok((old, self.body(new.0.body)?)));
        match &bodies {
            Ok((theirs, ours)) => {
                let (theirs, ours) = (theirs.bytes(), ours.bytes());
                let (old, new) = (old.1, new.1);
                let (old, new) = (Side { bytes: theirs, release: old }, Side { bytes: ours, release: new });
                // Java unpacks all but a link as a file, whatever its mode says.
                if is_link { self.target(&place, theirs, ours) } else { self.content(&place, old, new) }
            }
            Err(why) => {
                let why = format!("not unpacked: {why}");
                let (old, new) = (old.0.body, new.0.body);
                // What is packed in two ways may have the same bytes and yet be something else.
                let (part, old, new) = match excerpt::first(raw(old), raw(new)) {
                    Some(first) => (format!("packed, {}", first.part), first.old, first.new),
                    None => ("how it is packed".to_owned(), Some(way(old)), Some(way(new))),
                };
                self.tell(&place, Some(part), old, new, why);
            }
        }
        self.live = live;
    }

    /// Of a link in a zip.
    fn target(&mut self, place: &Place, old: &[u8], new: &[u8]) {
        if old != new {
            let (old, new) = (excerpt::name(old), excerpt::name(new));
            self.tell(
                place,
                Some("target".to_owned()),
                Some(old),
                Some(new),
                "its target differs".to_owned(),
            );
        }
    }

    fn body<'b>(&mut self, body: Body<'b>) -> Result<Content<'b>, String> {
        match body {
            Body::Plain(bytes) => Ok(Content::Of(bytes)),
            Body::Packed(packed) => {
                let unpacked = match packed.method {
                    8 => self.inflate(packed)?,
                    12 | 93 | 95 => self.unpack(packed.bytes)?,
                    other => return Err(format!("zip's way {other} of compressing is not known")),
                };
                if unpacked.len() as u64 != u64::from(packed.size) {
                    return Err("it has another size than its list says".to_owned());
                }
                Ok(Content::Own(unpacked))
            }
        }
    }

    /// What the host is given is a copy, which is held as long as it unpacks.
    fn inflate(&mut self, packed: Packed<'_>) -> Result<Vec<u8>, String> {
        let copy = packed.bytes.len() as u64;
        self.live = self.live.checked_sub(copy).ok_or("it is too large")?;
        let unpacked = self.unpack(&as_gzip(packed));
        self.live += copy;
        unpacked
    }
}

enum Content<'b> {
    Of(&'b [u8]),
    Own(Vec<u8>),
}

impl Content<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Of(bytes) => bytes,
            Self::Own(bytes) => bytes,
        }
    }
}

fn raw(body: Body<'_>) -> &[u8] {
    match body {
        Body::Plain(bytes) => bytes,
        Body::Packed(packed) => packed.bytes,
    }
}

fn way(body: Body<'_>) -> String {
    match body {
        Body::Plain(_) => "not at all".to_owned(),
        Body::Packed(packed) => {
            format!("way {}, {} bytes, sum {:#x}", packed.method, packed.size, packed.crc)
        }
    }
}

/// Whether some can read only one of them: every reader of zips knows what is stored, and what is deflated, and what a book or
/// document is has to be stored.
fn is_other_way(old: &Member<'_>, new: &Member<'_>) -> bool {
    let ways = [old.body.method(), new.body.method()];
    let [one, other] = ways;
    one != other && (old.name == MIMETYPE || ways.iter().any(|way| !matches!(way, 0 | 8)))
}

/// A zip has the very stream that gzip has, and the numbers that stand behind it: so the host unpacks it, and proves the sum.
fn as_gzip(packed: Packed<'_>) -> Vec<u8> {
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    [&HEADER[..], packed.bytes, &packed.crc.to_le_bytes(), &packed.size.to_le_bytes()].concat()
}

type Pair<'m, 'a> = (Option<&'m Member<'a>>, Option<&'m Member<'a>>);

/// The members by name; of several of one name the first with the first, and so on: a linker may take any of them.
fn pairs<'m, 'a>(old: &'m [Member<'a>], new: &'m [Member<'a>]) -> Vec<Pair<'m, 'a>> {
    let sorted = |members: &'m [Member<'a>]| {
        let mut members: Vec<&Member<'a>> = members.iter().collect();
        members.sort_by(|one, other| one.name.cmp(&other.name));
        members
    };
    let (old, new) = (sorted(old), sorted(new));
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    let mut pairs = Vec::new();
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return pairs,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.name.cmp(&new.name),
        };
        pairs.push(match order {
            Ordering::Less => (old.next(), None),
            Ordering::Greater => (None, new.next()),
            Ordering::Equal => (old.next(), new.next()),
        });
    }
}

/// The first that differs, and both of it.
fn traits(old: &Traits, new: &Traits) -> Option<(&'static str, String, String)> {
    let mode = |traits: &Traits| traits.mode.map_or_else(|| "none".to_owned(), |mode| format!("{mode:04o}"));
    let device = |traits: &Traits| format!("{}:{}", traits.device.0, traits.device.1);
    if old.what != new.what {
        Some(("kind", old.what.as_str().to_owned(), new.what.as_str().to_owned()))
    } else if old.mode != new.mode {
        Some(("mode", mode(old), mode(new)))
    } else if old.target != new.target {
        Some(("target", excerpt::name(&old.target), excerpt::name(&new.target)))
    } else if old.device != new.device {
        Some(("number of the device", device(old), device(new)))
    } else if old.owner != new.owner {
        Some(("owner", excerpt::name(&old.owner), excerpt::name(&new.owner)))
    } else if let Some((part, (old, new))) =
        ZIP.iter().zip(old.zip.iter().zip(&new.zip)).find(|(_, (old, new))| old != new)
    {
        Some((part, format!("{old:#x}"), format!("{new:#x}")))
    } else if old.more != new.more {
        let first = excerpt::first(&old.more, &new.more)?;
        Some(("attributes", first.old.unwrap_or_default(), first.new.unwrap_or_default()))
    } else {
        None
    }
}
