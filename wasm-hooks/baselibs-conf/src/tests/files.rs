//! Which files a package has, and where.

use super::with;
use crate::{Original, Piece};
use std::collections::BTreeSet;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// Path, target of a symlink, and a mark: g of a ghost, d of a folder.
const FILES: [(&str, &str, &str); 12] = [
    ("/etc/a.conf", "", ""),
    ("/usr/bin/a-config", "", ""),
    ("/usr/bin/b-config", "", "g"),
    ("/usr/lib/.build-id", "", "d"),
    ("/usr/lib/.build-id/ab", "", "d"),
    ("/usr/lib/.build-id/ab/1", "../../../../usr/lib/liba.so.1.2", ""),
    ("/usr/lib/.build-id/cd/2", "../../../../usr/lib/a/plug.so", ""),
    ("/usr/lib/a", "", "d"),
    ("/usr/lib/a/plug.so", "", ""),
    ("/usr/lib/liba.so", "liba.so.1", ""),
    ("/usr/lib/liba.so.1", "liba.so.1.2", ""),
    ("/usr/lib/liba.so.1.2", "", ""),
];

/// What lies where: a number for a file of the original, `->` for a symlink, `/` for a folder.
fn laid(lines: &str) -> Result<Vec<String>, String> {
    let originals: Vec<Original<'_>> = (0..)
        .zip(FILES)
        .map(|(place, (path, target, mark))| Original {
            place,
            path,
            target,
            is_ghost: mark == "g",
            is_folder: mark == "d",
        })
        .collect();
    let system = BTreeSet::from(["/usr", "/usr/lib", "/etc"]);
    let shown = |(path, piece): (&String, &Piece)| match piece {
        Piece::Original(place) => format!("{path} {place}"),
        Piece::Relinked(place, target) => format!("{path} {place} -> {target}"),
        Piece::Symlink(target) => format!("{path} -> {target}"),
        Piece::Folder => format!("{path}/"),
    };
    let laid = with(&format!("liba\n{lines}"), |rules| rules.lay(&originals, &system))?;
    Ok(laid.unwrap_or_default().iter().map(shown).collect())
}

#[test]
fn files_are_kept_left_out_moved_and_linked() {
    for (lines, want) in [
        ("+liba\\.so$", &["/usr/lib/liba.so 9"][..]),
        ("baselib +liba\\.so$", &["/usr/lib/liba.so 9"]),
        ("+liba\\.so\n-\\.so", &[]),
        ("-\\.so$\n+liba\\.so$", &["/usr/lib/liba.so 9"]),
        ("+/etc/a.conf -> /usr/lib/x/b.conf", &["/usr/lib/x/", "/usr/lib/x/b.conf 0"]),
        // A later pattern takes the move back; another one leaves the file out, moved or not.
        ("+/etc/a.conf -> /x\n+etc/a", &["/etc/a.conf 0"]),
        ("+/etc/a.conf -> /x\n-a.conf\n+liba\\.so$", &["/usr/lib/liba.so 9"]),
        ("+/etc/.* -> /x", &[]),
        ("+liba\\.so$\n\"/opt/x -> ../y\"", &["/opt/", "/opt/x -> ../y", "/usr/lib/liba.so 9"]),
        ("\"/opt/x -> y\"", &[]),
        (
            "+^/usr/lib/a/",
            &[
                "/usr/lib/.build-id 3",
                "/usr/lib/.build-id/cd/",
                "/usr/lib/.build-id/cd/2 6",
                "/usr/lib/a/",
                "/usr/lib/a/plug.so 8",
            ],
        ),
        ("+^/usr/lib/a$", &["/usr/lib/a 7"]),
        ("+b-config", &["/usr/bin/", "/usr/bin/b-config 2"]),
    ] {
        assert_eq!(laid(lines), Ok(want.iter().map(ToString::to_string).collect()), "{lines}");
    }
}

#[test]
fn configuration_lies_in_its_folder() {
    for (lines, want) in [
        ("configdir /c/d\nconfig +config$", &["/c/", "/c/d/", "/c/d/a-config 1"][..]),
        ("config +config$", &[]),
        ("configdir /c\nconfig +.*\nconfig -lib\nconfig -bin", &["/c/", "/c/a.conf 0"]),
        ("configdir /c\nconfig +a-config$\n+/usr/bin/a-config -> /x", &["/c/", "/c/a-config 1"]),
    ] {
        assert_eq!(laid(lines), Ok(want.iter().map(ToString::to_string).collect()), "{lines}");
    }
}

#[test]
fn a_prefix_stands_before_what_is_not_moved() {
    let want = [
        "/e/f/etc/",
        "/e/f/etc/a.conf 0",
        "/e/f/usr/",
        "/e/f/usr/lib/",
        "/e/f/usr/lib/liba.so.1.2 11",
        "/usr/lib/.build-id 3",
        "/usr/lib/.build-id/ab 4",
        "/usr/lib/.build-id/ab/1 5 -> ../../../../e/f/usr/lib/liba.so.1.2",
    ];
    assert_eq!(laid("prefix /e/f\n+liba.so.1.2$\n+etc/a").unwrap(), want);
    let want = ["/e/f/etc/", "/e/f/etc/a.conf 0", "/usr/lib/x 9"];
    assert_eq!(laid("prefix /e/f\n+etc/a\n+/usr/lib/liba.so -> /usr/lib/x").unwrap(), want);
}

#[test]
fn rules_that_cannot_be_obeyed() {
    for (lines, why) in [
        ("+/etc/a.conf -> x", "b.conf:2: \"x\" is where no file can lie"),
        ("+/etc/a.conf -> /x/", "b.conf:2: \"/x/\" is where no file can lie"),
        ("+/none -> /x/../y", "b.conf:2: \"/x/../y\" is where no file can lie"),
        ("\"/x\"", "b.conf:2: \"/x\" is no symlink"),
        ("\"x -> y\"", "b.conf:2: \"x\" is where no file can lie"),
        ("\"/x -> \"", "b.conf:2: the symlink /x leads nowhere"),
        ("baselib x", "b.conf:2: \"x\" is no rule for files"),
        (
            &format!("+/etc/a.conf -> {}", "/x".repeat(3000)),
            "b.conf: liba-32bit would have a file whose path",
        ),
        ("configdir /c\nconfig x", "b.conf:3: \"x\" is no rule for configuration"),
        ("+etc/a\n\"/etc/a.conf -> y\"", "b.conf: liba-32bit would have two files /etc/a.conf"),
        (
            "+/etc/a.conf -> /usr/lib/liba.so\n+liba.so$",
            "b.conf: liba-32bit would have two files /usr/lib/liba.so",
        ),
        // Where the link to a program by its build id has to lie, and above that.
        (
            "+liba.so.1.2$\n+/etc/a.conf -> /usr/lib/.build-id/ab/1",
            "b.conf: liba-32bit would have two files /usr/lib/.build-id/ab/1",
        ),
        (
            "+liba.so.1.2$\n\"/usr/lib/.build-id/ab -> x\"",
            "b.conf: liba-32bit would have two files /usr/lib/.build-id/ab",
        ),
    ] {
        let error = laid(lines).unwrap_err();
        assert!(error.starts_with(why), "{lines}: {error}");
    }
}

/// A few deep paths stand for very many folders.
#[test]
fn paths_are_bounded() {
    for (depth, count, is_link, why) in [
        (1000, 5, false, None),
        (1000, 20, false, Some("would take more than")),
        (1000, 5, true, None),
        (1000, 20, true, Some("would take more than")),
        (2100, 1, false, Some("a file whose path has more than 4096 bytes")),
    ] {
        let folder = if is_link { "/usr/lib/.build-id" } else { "" };
        let deep = |number: usize| format!("{folder}/{number}{}/x.so", "/a".repeat(depth));
        let paths: Vec<String> = (0..count).map(deep).collect();
        let target = if is_link { "/usr/lib/b.so" } else { "" };
        let row = |path, target| Original { place: 0, path, target, is_ghost: false, is_folder: false };
        let mut originals: Vec<_> = paths.iter().map(|path| row(path.as_str(), target)).collect();
        originals.push(row("/usr/lib/b.so", ""));
        let rule = if is_link { "+b\\.so" } else { "+.so" };
        let laid = with(&format!("liba\n{rule}"), |rules| rules.lay(&originals, &BTreeSet::new()));
        match (laid, why) {
            (Ok(Some(laid)), None) => assert!(laid.len() > count * depth, "{depth} {count}: {}", laid.len()),
            (Err(error), Some(why)) => assert!(error.contains(why), "{depth} {count}: {error}"),
            (laid, _) => panic!("{depth} {count}: {:?}", laid.map(|laid| laid.map(|laid| laid.len()))),
        }
    }
}
