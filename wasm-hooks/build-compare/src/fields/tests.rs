use super::*;
use crate::header::made::{found, header};

const RPM: Format = Format::Rpm;
const DEB: Format = Format::Deb;

/// Format, fields of the old package and of the new one, and what is found: code, field, old and new.
type Row<'a> = (
    Format,
    &'a [(&'a str, &'a str)],
    &'a [(&'a str, &'a str)],
    Option<(&'a str, &'a str, Option<&'a str>, Option<&'a str>)>,
);

fn check(rows: &[Row<'_>], is_converted: bool) {
    for (format, old, new, want) in rows {
        let (old, new) = (header(*format, old), header(*format, new));
        let sides = Sides { old: &old, new: &new };
        let found = found(sides, |sides, found| compare(sides, is_converted, found));
        let want: Vec<_> = want
            .iter()
            .map(|(code, field, old, new)| {
                (*code, (*field).to_owned(), old.map(str::to_owned), new.map(str::to_owned))
            })
            .collect();
        assert_eq!(found, want, "{:?} {:?}", old.fields, new.fields);
    }
}

#[test]
fn fields_of_rpms() {
    let field = "field-differs";
    check(
        &[
            (RPM, &[("release", "1")], &[("release", "2")], None),
            (RPM, &[("buildtime", "1")], &[("buildtime", "2")], None),
            (RPM, &[("size", "1")], &[("longsize", "2")], None),
            (RPM, &[("packager", "a")], &[("packager", "b")], None),
            (RPM, &[("optflags", "-O2")], &[("optflags", "-O3")], None),
            (RPM, &[("summary", "a")], &[("summary", "b")], Some((field, "summary", Some("a"), Some("b")))),
            (RPM, &[("version", "1")], &[("version", "2")], Some((field, "version", Some("1"), Some("2")))),
            (RPM, &[("epoch", "1")], &[], Some((field, "epoch", Some("1"), None))),
            (RPM, &[], &[("vcs", "git:x")], Some((field, "vcs", None, Some("git:x")))),
            (
                RPM,
                &[("yet-unknown", "1")],
                &[("yet-unknown", "2")],
                Some((field, "yet-unknown", Some("1"), Some("2"))),
            ),
            (
                RPM,
                &[("description", "a\nb\nc")],
                &[("description", "a\nx\nc")],
                Some((field, "description", Some("b"), Some("x"))),
            ),
            // No UTF-8.
            (RPM, &[("packager", "M\u{fffd}ller")], &[("packager", "M\u{fffd}ller")], None),
            (
                RPM,
                &[("vendor", "M\u{fffd}ller")],
                &[("vendor", "M\u{fffd}ller")],
                Some((field, "vendor", None, None)),
            ),
            (RPM, &[("sourcerpm", "a-1-1.src.rpm")], &[("sourcerpm", "a-1-2.src.rpm")], None),
            (
                RPM,
                &[("sourcerpm", "a-1-1.src.rpm")],
                &[("sourcerpm", "a-2-1.src.rpm")],
                Some((field, "sourcerpm", Some("a-1-1.src.rpm"), Some("a-2-1.src.rpm"))),
            ),
        ],
        false,
    );
}

#[test]
fn packages_of_a_kernel_have_one_release() {
    let of = |name, release| [("name", name), ("version", "5.1"), ("release", release)];
    let told = Some(("field-differs", "release", Some("5.1-2.1"), Some("5.1-3.1")));
    check(
        &[
            (RPM, &of("kernel-default", "2.1"), &of("kernel-default", "2.7"), None),
            (RPM, &of("kernel-default", "2.1"), &of("kernel-default", "3.1"), told),
            (RPM, &of("hello", "2.1"), &of("hello", "3.1"), None),
        ],
        false,
    );
}

#[test]
fn texts_that_name_the_package_they_were_made_of() {
    let of =
        |release, text| [("name", "a-32bit"), ("version", "1"), ("release", release), ("description", text)];
    let old = of("1", "out of a-1-1\n");
    let rows: [Row<'_>; 2] = [
        (RPM, &old, &of("2", "out of a-1-2\n"), None),
        (
            RPM,
            &old,
            &of("2", "out of b-1-2\n"),
            Some(("field-differs", "description", Some("out of a-1-1"), Some("out of b-1-2"))),
        ),
    ];
    check(&rows, true);
    let told = Some(("field-differs", "description", Some("out of a-1-1"), Some("out of a-1-2")));
    check(&[(RPM, &old, &of("2", "out of a-1-2\n"), told)], false);
}

/// The fields of a deb of this version.
fn of<'a>(version: &'a str, more: (&'a str, &'a str)) -> [(&'a str, &'a str); 3] {
    [("Package", "hello"), ("Version", version), more]
}

#[test]
fn fields_of_debs() {
    let (field, relation) = ("field-differs", "dependencies-differ");
    let none = ("Section", "misc");
    check(
        &[
            (DEB, &of("1.0-1", none), &of("1.0-2.3", none), None),
            (
                DEB,
                &of("1.0-1", none),
                &of("1.1-1", none),
                Some((field, "version", Some("1.0-1"), Some("1.1-1"))),
            ),
            (DEB, &of("1.0", none), &of("1:1.0", none), Some((field, "version", Some("1.0"), Some("1:1.0")))),
            (DEB, &of("1-1", ("Installed-Size", "1")), &of("1-1", ("Installed-Size", "2")), None),
            (DEB, &of("1-1", ("date", "1")), &of("1-1", ("Build-Date", "2")), None),
            (
                DEB,
                &of("1-1", ("Section", "a")),
                &of("1-1", ("Section", "b")),
                Some((field, "section", Some("a"), Some("b"))),
            ),
            (DEB, &of("1-1", ("Depends", "x, y (= 1-1)")), &of("1-2", ("Depends", "x, y (= 1-2)")), None),
            // A field of the name of a control file hides none of it.
            (
                DEB,
                &[("Package", "hello"), ("Version", "1-1"), ("Shlibs", "a"), ("shlibs", "b")],
                &[("Package", "hello"), ("Version", "1-1"), ("Shlibs", "a"), ("shlibs", "c")],
                Some((field, "shlibs", Some("b"), Some("c"))),
            ),
            (
                DEB,
                &of("1-1", ("Depends", "x, y (= 1-1)")),
                &of("1-2", ("Depends", "x, z, y (= 1-2)")),
                Some((relation, "depends", None, Some("z"))),
            ),
            (
                DEB,
                &of("1-1", ("Depends", "x (= 1-1) | y")),
                &of("1-2", ("Depends", "x (= 1-1) | y")),
                Some((relation, "depends", Some("x (= 1-1) | y"), Some("x (= 1-1) | y"))),
            ),
            (
                DEB,
                &of("1-1", ("Depends", "x, y")),
                &of("1-1", ("Depends", "y, x")),
                Some((relation, "depends", Some("x, y"), Some("y, x"))),
            ),
            (
                DEB,
                &of("1-1", ("symbols", "lib.so\n sym@V 1-1\n old")),
                &of("1-2", ("symbols", "lib.so\n sym@V 1-2\n new")),
                Some((field, "symbols", Some(" old"), Some(" new"))),
            ),
        ],
        false,
    );
}

#[test]
fn fields_of_debs_that_only_look_the_same() {
    let (field, relation) = ("field-differs", "dependencies-differ");
    check(
        &[
            // No UTF-8.
            (
                DEB,
                &of("1-1", ("X", "a\u{fffd}")),
                &of("1-1", ("X", "a\u{fffd}")),
                Some((field, "x", None, None)),
            ),
            (
                DEB,
                &of("1-1", ("Depends", "a\u{fffd}")),
                &of("1-1", ("Depends", "a\u{fffd}")),
                Some((relation, "depends", None, None)),
            ),
            (DEB, &of("1-1", ("Date", "\u{fffd}")), &of("1-1", ("Date", "\u{fffd}")), None),
            // A dependency on another package whose version ends alike.
            (
                DEB,
                &of("1-1", ("Depends", "libssl3 (= 3.1-1)")),
                &of("1-2", ("Depends", "libssl3 (= 3.1-2)")),
                Some((relation, "depends", Some("libssl3 (= 3.1-1)"), Some("libssl3 (= 3.1-2)"))),
            ),
        ],
        false,
    );
}
