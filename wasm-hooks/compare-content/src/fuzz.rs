//! What a fuzzer calls: a comparison of any bytes, which may come to any result, and may not panic.
//!
//! It asserts what a comparison promises beyond that, so that a fuzzer sees a broken promise as it sees a panic.

use crate::ignore::is_ignored;
use crate::normalise::is_program;
use crate::{Difference, Elf, Host, Release, Section, Side, compare as compare_sides};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Names that each choose a way of comparing.
pub(crate) const NAMES: [&str; 40] = [
    "/usr/bin/a",
    "/a.spec",
    "/usr/share/doc/a/changelog.Debian.gz",
    "/usr/share/doc/a/changelog",
    "/boot/xen-4.efi",
    "/usr/lib/a.pyc",
    "/a.dvi",
    "/a.png",
    "/usr/share/locale/de/LC_MESSAGES/a.mo",
    "/a/rdoc/files/a.html",
    "/usr/share/gtk-doc/html/a/a.html",
    "/usr/share/doc/packages/a/a.html",
    "/usr/share/javadoc/a/a.html",
    "/usr/share/javadoc/a/deprecated-list.html",
    "/usr/share/javadoc/gjdoc.properties",
    "/a/fonts.dir",
    "/var/adm/perl-modules/a",
    "/usr/share/man/man3/a.3pm",
    "/usr/share/man/man1/a.1.gz",
    "/a.elc",
    "/a/libtool",
    "/etc/sendmail.cf",
    "/usr/lib64/R/library/a/DESCRIPTION",
    "/a/LinuxEnv.Set.sh",
    "/var/adm/update-scripts/a",
    "/a.ps",
    "/a.pdf",
    "/a/linuxrc.config",
    "/a/etc/hosts",
    "/a/dune-package",
    "/a.a",
    "/a.cpio",
    "/a.tar",
    "/a.tgz",
    "/a.zip",
    "/a.jar",
    "/a.o",
    "/a.xz",
    "/a/created.rid",
    "/a.rpm",
];

/// The most differences that are asked for.
const MAX: usize = 5;

/// A host that takes bytes for what they say.
struct Fuzzed;

impl Host for Fuzzed {
    fn decompress(&self, bytes: &[u8], max: u64) -> Result<Option<Vec<u8>>, String> {
        // Behind ten bytes, as in a gzip of which nothing is compressed.
        let unpacked = bytes.get(10..).unwrap_or_default();
        match bytes.get(9) {
            Some(0) => Ok(None),
            Some(1) => Err("it does not hold together".to_owned()),
            _ if unpacked.len() as u64 > max => Err("it is too large".to_owned()),
            _ => Ok(Some(unpacked.to_vec())),
        }
    }

    fn elf(&self, bytes: &[u8]) -> Result<Option<Elf>, String> {
        let number = |at: usize| bytes.get(at).copied().map(u32::from);
        let bits = if number(4) == Some(2) { 64 } else { 32 };
        let kind = number(16).ok_or("it is too short")?;
        let entries =
            bytes.get(64..).unwrap_or_default().chunks_exact(4).take(usize::from(bytes.len() > 200) * 9);
        let sections = entries.map(|entry| {
            let at = |place: usize| entry.get(place).copied().unwrap_or_default();
            let names = [".text", ".strtab", ".symtab", ".note.gnu.build-id"];
            let name = names.get(usize::from(at(0) % 4)).copied().unwrap_or_default().to_owned();
            let (offset, size) = (u64::from(at(2)), u64::from(at(3)));
            let end = usize::from(at(2)) + usize::from(at(3));
            let sha256 = format!("{:?}", bytes.get(usize::from(at(2))..end));
            Section { name, kind: u32::from(at(1) % 9), flags: 0, size, offset, address: offset, sha256 }
        });
        Ok(Some(Elf { bits, machine: 62, kind, sections: sections.collect() }))
    }
}

/// Takes bytes for a name and two contents, and compares those.
///
/// # Panics
/// Where a promise is broken.
pub fn compare(data: &[u8]) {
    compare_with(&Fuzzed, data);
}

/// The same with another host.
///
/// # Panics
/// Where a promise is broken.
pub fn compare_with<H: Host>(host: &H, data: &[u8]) {
    let Some(([name, cut @ ..], rest)) = data.split_first_chunk::<3>() else { return };
    let path = NAMES.get(usize::from(*name) % NAMES.len()).copied().unwrap_or("/a");
    let at = usize::from(u16::from_le_bytes(*cut)) % (rest.len() + 1);
    let (old, new) = rest.split_at_checked(at).unwrap_or_default();
    promises(host, path, old, new);
}

/// Compares two contents in both directions.
///
/// # Panics
/// Where a promise is broken.
pub fn promises<H: Host>(host: &H, path: &str, old: &[u8], new: &[u8]) {
    let side =
        |bytes, number| Side { bytes, release: Release { name: "a", version: "1.0", release: number } };
    let (old, new) = (side(old, "1.1"), side(new, "1.2"));
    let found = compare_sides(host, path, old, new, MAX);
    let back = compare_sides(host, path, new, old, MAX);
    assert_eq!(found.is_empty(), back.is_empty(), "{path}: {found:?} {back:?}");
    assert!(compare_sides(host, path, old, old, MAX).is_empty(), "{path} differs from itself");
    assert!(found.len() <= MAX, "{} differences", found.len());
    let counts = !is_ignored(path) || is_program(old.bytes) || is_program(new.bytes);
    assert!(found.is_empty() || (old.bytes != new.bytes && counts), "{path}: {found:?}");
    found.iter().for_each(|one| told(path, one));
}

fn told(path: &str, found: &Difference) {
    assert_eq!(found.path.first().map(ToString::to_string).as_deref(), Some(path));
    let shown = found.path.iter().chain(&found.part).chain(&found.old).chain(&found.new).chain([&found.why]);
    for text in shown {
        assert!(text.chars().count() <= 200 && !text.chars().any(char::is_control), "{text:?}");
    }
    assert!(!found.why.is_empty() && (found.part.is_some() || found.old != found.new), "{found:?}");
}
