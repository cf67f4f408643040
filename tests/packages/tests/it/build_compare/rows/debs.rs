//! Pairs of debs.

use crate::build_compare::content::gz;
use crate::build_compare::deb::Deb;
use crate::build_compare::pair::{Pair, Shows};
use crate::build_compare::parts::RELEASES;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

type Change = fn(&mut Deb, usize);

pub(super) fn pairs(base: &Path) -> Vec<Pair> {
    let at = base.join("debs");
    let pair = |(name, change, shows): (&str, Change, Shows)| {
        let [old, new] = [0, 1].map(|side| {
            let mut deb = Deb::new("it", side);
            change(&mut deb, side);
            deb.built(&at.join(name).join(RELEASES[side]))
        });
        Pair::of(base, name, &[old], &[new], shows)
    };
    let rows = control().into_iter().chain(scripts()).chain(no_utf8()).chain(contents()).chain(whole());
    let mut pairs: Vec<Pair> = rows.map(pair).collect();
    pairs.extend(several(base, &at));
    pairs
}

/// One of two texts.
fn of(side: usize) -> &'static str {
    ["one", "two"][side]
}

fn field(field: &'static str) -> Shows {
    Shows::field(field).of("it")
}

fn control() -> Vec<(&'static str, Change, Shows)> {
    vec![
        ("deb-rebuilt", |_, _| {}, Shows::default()),
        ("deb-section", |deb, side| deb.control = format!("Section: {}\n", of(side)), field("section")),
        ("deb-depends", |deb, side| deb.control = format!("Depends: {}\n", of(side)), field("depends")),
        (
            "deb-depends-own",
            |deb, _| deb.control = format!("Depends: it (= 1.0-{})\n", deb.release),
            Shows::default(),
        ),
        (
            "deb-depends-longer-version",
            |deb, _| deb.control = format!("Depends: libother (= 3.1.0-{})\n", deb.release),
            field("depends"),
        ),
        (
            "deb-recommends",
            |deb, side| deb.control = format!("Recommends: {}\n", of(side)),
            field("recommends"),
        ),
        ("deb-own-field", |deb, side| deb.control = format!("X-Mine: {}\n", of(side)), field("x-mine")),
        ("deb-size", |deb, side| deb.control = format!("Installed-Size: {side}\n"), Shows::default()),
        (
            "deb-date",
            |deb, side| deb.control = format!("Build-Date: {side}\nDate: {side}\n"),
            Shows::default(),
        ),
        ("deb-field-added", |deb, side| deb.control = "Priority: optional\n".repeat(side), field("priority")),
    ]
}

fn scripts() -> Vec<(&'static str, Change, Shows)> {
    fn script(deb: &mut Deb, name: &'static str, text: &str) {
        deb.scripts.push((name, format!("#!/bin/sh\necho {text}\n").into()));
    }
    vec![
        ("deb-preinst", |deb, side| script(deb, "preinst", of(side)), field("pre-in")),
        ("deb-postinst", |deb, side| script(deb, "postinst", of(side)), field("post-in")),
        ("deb-prerm", |deb, side| script(deb, "prerm", of(side)), field("pre-un")),
        ("deb-postrm", |deb, side| script(deb, "postrm", of(side)), field("post-un")),
        ("deb-config", |deb, side| script(deb, "config", of(side)), field("config")),
        (
            "deb-script-added",
            |deb, side| {
                if side == 1 {
                    script(deb, "postinst", "one")
                }
            },
            field("post-in"),
        ),
        (
            "deb-script-release",
            |deb, side| script(deb, "postinst", &format!("1.0-{}", RELEASES[side])),
            Shows::default(),
        ),
        (
            "deb-triggers",
            |deb, side| deb.scripts.push(("triggers", format!("interest {}\n", of(side)).into())),
            field("triggers"),
        ),
        (
            "deb-conffiles",
            |deb, side| deb.scripts.push(("conffiles", "/usr/share/it/text\n".repeat(side).into())),
            field("conffiles"),
        ),
        (
            "deb-shlibs",
            |deb, side| deb.scripts.push(("shlibs", format!("libit {side} it\n").into())),
            field("shlibs"),
        ),
        (
            "deb-symbols-release",
            |deb, side| {
                let text = format!("libit.so.1 it #MINVER#\n one@Base 1.0-{}\n", RELEASES[side]);
                deb.scripts.push(("symbols", text.into()));
            },
            Shows::default(),
        ),
        (
            "deb-templates",
            |deb, side| {
                deb.scripts.push(("templates", format!("Template: it/{}\nType: note\n", of(side)).into()))
            },
            field("templates"),
        ),
    ]
}

/// Bytes that all look alike where only UTF-8 can be told.
fn no_utf8() -> Vec<(&'static str, Change, Shows)> {
    vec![
        (
            "deb-script-no-utf8",
            |deb, side| {
                deb.scripts
                    .push(("preinst", [&b"#!/bin/sh\necho "[..], [b"\xe4\n", b"\xf6\n"][side]].concat()))
            },
            field("pre-in"),
        ),
        (
            "deb-link-no-utf8",
            |deb, side| deb.link = OsString::from_vec(vec![b'a', [0xe4, 0xf6][side]]),
            text("/usr/share/it/link"),
        ),
    ]
}

fn file(deb: &mut Deb, path: &str, content: impl Into<Vec<u8>>) {
    deb.files.push((path.to_owned(), content.into(), 0o644));
}

fn text(path: &'static str) -> Shows {
    Shows::path(&[path]).of("it")
}

fn contents() -> Vec<(&'static str, Change, Shows)> {
    vec![
        ("deb-text", |deb, side| file(deb, "usr/share/it/a", of(side)), text("/usr/share/it/a")),
        (
            "deb-text-without-sum",
            |deb, side| file(deb, "usr/share/it/unknown", of(side)),
            text("/usr/share/it/unknown"),
        ),
        (
            "deb-file-added",
            |deb, side| {
                if side == 1 {
                    file(deb, "usr/share/it/a", "x")
                }
            },
            text("/usr/share/it/a"),
        ),
        (
            "deb-file-gone",
            |deb, side| {
                if side == 0 {
                    file(deb, "usr/share/it/a", "x")
                }
            },
            text("/usr/share/it/a"),
        ),
        ("deb-mode", |deb, side| deb.files[0].2 = [0o644, 0o4755][side], text("/usr/share/it/text")),
        ("deb-link", |deb, side| deb.link = of(side).into(), text("/usr/share/it/link")),
        (
            "deb-gz-time",
            |deb, side| file(deb, "usr/share/it/a.gz", gz(b"x\n", side as u32 + 1)),
            Shows::default(),
        ),
        (
            "deb-changelog",
            |deb, side| {
                let news = format!(
                    "it (1.0-{}) unstable\n\n  * a\n\n -- A Person <a@example.org>  Wed, 1{side} Nov 2026 10:00:00 +0000\n",
                    RELEASES[side]
                );
                file(deb, "usr/share/doc/it/changelog.Debian.gz", gz(news.as_bytes(), 0));
            },
            Shows::default(),
        ),
        (
            "deb-changelog-text",
            |deb, side| file(deb, "usr/share/doc/it/changelog.Debian.gz", gz(of(side).as_bytes(), 0)),
            text("/usr/share/doc/it/changelog.Debian.gz"),
        ),
        (
            "deb-man-date",
            |deb, side| {
                file(deb, "usr/share/man/man1/it.1", format!(".TH IT 1 \"2026-11-1{side}\" \"1\" \"It\"\n"))
            },
            Shows::default(),
        ),
        ("deb-ignored", |deb, side| file(deb, "usr/share/it/created.rid", of(side)), Shows::default()),
    ]
}

fn whole() -> Vec<(&'static str, Change, Shows)> {
    vec![
        ("deb-packing", |deb, side| deb.packing = ["gzip", "xz"][side], Shows::default()),
        ("deb-no-sums", |deb, _| deb.has_sums = false, Shows::default()),
        ("deb-version", |deb, side| deb.version = ["1.0", "1.1"][side], field("version")),
        (
            "deb-field-order",
            |deb, side| {
                deb.control = ["Section: a\nPriority: b\n", "Priority: b\nSection: a\n"][side].to_owned()
            },
            Shows::default(),
        ),
        ("deb-arch", |deb, side| deb.arch = ["amd64", "all"][side], Shows::reason("packages_differ")),
        (
            "deb-renamed",
            |deb, side| deb.package = ["it", "that"][side].to_owned(),
            Shows::reason("packages_differ"),
        ),
    ]
}

/// More than one package, and what lies beside them.
fn several(base: &Path, at: &Path) -> Vec<Pair> {
    let deb = |row: &str, package: &str, side: usize, text: &str| {
        let mut deb = Deb::new(package, side);
        deb.files[0].1 = text.into();
        deb.built(&at.join(row).join(format!("{package}-{side}")))
    };
    let pair = |name: &str, packages: [&[&str]; 2], differs: &str, shows: Shows| {
        let [old, new] = [0, 1].map(|side| -> Vec<PathBuf> {
            let text = |package: &str| if side == 1 && package == differs { "other\n" } else { "same\n" };
            packages[side].iter().map(|package| deb(name, package, side, text(package))).collect()
        });
        Pair::of(base, name, &old, &new, shows)
    };
    let three: &[&str] = &["it", "it-data", "it-dbgsym"];
    let differ = || Shows::reason("packages_differ");
    let appdata = |name: &str, old, new, shows| {
        pair(name, [&["it"], &["it"]], "", shows).beside("it-appdata.xml", old, new)
    };
    let text = |package: &str| Shows::path(&["/usr/share/it/text"]).of(package);
    vec![
        pair("deb-symbols-differ", [three, three], "it-dbgsym", text("it-dbgsym")),
        pair("deb-one-of-three", [three, three], "it-data", text("it-data")),
        pair("deb-added", [&["it"], &["it", "that"]], "", differ()),
        pair("deb-gone", [&["it", "that"], &["it"]], "", differ()),
        pair("deb-dbg-differs", [&["it-dbg"], &["it-dbg"]], "it-dbg", text("it-dbg")),
        appdata("deb-appdata-differs", Some("<a/>\n"), Some("<b/>\n"), Shows::reason("appdata_differs")),
        appdata("deb-appdata-new", None, Some("<b/>\n"), Shows::reason("appdata_new")),
        pair("deb-source-differs", [&["it"], &["it"]], "", Shows::path(&["it_1.0.orig.tar"])).beside(
            "it_1.0.orig.tar",
            Some("a\n"),
            Some("b\n"),
        ),
        pair("deb-log-differs", [&["it"], &["it"]], "", Shows::default()).beside(
            "rpmlint.log",
            Some("a\n"),
            Some("b\n"),
        ),
    ]
}
