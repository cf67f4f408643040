//! Small files that unpack to large ones, sizes that are not true, and archives without an end.

use super::differences;
use super::make::{One, cpio, entry, gzip, one, piped, tar, zip};
use crate::Native;
use crate::walk::Walk;
use crate::{Elf, Host, Release, Side, compare, without_release};
use std::cell::Cell;

/// A host that counts what it unpacks.
#[derive(Default)]
struct Counted {
    unpacked: Cell<u64>,
    calls: Cell<u64>,
}

impl Host for Counted {
    fn decompress(&self, bytes: &[u8], max: u64) -> Result<Option<Vec<u8>>, String> {
        self.calls.set(self.calls.get() + 1);
        let unpacked = Native::default().decompress(bytes, max)?;
        self.unpacked.set(self.unpacked.get() + unpacked.as_ref().map_or(0, |bytes| bytes.len() as u64));
        Ok(unpacked)
    }

    fn elf(&self, bytes: &[u8]) -> Result<Option<Elf>, String> {
        Native::default().elf(bytes)
    }
}

fn side(bytes: &[u8]) -> Side<'_> {
    Side { bytes, release: Release { name: "foo", version: "1", release: "1" } }
}

/// A gzip of so many MiB of zeros.
fn zeros(mebibytes: usize) -> Vec<u8> {
    piped("gzip", &["-1nc"], &vec![0; mebibytes << 20])
}

fn with_time(packed: &[u8], time: u8) -> Vec<u8> {
    let mut packed = packed.to_vec();
    packed[4] = time;
    packed
}

#[test]
fn a_file_that_unpacks_to_more_than_is_allowed() {
    let bomb = zeros(65);
    let found = compare(&Native::default(), "/a.gz", side(&bomb), side(&with_time(&bomb, 1)), 100);
    assert!(found.len() == 1 && found[0].why.contains("not opened"), "{found:?}");
    // In a zip, whose list says that it is one byte.
    let mut small = zip(&[one("a", "x")], true);
    let list = small.len() - 22 - 47;
    (small[list + 24], small[22]) = (2, 2);
    let found = differences("/a.zip", &zip(&[one("a", "y")], true), &small);
    assert!(found.len() == 1 && found[0].why.contains("not unpacked"), "{found:?}");
}

/// Many small ones unpack to more than may be unpacked in all.
#[test]
fn all_of_it_has_a_bound() {
    let packed = zeros(1);
    let host = Counted::default();
    let files = |time: u8| -> Vec<One> {
        (0..10).map(|number| one(&format!("{number:03}.gz"), with_time(&packed, time))).collect()
    };
    let (old, new) = (tar(&files(1)), tar(&files(2)));
    let found = Walk::within(&host, 100, 8 << 20).whole("/a.tar", side(&old), side(&new));
    assert_eq!(host.unpacked.get(), 8 << 20);
    // Four are the same; what cannot be unpacked any more differs.
    assert!(found.iter().all(|one| one.why.contains("not opened")), "{found:?}");
    assert_eq!(found.len(), 10 - 4);
    assert!(compare(&host, "/a.tar", side(&old), side(&new), 100).is_empty());
}

#[test]
fn archives_in_archives_have_a_bound() {
    let wrapped = |depth: usize, text: &str| {
        (0..depth).fold(text.as_bytes().to_vec(), |bytes, _| tar(&[one("a", bytes)]))
    };
    let shallow = differences("/a.tar", &wrapped(5, "a"), &wrapped(5, "b"));
    assert_eq!((shallow[0].path.len(), shallow[0].part.as_deref()), (6, Some("line 1")));
    let deep = differences("/a.tar", &wrapped(40, "a"), &wrapped(40, "b"));
    assert!(deep[0].path.len() < 20 && deep[0].why.contains("steps down"), "{deep:?}");
    let packed =
        |text: &str, time: u32| (0..40).fold(text.as_bytes().to_vec(), |bytes, _| gzip(&bytes, time));
    let host = Counted::default();
    let found = compare(&host, "/a.gz", side(&packed("a", 1)), side(&packed("a", 2)), 100);
    assert!(found.len() == 1 && host.calls.get() < 30, "{found:?}");
}

#[test]
fn a_million_members() {
    let many = |count: usize, time: u32| {
        let archive = cpio(&[One { time, ..one("some", "") }], false);
        let (member, end) = archive.split_at(76 + 5);
        [member.repeat(count), end.to_vec()].concat()
    };
    let found =
        compare(&Native::default(), "/a.cpio", side(&many(1_000_000, 1)), side(&many(1_000_000, 2)), 100);
    assert!(found.len() == 1 && found[0].why.contains("members"), "{found:?}");
    // As many as may be.
    assert!(
        compare(&Native::default(), "/a.cpio", side(&many(100_000, 1)), side(&many(100_000, 2)), 100)
            .is_empty()
    );
}

/// A long name that all members have is not copied for each of them.
#[test]
fn one_name_of_many_members() {
    // As GNU's ar points to it from each member.
    let library = |len: usize, count: usize, time: u32| {
        let names = format!("{}/\n", "x".repeat(len));
        let member = entry("/0", time, b"");
        [b"!<arch>\n", &entry("//", 1, names.as_bytes())[..], &member.repeat(count)].concat()
    };
    let rows = [
        (64 << 10, 1, ""),
        ((64 << 10) + 1, 1, "too long"),
        (1 << 20, 300, "too long"),
        (60 << 10, 1, ""),
        (60 << 10, 300, "again and again"),
        (60 << 10, 16_000, "again and again"),
        // Shorter than a member's header.
        (50, 1000, ""),
    ];
    for (len, count, why) in rows {
        let found = differences("/a.a", &library(len, count, 1), &library(len, count, 2));
        let told: Vec<&str> = found.iter().map(|one| one.why.as_str()).collect();
        assert_eq!(told.len(), usize::from(!why.is_empty()), "{len} {count}: {told:?}");
        assert!(told.iter().all(|told| told.contains(why)), "{len} {count}: {told:?}");
    }
}

/// A list that names one member again and again has none, though that member is empty.
#[test]
fn one_member_of_a_zip_many_times() {
    let many = |time: u32| {
        let zip = zip(&[One { time, ..one("a", "") }], false);
        let (member, rest) = zip.split_at(31);
        let (list, end) = rest.split_at(47);
        let mut end = end.to_vec();
        end[8..12].copy_from_slice(&[0xe8, 3, 0xe8, 3]);
        end[12..16].copy_from_slice(&(47_u32 * 1000).to_le_bytes());
        [member, &list.repeat(1000), &end].concat()
    };
    let found = differences("/a.zip", &many(1), &many(2));
    assert!(found.len() == 1 && found[0].why.contains("not opened"), "{found:?}");
}

/// What would take more memory than there is, is compared as it is.
#[test]
fn texts_that_are_too_large() {
    let text = |last: &str| format!("{}{last}", "Release: 1\n".repeat(6 << 20)).into_bytes();
    let found =
        compare(&Native::default(), "/a.spec", side(&text("Release: 1")), side(&text("Release: 2")), 100);
    assert!(found.len() == 1 && found[0].why.contains("too large"), "{found:?}");
    let lines = |count: usize| ["b\na\n", &"\n".repeat(count)].concat();
    let turned = |count: usize| ["a\nb\n", &"\n".repeat(count)].concat();
    for (count, wanted) in [(1000, 0), (2 << 20, 1)] {
        let (old, new) = (lines(count), turned(count));
        let found =
            compare(&Native::default(), "/a/fonts.dir", side(old.as_bytes()), side(new.as_bytes()), 100);
        assert_eq!(found.len(), wanted, "{count}");
    }
}

/// A long line that nearly has a pattern at any place: a search from each to the end of the line would take an hour.
#[test]
fn lines_that_take_long_to_search() {
    let rows = [
        ("/etc/sendmail.cf", "built by abuild@a on Thu May 6 11:21:17 2"),
        ("/a.elc", ";;; Compiled by abuild@ on Wed Jul  1 00:00:00 200"),
        ("/usr/share/doc/packages/a/a.html", "<!-- Created on a, 20"),
        ("/usr/share/doc/packages/a/a.html", "Generated on Mon Mon 11111"),
        ("/usr/share/javadoc/a.html", "Generated by Gjdoc HtmlDoclet "),
        ("/a.pdf", "obj /ID [<AA> /ID [<"),
        ("/usr/share/doc/packages/a/a.html", "<a href=\"#"),
        ("/usr/share/doc/packages/a/a.html", "<a id=\"id"),
    ];
    for (path, piece) in rows {
        let (old, new) = (piece.repeat(40_000), piece.repeat(40_000) + "x");
        let found = compare(&Native::default(), path, side(old.as_bytes()), side(new.as_bytes()), 100);
        assert_eq!(found.len(), 1, "{path}");
    }
}

/// Marks are longer than what they stand for.
#[test]
fn a_text_of_releases_alone_does_not_grow_without_end() {
    let release = Release { name: "a", version: "1.0", release: "" };
    let rows = [
        ("/boot 1.0\n".to_owned(), false),
        (format!("/boot {}\n", "1".repeat(2 << 20)), true),
        (format!("/boot {}\n", "1".repeat(1 << 10)).repeat(1 << 11), true),
    ];
    for (text, is_left) in rows {
        let made = without_release(&text, release);
        assert_eq!(made == text, is_left, "{} of {}", made.len(), text.len());
    }
}
