//! What may differ, and why: the one place where that stands.

use super::compare::Difference;

/// What says where, when and by what a package was put together, and nothing of what it is.
const IGNORED: [(&str, &str); 8] = [
    ("buildtime", "mkbaselibs builds the package anew, the hook keeps when the original was built"),
    ("buildhost", "as is where"),
    ("rpmversion", "as is by which rpm"),
    ("cookie", "a number of that build"),
    ("optflags", "those of the machine that repackages, although nothing is compiled there"),
    ("file-system", "a number of a disk"),
    ("inode", "a number of a disk; which files are one is compared by itself"),
    ("modified", "mkbaselibs unpacks without times, the hook keeps them"),
];

/// Whether a field is among the ignored ones.
pub(super) fn is_ignored(field: &str) -> bool {
    let word = if field.starts_with("file ") { field.rsplit(' ').next().unwrap() } else { field };
    let is_of_file = |name: &str| matches!(name, "file-system" | "inode" | "modified");
    IGNORED.iter().any(|(name, _)| {
        is_of_file(name) == field.starts_with("file ") && *name == word
            || field.strip_prefix("tag ").is_some_and(|tag| tag.eq_ignore_ascii_case(name))
    })
}

/// Which of the two has what the other has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Only mkbaselibs.
    Theirs,
    /// Only the hook.
    Ours,
    /// Both have it, but not alike.
    Both,
}

use Side::{Both, Ours, Theirs};

/// A difference that is known.
#[derive(Debug)]
pub(super) struct Known {
    /// The case, `*` standing for anything, as in the others.
    pub(super) case: &'static str,
    /// The file name of the package.
    pub(super) package: &'static str,
    pub(super) field: &'static str,
    pub(super) side: Side,
    pub(super) reason: &'static str,
}

const fn known(
    case: &'static str,
    package: &'static str,
    field: &'static str,
    side: Side,
    reason: &'static str,
) -> Known {
    Known { case, package, field, side, reason }
}

const FAILS: &str =
    "mkbaselibs writes a spec that rpmbuild refuses, the hook does what the configuration says";
const SCRIPT: &str = "mkbaselibs takes postun for preun, so that a package that stays would be taken down";
const LOST: &str = "mkbaselibs knows nothing of this field, and loses it";
const GHOST: &str = "mkbaselibs makes an empty file of whatever is only listed";
const LINKS: &str =
    "mkbaselibs moves a file after unpacking it by itself, which makes a second one of a link";
const PLACES: &str = "this rpm numbers what files require before it adds features to the list, so its own header is off by one";
const MARKED: &str = "rpm marks what it adds by itself; mkbaselibs loses the marks, and has rpmbuild add and mark some of it again";
const SLIP: &str = "what is no directive is an error wherever it stands, so that a slip of the pen is seen";
const FOUND: &str =
    "rpmbuild searches the files again, the hook knows what was found when the original was built";

/// Every known difference. Each must be one: what no longer differs has to go from here.
pub(super) const KNOWN: &[Known] = &[
    known("moves-config", "", "run", Both, FAILS),
    known("moves-config", "greet-devel-32bit-*", "", Ours, FAILS),
    known("moves-dropped", "", "run", Both, FAILS),
    known("moves-dropped", "greet-plugins-32bit-*", "", Ours, FAILS),
    known("odd-ghosts-folder", "", "run", Both, FAILS),
    known("odd-ghosts-folder", "odd-ghosts-32bit-*", "", Ours, FAILS),
    known("odd-ghosts-moved", "", "run", Both, FAILS),
    known("odd-ghosts-moved", "odd-ghosts-32bit-*", "", Ours, FAILS),
    known("odd-names-blank", "", "run", Both, FAILS),
    known("odd-names-blank", "odd-names-32bit-*", "", Ours, FAILS),
    known("postun", "*", "PreUn", Both, SCRIPT),
    known("postun-alone", "*", "PreUn", Theirs, SCRIPT),
    known("postun*", "*", "PostUn", Ours, SCRIPT),
    known("postun*", "*", "Requires /bin/sh", Both, SCRIPT),
    known("suggests", "*", "Suggests something", Ours, "mkbaselibs reads suggests, and writes none"),
    known("*", "odd-*", "bugurl", Ours, LOST),
    known("*", "odd-*", "vcs", Ours, LOST),
    known("*", "odd-*", "disttag", Ours, LOST),
    known("odd-files*", "*", "file */caps.so capabilities", Both, LOST),
    known("odd-files*", "*", "Requires rpmlib(FileCaps)", Ours, LOST),
    known("odd-files*", "*", "file */lang.so language", Both, LOST),
    known("odd-files*", "*", "file */artifact.so flags", Both, LOST),
    known("*", "*-debuginfo-*", "file */.build-id/* flags", Both, MARKED),
    known("*", "*-debuginfo-*", "file */.build-id flags", Both, MARKED),
    known("unread", "", "run", Both, SLIP),
    known("unread", "libgreet1-32bit-*", "", Theirs, SLIP),
    known("odd-files*", "*", "file */ghost.so class", Both, GHOST),
    known("odd-files*", "*", "file */ghost.so size", Both, GHOST),
    known("odd-files*", "*", "size", Both, GHOST),
    known("odd-ghosts", "*", "file */ghostlink.so class", Both, GHOST),
    known("odd-ghosts", "*", "file */ghostlink.so mode", Both, GHOST),
    known("odd-ghosts", "*", "file */ghostlink.so size", Both, GHOST),
    known("odd-ghosts", "*", "file */ghostlink.so target", Both, GHOST),
    known("odd-links-moved", "*", "file * same-as", Both, LINKS),
    known("odd-links-moved", "*", "size", Both, LINKS),
    known("dependencies-rich", "*", "file */libgreet.so.1.2 requires", Both, PLACES),
    known("dependencies-versions", "*", "file */libgreet.so.1.2 requires", Both, PLACES),
    known("*", "greet-32bit-1.2-*", "file */usr/bin/greet requires", Both, PLACES),
    known("debuginfo", "greet-32bit-debuginfo-*", "Provides debuginfo(build-id)", Theirs, FOUND),
    known("debuginfo", "greet-32bit-debuginfo-*", "file *.debug provides", Both, FOUND),
];

const SAME: &str =
    "mkbaselibs calls a deb after the original and the kind of the target, whatever targetname says";
const SILENT: &str =
    "mkbaselibs does not notice that dpkg-deb failed, and the package is missing; the hook says why";
const COUNTED: &str = "mkbaselibs keeps the number, although there are more folders now";

const KEPT: &str = "mkbaselibs removes `postins`, which no package has, and the original's script stays";

/// The same of debs.
pub(super) const OF_DEBS: &[Known] = &[
    known("alone", "*", "PostIn", Theirs, KEPT),
    known("alone", "*", "control postinst", Theirs, KEPT),
    known("prefix", "*", "Installed-Size", Both, COUNTED),
    known("deep-prefix", "*", "Installed-Size", Both, COUNTED),
    known(
        "deep-prefix",
        "*",
        "file *",
        Ours,
        "mkbaselibs cannot unpack below folders that are not there, and makes an empty package",
    ),
    known("scripts", "*", "PreUn", Both, SCRIPT),
    known("scripts", "*", "PostUn", Ours, SCRIPT),
    known("scripts", "*", "control postrm", Ours, SCRIPT),
    known("targetname", "libgreet1-32bit_*", "", Theirs, SAME),
    known("targetname", "called-greet_*", "", Ours, SAME),
    known("dotted", "*", "", Ours, "mkbaselibs passes over a bare name with a dot"),
    known(
        "left-out",
        "*",
        "",
        Ours,
        "mkbaselibs takes the minus for a part of the name, and dpkg-deb fails unnoticed",
    ),
    known("spec-syntax", "", "run", Both, SILENT),
];

impl Known {
    /// Whether a difference of a case is this one.
    pub(super) fn is(&self, case: &str, difference: &Difference) -> bool {
        let side = match (difference.theirs.is_empty(), difference.ours.is_empty()) {
            (true, false) => Ours,
            (false, true) => Theirs,
            (true, true) | (false, false) => Both,
        };
        fits(self.case, case)
            && fits(self.package, &difference.package)
            && fits(self.field, &difference.field)
            && self.side == side
    }
}

/// Whether a pattern with `*` is that of a whole text.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|text| (0..=text.len()).any(|at| text.get(at..).is_some_and(|end| fits(rest, end)))),
    }
}

#[test]
fn patterns_fit_whole_texts() {
    for (pattern, text, want) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("a*", "ab", true),
        ("*b", "ab", true),
        ("*c*", "abcd", true),
        ("*c*", "abd", false),
        ("a*b*c", "a-b-c", true),
        ("", "", true),
        ("*", "ü", true),
    ] {
        assert_eq!(fits(pattern, text), want, "{pattern} {text}");
    }
}
