//! Zips: what counts of them beside what counts of all archives.

use super::super::make::{One, one, zip};
use super::super::{differences, places};
use super::{at, linked};

/// A zip of one member with something put in, and the numbers at its end to match: before the list, or in it.
fn with(zip: &[u8], what: &[u8], is_in_list: bool) -> Vec<u8> {
    let mut zip = zip.to_vec();
    let end = zip.len() - 22;
    let number = |zip: &[u8], at: usize| u32::from_le_bytes(zip[at..at + 4].try_into().unwrap());
    let list = number(&zip, end + 16) as usize;
    let (counter, place) = if is_in_list { (end + 12, end) } else { (end + 16, list) };
    let more = (number(&zip, counter) + u32::try_from(what.len()).unwrap()).to_le_bytes();
    zip[counter..counter + 4].copy_from_slice(&more);
    if is_in_list {
        zip[list + 30] = u8::try_from(what.len()).unwrap();
    }
    zip.splice(place..place, what.iter().copied());
    zip
}

/// Some read a zip from its beginning, some take names from further fields, and all heed permissions.
#[test]
fn what_a_zip_has_beside_its_list() {
    let plain = zip(&[one("a", "x".repeat(100))], true);
    let gap = |what: &str| with(&plain, what.as_bytes(), false);
    let further = |what: &[u8]| with(&plain, what, true);
    // A name, and a time.
    let (name, time) = (b"\x75\x70\x06\0\x01sum!b", b"\x55\x54\x05\0\x01time");
    let dos = |mode: u8| {
        let mut zip = plain.clone();
        let list = zip.len() - 22 - 47;
        (zip[list + 5], zip[list + 40]) = (0, mode);
        zip
    };
    let rows = [
        (gap("one"), gap("two"), "something between"),
        (gap("\0\0\0"), plain.clone(), ""),
        (further(name), plain.clone(), "attributes"),
        (further(time), plain.clone(), ""),
        (further(b"\x55\x54\xff\0\x01"), plain.clone(), ""),
        (dos(0o155), dos(0o144), "mode"),
        (dos(0o155), dos(0o155), ""),
    ];
    for (old, new, why) in rows {
        let found = differences("/a.zip", &old, &new);
        let told: Vec<&str> = found.iter().map(|found| found.why.as_str()).collect();
        assert_eq!(found.len(), usize::from(!why.is_empty()), "{told:?}");
        assert!(told.iter().all(|told| told.contains(why)), "{why}: {told:?}");
    }
}

/// A zip of one member named `a` with a byte turned in its list, or in the header before the member.
fn turned(zip: &[u8], at: usize, bits: u8) -> Vec<u8> {
    let mut zip = zip.to_vec();
    zip[at] ^= bits;
    zip
}

/// The same with something put into the further fields before the member.
fn with_local(zip: &[u8], what: &[u8]) -> Vec<u8> {
    let mut zip = zip.to_vec();
    zip[28] = u8::try_from(what.len()).unwrap();
    zip.splice(31..31, what.iter().copied());
    let end = zip.len() - 22 + 16;
    let list = u32::from_le_bytes(zip[end..end + 4].try_into().unwrap()) + u32::from(zip[28]);
    zip[end..end + 4].copy_from_slice(&list.to_le_bytes());
    zip
}

/// As it is written where nobody goes back to the header: its sum and sizes, or zeros, and what stands behind the member.
fn streamed(zip: &[u8], header: Option<u8>, mark: &[u8]) -> Vec<u8> {
    let list = zip.len() - 22 - 47;
    let behind = [mark, &zip[list + 16..list + 28]].concat();
    let mut zip = with(zip, &behind, false);
    let list = zip.len() - 22 - 47;
    (zip[6], zip[list + 8]) = (8, 8);
    if let Some(byte) = header {
        zip[14..26].fill(byte);
    }
    zip
}

/// Some read a zip by the headers before its members, and what is no number of theirs is read by none.
#[test]
fn numbers_in_a_zip() {
    let plain = zip(&[one("a", "x".repeat(100))], true);
    let later = zip(&at(&[one("a", "x".repeat(100))], 9), true);
    let list = plain.len() - 22 - 47;
    let both = |bits: u8| turned(&turned(&plain, 6, bits), list + 8, bits);
    let (name, time, owner) =
        (b"\x75\x70\x06\0\x01sum!b", b"\x55\x54\x05\0\x01time", b"\x75\x78\x04\0\x01\x01u\x01");
    let jar = with(&with_local(&plain, b"\xfe\xca\0\0"), b"\xfe\xca\0\0", true);
    let later_jar = with(&with_local(&later, b"\xfe\xca\0\0"), b"\xfe\xca\0\0", true);
    let sizes: Vec<u8> = [&plain[22..26], &[0; 4], &plain[18..22], &[0; 4]].concat();
    let wide = |sizes: &[u8]| {
        let mut zip = with_local(&plain, &[b"\x01\0\x10\0", sizes].concat());
        zip[18..26].fill(0xff);
        zip
    };
    let rows: Vec<(Vec<u8>, Vec<u8>, &str)> = vec![
        (plain.clone(), turned(&plain, list + 5, 3), "system that made it"),
        (plain.clone(), turned(&plain, list + 6, 0x40), "version that unpacks it"),
        (turned(&plain, list + 6, 20 ^ 10), later.clone(), ""),
        (plain.clone(), turned(&plain, list + 38, 0x10), "attributes of DOS"),
        // The name is in another encoding; it is compressed better; and the header says so only.
        (plain.clone(), turned(&turned(&plain, 7, 8), list + 9, 8), "flags"),
        (plain.clone(), both(2), ""),
        (plain.clone(), turned(&plain, list + 9, 8), "not where its list says"),
        (plain.clone(), turned(&plain, 6, 1), "not where its list says"),
        (plain.clone(), turned(&plain, 14, 1), "not where its list says"),
        (plain.clone(), turned(&plain, 18, 1), "not where its list says"),
        (plain.clone(), turned(&plain, 22, 1), "not where its list says"),
        (plain.clone(), with_local(&plain, name), "attributes"),
        (plain.clone(), with_local(&later, time), ""),
        (plain.clone(), with_local(&later, owner), ""),
        (jar.clone(), later_jar, ""),
        (jar, with_local(&plain, b"\xfe\xca\0\0"), "attributes"),
        // It moved from the list to the member.
        (with(&plain, name, true), with_local(&plain, name), "attributes"),
        (plain.clone(), wide(&sizes), ""),
        (plain.clone(), wide(&[&[1], &sizes[1..]].concat()), "not where its list says"),
        (plain.clone(), streamed(&plain, Some(0), b"PK\x07\x08"), "flags"),
        (streamed(&plain, Some(0), b""), streamed(&later, None, b"PK\x07\x08"), ""),
        (streamed(&plain, Some(0), b""), streamed(&plain, Some(1), b""), "not where its list says"),
    ];
    for (number, (old, new, why)) in rows.iter().enumerate() {
        let found = differences("/a.zip", old, new);
        let told: Vec<&str> = found.iter().map(|found| found.why.as_str()).collect();
        assert_eq!(found.len(), usize::from(!why.is_empty()), "{number}: {told:?}");
        assert!(told.iter().all(|told| told.contains(why)), "{number}: {why}: {told:?}");
    }
}

/// Java takes all members for files, whatever their modes say, and unzip makes links.
#[test]
fn content_of_all_members() {
    for is_packed in [false, true] {
        let only = |file: One| zip(&[file], is_packed);
        let links = |target: &str| only(linked("bin/tool", target));
        let found = places("/a.zip", &links("../lib/a"), &links("../lib/bcd"));
        assert_eq!(found, ["bin/tool: target"]);
        // Where a link leads counts though its name says that a content does not.
        let caches = |target: &str| only(linked("created.rid", target));
        assert_eq!(places("/a.zip", &caches("a"), &caches("b")), ["created.rid: target"]);
        for mode in [0o010_644, 0o040_755, 0o020_644, 0o060_644, 0o140_644, 0o170_644] {
            let file = |text: &str, time: u32| only(One { mode, time, ..one("A.class", text) });
            assert_eq!(places("/a.jar", &file("one", 1), &file("two", 1)), ["A.class: line 1"], "{mode:o}");
            assert_eq!(places("/a.jar", &file("one", 1), &file("one", 2)), [""; 0], "{mode:o}");
        }
        let folder = |text: &str| only(one("dir/", text));
        assert_eq!(places("/a.jar", &folder("one"), &folder("two")), ["dir/: line 1"]);
    }
}

/// All readers know what is stored and what is deflated.
#[test]
fn ways_of_packing() {
    let with = |method: u8, name: &str| {
        let mut zip = zip(&[one(name, "x".repeat(100))], method != 0);
        let list = zip.len() - 22 - 46 - name.len();
        (zip[8], zip[list + 10]) = (method, method);
        zip
    };
    let rows = [
        (0, 8, "a", false),
        (8, 9, "a", true),
        (8, 12, "a", true),
        (8, 93, "a", true),
        (12, 95, "a", true),
        // By it, where it is stored, programs know a book.
        (0, 8, "mimetype", true),
        (0, 8, "a/mimetype", false),
    ];
    for (old, new, name, is_told) in rows {
        let found = places("/a.zip", &with(old, name), &with(new, name));
        let wanted = if is_told { vec![format!("{name}: how it is packed")] } else { Vec::new() };
        assert_eq!(found, wanted, "{old} {new}");
    }
}

/// What some look for at the beginning.
#[test]
fn first_members() {
    let rows: [(&[&str], &[&str], bool); 9] = [
        (&["META-INF/MANIFEST.MF", "A.class"], &["A.class", "META-INF/MANIFEST.MF"], true),
        (&["META-INF/", "META-INF/MANIFEST.MF", "A"], &["META-INF/", "A", "META-INF/MANIFEST.MF"], true),
        (&["META-INF/", "META-INF/MANIFEST.MF", "A"], &["META-INF/MANIFEST.MF", "META-INF/", "A"], true),
        (&["meta-inf/manifest.mf", "A"], &["A", "meta-inf/manifest.mf"], true),
        (&["META-INF/", "A"], &["A", "META-INF/"], true),
        (&["mimetype", "a"], &["a", "mimetype"], true),
        (&["mimetype", "a", "b"], &["mimetype", "b", "a"], false),
        (
            &["META-INF/", "META-INF/MANIFEST.MF", "A", "B"],
            &["META-INF/", "META-INF/MANIFEST.MF", "B", "A"],
            false,
        ),
        (&["A", "META-INF/MANIFEST.MF", "B"], &["B", "META-INF/MANIFEST.MF", "A"], false),
    ];
    for (old, new, is_told) in rows {
        let make = |names: &[&str], time: u32| {
            let files: Vec<One> = names.iter().map(|name| One { time, ..one(name, "") }).collect();
            zip(&files, true)
        };
        let found = places("/a.jar", &make(old, 1), &make(new, 2));
        assert_eq!(found.concat(), if is_told { ": order of members" } else { "" }, "{old:?} {new:?}");
    }
}
