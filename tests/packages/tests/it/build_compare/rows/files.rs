//! Files: whether they are there, what the package says of them, and plain contents.

use crate::build_compare::content::gz;
use crate::build_compare::pair::Shows;
use crate::build_compare::parts::{Part, What, part};

const FILE: &str = "/usr/share/{n}/file";

pub(super) fn rows() -> Vec<Part> {
    [there(), said(), contents(), ignored()].concat()
}

/// A row for a file that one difference must name.
fn named(name: &'static str) -> Part {
    part(name).shows(Shows::path(&[FILE]))
}

fn there() -> Vec<Part> {
    vec![
        named("file-added").placed(1, FILE, "", "new\n"),
        named("file-removed").placed(0, FILE, "", "old\n"),
        part("file-renamed")
            .placed(0, "/usr/share/{n}/a", "", "same\n")
            .placed(1, "/usr/share/{n}/b", "", "same\n")
            .shows(Shows::path(&["/usr/share/{n}/b"])),
        named("folder-added").placed(1, FILE, "%dir", What::Folder),
        named("file-is-folder").placed(0, FILE, "", "old\n").placed(1, FILE, "%dir", What::Folder),
        named("file-is-link").placed(0, FILE, "", "old\n").placed(1, FILE, "", What::Link("constant".into())),
        part("build-id-link").placed(0, "/usr/lib/.build-id/aa/{n}", "", What::Link("../a".into())).placed(
            1,
            "/usr/lib/.build-id/bb/{n}",
            "",
            What::Link("../b".into()),
        ),
        part("build-id-file").differs("/usr/lib/.build-id/{n}", "one\n", "other\n"),
        part("build-id-link-added").placed(1, "/usr/lib/.build-id/cc/{n}", "", What::Link("../a".into())),
    ]
}

fn said() -> Vec<Part> {
    let rows: [(&'static str, &str, &str); 12] = [
        ("mode", "%attr(0644,-,-)", "%attr(0600,-,-)"),
        ("mode-setuid", "%attr(0755,-,-)", "%attr(4755,-,-)"),
        ("owner", "%attr(-,root,-)", "%attr(-,daemon,-)"),
        ("file-group", "%attr(-,-,root)", "%attr(-,-,daemon)"),
        ("config", "", "%config"),
        ("config-noreplace", "%config", "%config(noreplace)"),
        ("documentation", "", "%doc"),
        ("licence-file", "", "%license"),
        ("ghost-now", "", "%ghost"),
        ("verify", "", "%verify(not md5)"),
        ("capability", "", "%caps(cap_net_raw=ep)"),
        ("language", "", "%lang(de)"),
    ];
    let mut parts: Vec<Part> =
        rows.into_iter().map(|(name, old, new)| named(name).said(FILE, old, new)).collect();
    let device = |name: &'static str, old: &str, new: &str| {
        named(name).placed(0, FILE, old, What::Nothing).placed(1, FILE, new, What::Nothing)
    };
    parts.extend([
        named("link").file(FILE, What::Link("one".into()), What::Link("other".into())),
        part("link-to-modules").file(
            "/lib/modules/{n}",
            What::Link("/usr/src/x-1.0-1.1".into()),
            What::Link("/usr/src/x-1.0-1.2".into()),
        ),
        device("device", "%dev(c,1,3)", "%dev(c,1,5)"),
        part("ghost").placed(0, FILE, "%ghost", "one\n").placed(1, FILE, "%ghost", "two\n"),
        part("ghost-size").placed(0, FILE, "%ghost", "one\n").placed(1, FILE, "%ghost", "another\n"),
    ]);
    parts
}

/// One file of two names, one of which does not tell what is in it.
fn linked(name: &'static str, old: What, new: What) -> Part {
    let other = || What::Same("usr/share/{n}/a.gz");
    let path = "/usr/share/{n}/a.gz";
    part(name).file(path, old, new).placed(0, FILE, "", other()).placed(1, FILE, "", other())
}

/// More than a hook is handed at once.
fn large(last: u8) -> Vec<u8> {
    let mut bytes = vec![0; 65 << 20];
    bytes.push(last);
    bytes
}

fn contents() -> Vec<Part> {
    let many = |word: &str| -> Vec<u8> { format!("{}{word}\n", "a line\n".repeat(9000)).into() };
    let data = |byte: u8| -> Vec<u8> { (0..=255).chain([byte, 0, 1]).collect() };
    vec![
        part("text").differs(FILE, "one\n", "other\n"),
        part("text-of-many-lines").differs(FILE, many("one"), many("other")),
        part("blanks").differs(FILE, "a b\n", "a  b\n"),
        part("debuginfod-like").differs(FILE, "one\n", "other\n"),
        linked("links-differ", "one\n".into(), "other\n".into()).shows(Shows::path(&[FILE])),
        linked("links-gz-time", gz(b"text\n", 1).into(), gz(b"text\n", 2).into()),
        part("link-is-copy")
            .placed(0, "/usr/share/{n}/a", "", "same\n")
            .placed(0, "/usr/share/{n}/b", "", What::Same("usr/share/{n}/a"))
            .file("/usr/share/{n}/c", "same\n", "same\n")
            .placed(1, "/usr/share/{n}/a", "", "same\n")
            .placed(1, "/usr/share/{n}/b", "", "same\n")
            // How the archive is read.
            .shows(Shows::field("requires")),
        part("large").differs(FILE, large(1), large(2)),
        part("no-end-of-line").differs(FILE, "a\n", "a"),
        part("emptied").differs(FILE, "a\n", ""),
        part("data").differs(FILE, data(1), data(2)),
        part("noarch-text")
            .preamble("BuildArch: noarch", "BuildArch: noarch")
            .differs(FILE, "one\n", "other\n"),
        part("name-with-blanks").differs("/usr/share/{n}/a file's name", "one\n", "other\n"),
        part("config-text")
            .placed(0, FILE, "%config", "a=1\n")
            .placed(1, FILE, "%config", "a=2\n")
            .shows(Shows::path(&[FILE])),
        part("recipe-in-package").file("/usr/share/{n}/a.spec", "Release: 1\n", "Release: 2\n"),
        part("recipe-in-package-differs").differs("/usr/share/{n}/a.spec", "Version: 1\n", "Version: 2\n"),
        part("recipe-in-package-says-release").differs(
            "/usr/share/{n}/a.spec",
            "echo Release: 1\n",
            "echo Release: 2\n",
        ),
        part("fonts").file("/usr/share/fonts/{n}/fonts.dir", "2\na\nb\n", "2\nb\na\n"),
        part("fonts-differ").differs("/usr/share/fonts/{n}/fonts.dir", "2\na\nb\n", "2\na\nc\n"),
        part("font-scale").file("/usr/share/fonts/{n}/fonts.scale", "1\n2\n", "2\n1\n"),
    ]
}

fn ignored() -> Vec<Part> {
    let paths = [
        ("ignored-rid", "/usr/share/{n}/created.rid"),
        ("ignored-mdb", "/usr/lib/{n}/a.dll.mdb"),
        ("ignored-exe-mdb", "/usr/lib/{n}/a.exe.mdb"),
        ("ignored-machine-id", "/usr/lib/{n}/etc/machine-id"),
        ("ignored-linker-cache", "/usr/lib/{n}/etc/ld.so.cache"),
        ("ignored-rds", "/usr/lib64/R/library/{n}/Meta/package.rds"),
    ];
    let mut parts: Vec<Part> =
        paths.into_iter().map(|(name, path)| part(name).file(path, "one\n", "other\n")).collect();
    parts.extend([
        part("ignored-format").differs("/var/lib/texmf/web2c/{n}/a.fmt", "one\n", "other\n"),
        part("ignored-base").differs("/var/lib/texmf/web2c/metafont/{n}.base", "one\n", "other\n"),
        part("ignored-mem").differs("/var/lib/texmf/web2c/metapost/{n}.mem", "one\n", "other\n"),
        part("ignored-rdb").differs("/usr/lib64/R/library/{n}/R/{n}.rdb", "one\n", "other\n"),
        part("ignored-rdx").differs("/usr/lib/R/library/{n}/R/{n}.rdx", "one\n", "other\n"),
        part("not-ignored-rds").differs("/usr/share/{n}/package.rds", "one\n", "other\n"),
        named("ignored-file-added")
            .placed(1, "/usr/share/{n}/created.rid", "", "new\n")
            .shows(Shows::path(&["/usr/share/{n}/created.rid"])),
    ]);
    parts
}
