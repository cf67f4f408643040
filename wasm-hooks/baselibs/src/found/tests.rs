use super::*;
use std::vec;

fn dependency(kind: DependencyKind, name: &str, flags: u32) -> Dependency {
    Dependency { kind, name: name.into(), flags, version: String::new() }
}

fn row<'a>(place: u32, path: &'a str, dependencies: &'a [u32]) -> PackagedFile<'a> {
    PackagedFile {
        place,
        path,
        mode: 0o100_644,
        size: 0,
        owner: "root",
        group: "root",
        flags: 0,
        verify: 0,
        digest: "",
        target: "",
        inode: 0,
        colour: 0,
        dependencies,
    }
}

#[test]
fn what_comes_from_a_place_goes_with_it() {
    for (name, old, new, architecture, want) in [
        ("pkgconfig(a)", "/usr/lib/pkgconfig/a.pc", "/usr/lib/pkgconfig/a.pc", "i586", Some("pkgconfig(a)")),
        ("pkgconfig(a)", "/usr/lib/pkgconfig/a.pc", "/usr/lib64/pkgconfig/a.pc", "i586", None),
        (
            "pkgconfig(a)",
            "/usr/lib64/pkgconfig/a.pc",
            "/usr/lib64/pkgconfig/a.pc",
            "ppc64",
            Some("pkgconfig(a)"),
        ),
        ("pkgconfig(a)", "/usr/lib/pkgconfig/a.pc", "/usr/lib/pkgconfig/b.pc", "i586", Some("pkgconfig(b)")),
        (
            "pkgconfig(a)",
            "/usr/lib/pkgconfig/a.pc",
            "/usr/share/pkgconfig/a.pc",
            "i586",
            Some("pkgconfig(a)"),
        ),
        ("/usr/bin/pkg-config", "/usr/lib/pkgconfig/a.pc", "/emul/usr/lib/pkgconfig/a.pc", "i586", None),
        ("liba.so.1", "/usr/lib/liba.so.1", "/emul/usr/lib/liba.so.1", "i586", Some("liba.so.1")),
        (
            "application(a)",
            "/usr/share/applications/a.desktop",
            "/usr/share/applications/a.desktop",
            "i586",
            Some("application(a)"),
        ),
        (
            "application()",
            "/usr/share/applications/a.desktop",
            "/emul/usr/share/applications/a.desktop",
            "i586",
            None,
        ),
        ("metainfo()", "/usr/share/metainfo/a.xml", "/usr/share/a.xml", "i586", None),
        ("python(abi)", "/usr/lib/python3.11/a.py", "/usr/lib/python3.11/a.py", "i586", Some("python(abi)")),
        ("python(abi)", "/usr/lib/python3.11/a.py", "/emul/usr/lib/python3.11/a.py", "i586", None),
    ] {
        let one = dependency(DependencyKind::Provides, name, FIND_PROVIDES);
        let row = row(0, old, &[0]);
        let moved = of_files(&[one], &[row], &[(new, &row)], architecture).pop().map(|one| one.name);
        assert_eq!(moved.as_deref(), want, "{name} of {old} at {new} for {architecture}");
    }
}

#[test]
fn places_from_before_rpm_added_its_own() {
    use DependencyKind::Requires;
    let found = |name| dependency(Requires, name, FIND_REQUIRES);
    let own = |name| dependency(Requires, name, 0);
    // What stands before them, all that files name, and what the first file needs.
    let rows = [
        (vec![found("a"), found("b"), own("z")], [0, 1], vec!["a"]),
        (vec![own("rpmlib(RichDependencies)"), found("a"), found("b")], [0, 1], vec!["a"]),
        (
            vec![own("rpmlib(FileDigests)"), own("rpmlib(PayloadIsZstd)"), found("a"), found("b")],
            [1, 2],
            vec!["a"],
        ),
        (vec![own("rpmlib(FileDigests)"), own("rpmlib(New)"), found("a"), found("b")], [0, 1], vec!["a"]),
        // What nobody can tell.
        (vec![found("a"), own("x"), found("b"), found("c")], [1, 2], vec!["a", "b", "c"]),
        // rpm did not say what it found.
        (vec![own("a"), own("b")], [0, 1], vec!["a"]),
    ];
    for (requires, [first, second], want) in rows {
        let mut all = vec![dependency(DependencyKind::Provides, "p", 0)];
        all.extend(requires);
        let (first, second) = ([first + 1], [second + 1]);
        let rows = [row(0, "/a", &first), row(1, "/b", &second)];
        let own = of_files(&all, &rows, &[("/a", &rows[0])], "i586");
        let names: Vec<&str> = own.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, want, "{all:?}");
    }
}

#[test]
fn build_ids_are_provided_where_the_original_says_so() {
    let path = "/usr/lib/debug/.build-id/ab/cd.debug";
    let provides = dependency(DependencyKind::Provides, DEBUG, FIND_PROVIDES | EQUAL);
    for (all, path, want) in [
        (vec![provides.clone()], path, Some("abcd")),
        (vec![], path, None),
        (vec![provides.clone()], "/emul/usr/lib/debug/.build-id/ab/cd.debug", None),
        (vec![provides.clone()], "/usr/lib/debug/.build-id/ab/cd", None),
        (vec![provides], "/usr/lib/debug/.build-id/ab/c d.debug", None),
    ] {
        let row = row(0, path, &[]);
        let own = of_files(&all, &[row], &[(path, &row)], "i586");
        assert_eq!(own.first().map(|one| one.version.as_str()), want, "{path}");
    }
}
