//! What is packed: streams, archives, and archives in archives.

use super::builds;
use crate::build_compare::content::{ar, cpio, gz, tar, through, zip};
use crate::build_compare::pair::Shows;
use crate::build_compare::parts::{Part, What, part};
use skink_tests_packages::by_hand;
use std::path::Path;

const FILES: [(&str, &[u8]); 2] = [("a", b"one\n"), ("b", b"two\n")];
const OTHER: [(&str, &[u8]); 2] = [("a", b"one\n"), ("b", b"other\n")];
const MORE: [(&str, &[u8]); 3] = [("a", b"one\n"), ("b", b"two\n"), ("c", b"three\n")];
/// The index of an `ar`: how many symbols, where the first one is, and its name.
const INDEXED: [(&str, &[u8]); 3] = [("", b"\0\0\0\x01\0\0\0\x54one\0"), ("a", b"one\n"), ("b", b"two\n")];
const TURNED: [(&str, &[u8]); 2] = [("b", b"two\n"), ("a", b"one\n")];

pub(super) fn rows(base: &Path) -> Vec<Part> {
    [streams(), plain(), links(), nested(), odd_names(), packages(base)].concat()
}

/// A row of which a member differs.
fn member(name: &'static str, path: &[&str], old: Vec<u8>, new: Vec<u8>) -> Part {
    part(name).file(path[0], old, new).shows(Shows::path(path))
}

fn xz(bytes: &[u8], level: &str) -> Vec<u8> {
    through("xz", &["-c", level], bytes)
}

fn zst(bytes: &[u8], level: i32) -> Vec<u8> {
    zstd::encode_all(bytes, level).unwrap()
}

/// The same text packed twice, and a text that differs.
fn streams() -> Vec<Part> {
    let text = "a line of text\n".repeat(2000);
    let (text, other) = (text.as_bytes(), text.replace("text", "word"));
    let bz2 = |bytes: &[u8], level: &str| through("bzip2", &["-c", level], bytes);
    vec![
        part("gz-time").file("/usr/share/{n}/a.gz", gz(text, 1), gz(text, 2)),
        part("gz-text").differs("/usr/share/{n}/a.gz", gz(text, 1), gz(other.as_bytes(), 1)),
        part("bz2-level").file("/usr/share/{n}/a.bz2", bz2(text, "-1"), bz2(text, "-9")),
        part("bz2-text").differs("/usr/share/{n}/a.bz2", bz2(text, "-1"), bz2(other.as_bytes(), "-1")),
        part("xz-level").file("/usr/share/{n}/a.xz", xz(text, "-0"), xz(text, "-9")),
        part("xz-check").differs("/usr/share/{n}/a.xz", xz(text, "-0"), xz(text, "-Ccrc32")),
        part("xz-text").differs("/usr/share/{n}/a.xz", xz(text, "-0"), xz(other.as_bytes(), "-0")),
        part("zst-level").file("/usr/share/{n}/a.zst", zst(text, 1), zst(text, 19)),
        part("zst-text").differs("/usr/share/{n}/a.zst", zst(text, 1), zst(other.as_bytes(), 1)),
    ]
}

fn plain() -> Vec<Part> {
    let (t, a, z, c, j) = (
        "/usr/share/{n}/a.tar",
        "/usr/lib/{n}/a.a",
        "/usr/share/{n}/a.zip",
        "/usr/share/{n}/a.cpio",
        "/usr/share/java/{n}.jar",
    );
    vec![
        part("tar-time").file(t, tar(&FILES, 1, true), tar(&FILES, 2, true)),
        part("tar-order").file(t, tar(&FILES, 1, true), tar(&TURNED, 1, true)),
        member("tar-member", &[t, "b"], tar(&FILES, 1, true), tar(&OTHER, 1, true)),
        member("tar-more", &[t], tar(&FILES, 1, true), tar(&MORE, 1, true)),
        part("ar-time").file(a, ar(&FILES, 1), ar(&FILES, 2)),
        member("ar-order", &[a], ar(&FILES, 1), ar(&TURNED, 1)),
        member("ar-index", &[a], ar(&FILES, 1), ar(&INDEXED, 1)),
        member("ar-member", &[a, "b"], ar(&FILES, 1), ar(&OTHER, 1)),
        member("ar-more", &[a], ar(&FILES, 1), ar(&MORE, 1)),
        part("zip-time").file(z, zip(&FILES, 1), zip(&FILES, 2)),
        part("zip-order").file(z, zip(&FILES, 1), zip(&TURNED, 1)),
        member("zip-member", &[z, "b"], zip(&FILES, 1), zip(&OTHER, 1)),
        member("zip-more", &[z], zip(&FILES, 1), zip(&MORE, 1)),
        part("jar-time").file(j, zip(&FILES, 1), zip(&FILES, 2)),
        member("jar-member", &[j, "b"], zip(&FILES, 1), zip(&OTHER, 1)),
        part("cpio-time").file(c, cpio(&FILES, 1), cpio(&FILES, 2)),
        member("cpio-order", &[c], cpio(&FILES, 1), cpio(&TURNED, 1)),
        member("cpio-member", &[c, "b"], cpio(&FILES, 1), cpio(&OTHER, 1)),
        member("cpio-more", &[c], cpio(&FILES, 1), cpio(&MORE, 1)),
    ]
}

fn links() -> Vec<Part> {
    let path = "/usr/share/{n}/a.tar";
    let linked = |target: &str, more: &str| {
        by_hand::tar(&[
            by_hand::entry("a", b'0', "", more.as_bytes()),
            by_hand::entry("b", b'2', target, b""),
        ])
    };
    let moded = |mode: &str| {
        by_hand::tar(&[by_hand::patched(by_hand::entry("a", b'0', "", b"x"), 100, mode.as_bytes())])
    };
    let owned = |mode: &str, owner: &str| {
        let program = by_hand::patched(by_hand::entry("a", b'0', "", b"x"), 100, mode.as_bytes());
        by_hand::tar(&[by_hand::patched(program, 108, owner.as_bytes())])
    };
    let turned = |is_turned: bool| {
        let mut entries = [by_hand::entry("b", b'2', "/etc", b""), by_hand::entry("b/a", b'0', "", b"x")];
        entries.rotate_left(usize::from(is_turned));
        by_hand::tar(&entries)
    };
    vec![
        part("tar-owner").file(path, owned("0000755", "0000000"), owned("0000755", "0000071")),
        member("tar-owner-setuid", &[path, "a"], owned("0004755", "0000000"), owned("0004755", "0000071")),
        member("tar-order-of-links", &[path], turned(false), turned(true)),
        member("tar-link", &[path, "b"], linked("one", ""), linked("other", "")),
        member("tar-link-to-member", &[path, "a"], linked("a", "one\n"), linked("a", "other\n")),
        member("tar-mode", &[path, "a"], moded("0000644"), moded("0004755")),
        part("tar-link-to-nothing").file(path, linked("one", ""), [linked("one", ""), vec![0; 512]].concat()),
    ]
}

/// Packages in packages.
fn packages(base: &Path) -> Vec<Part> {
    let inner = |name: &str, count: u32, defines: &[&str]| {
        let built = builds::built(base, name, count, &builds::Other { defines, ..builds::Other::default() });
        let package = built.iter().find(|path| path.to_string_lossy().ends_with(".noarch.rpm")).unwrap();
        std::fs::read(package).unwrap()
    };
    let old = inner("inner-old", 1, &[]);
    let path = "/usr/share/{n}/a.rpm";
    vec![
        part("package-inside").differs(path, old.clone(), inner("inner-new", 2, &[])),
        part("package-inside-differs").differs(path, old, inner("inner-other", 2, &["read two"])),
    ]
}

fn nested() -> Vec<Part> {
    let tgz = "/usr/share/{n}/a.tar.gz";
    let packed = |files: &[(&str, &[u8])], time: u32| gz(&tar(files, time.into(), true), time);
    let deep = |files: &[(&str, &[u8])], time: u32| {
        packed(&[("x.zip", &zip(&[("y.tar.gz", &packed(files, time))], 1)), ("text", b"same\n")], time)
    };
    vec![
        part("tgz-time").file(tgz, packed(&FILES, 1), packed(&FILES, 2)),
        part("tgz-short").file("/usr/share/{n}/a.tgz", packed(&FILES, 1), packed(&FILES, 2)),
        member("tgz-member", &[tgz, "b"], packed(&FILES, 1), packed(&OTHER, 1)),
        part("deep-time").file(tgz, deep(&FILES, 1), deep(&FILES, 2)),
        member("deep-member", &[tgz, "x.zip", "y.tar.gz", "b"], deep(&FILES, 1), deep(&OTHER, 1)),
        part("tar-zst-time").file(
            "/usr/share/{n}/a.tar.zst",
            zst(&tar(&FILES, 1, true), 3),
            zst(&tar(&FILES, 2, true), 3),
        ),
        part("tar-xz-time").file(
            "/usr/share/{n}/a.tar.xz",
            xz(&tar(&FILES, 1, false), "-0"),
            xz(&tar(&FILES, 2, false), "-0"),
        ),
        member(
            "tar-xz-member",
            &["/usr/share/{n}/a.tar.xz", "b"],
            xz(&tar(&FILES, 1, false), "-0"),
            xz(&tar(&OTHER, 1, false), "-0"),
        ),
        part("page-in-tar").file(
            "/usr/share/{n}/a.tar",
            tar(&[("usr/share/man/man1/a.1", b".TH TOOL 1 \"2026-11-18\" \"1\" \"A\"\n")], 1, true),
            tar(&[("usr/share/man/man1/a.1", b".TH TOOL 1 \"2026-11-19\" \"1\" \"A\"\n")], 1, true),
        ),
    ]
}

/// Names that do not tell what is in them.
fn odd_names() -> Vec<Part> {
    let odd = "/usr/share/{n}/initrd";
    let broken = |byte: u8| What::Bytes([&[0x1f, 0x8b, 8, 0][..], &[byte; 40]].concat());
    vec![
        part("odd-gz-time").file(odd, gz(b"text\n", 1), gz(b"text\n", 2)),
        part("odd-gz-text").differs(odd, gz(b"text\n", 1), gz(b"word\n", 1)),
        part("odd-xz-check").differs(odd, xz(b"text\n", "-0"), xz(b"text\n", "-Ccrc32")),
        part("odd-zip-time").file(odd, zip(&FILES, 1), zip(&FILES, 2)),
        member("odd-zip-member", &[odd, "b"], zip(&FILES, 1), zip(&OTHER, 1)),
        part("odd-tar-time").file(odd, tar(&FILES, 1, false), tar(&FILES, 2, false)),
        part("odd-cpio-packed").file(odd, gz(&cpio(&FILES, 1), 1), gz(&cpio(&FILES, 2), 1)),
        member("odd-cpio-member", &[odd, "b"], gz(&cpio(&FILES, 1), 1), gz(&cpio(&OTHER, 1), 1)),
        part("broken-gz").differs("/usr/share/{n}/a.gz", broken(1), broken(2)),
        part("broken-zip").differs("/usr/share/{n}/a.zip", "PK\u{3}\u{4} one", "PK\u{3}\u{4} other"),
        part("text-called-tar").differs("/usr/share/{n}/a.tar", "one\n", "other\n"),
        part("text-called-png").differs("/usr/share/{n}/a.png", "one\n", "other\n"),
        part("text-called-pyc").differs("/usr/share/{n}/a.pyc", "one one one\n", "other one one\n"),
    ]
}
