use super::*;
use alloc::borrow::ToOwned;
use alloc::format;
use skink_sdk::Kind;

fn entries(paths: &[&str]) -> Vec<Entry> {
    let entry = |path: &&str| Entry {
        path: (*path).to_owned(),
        kind: Kind::File,
        size: 1,
        mode: 0o644,
        target: None,
    };
    paths.iter().map(entry).collect()
}

fn told(pairs: &Pairs<'_>) -> Vec<String> {
    let side = |side: &Side<'_>| {
        let debug: String = side.debug.iter().map(|path| format!(" d:{path}")).collect();
        let devel: String = side.devel.iter().map(|path| format!(" v:{path}")).collect();
        format!("{}{debug}{devel}", side.package.path)
    };
    let removed = pairs.removed.iter().map(|package| format!("removed {}", package.name));
    pairs
        .pairs
        .iter()
        .map(|pair| format!("{} | {}", side(&pair.old), side(&pair.new)))
        .chain(removed)
        .collect()
}

#[test]
fn what_is_compared_with_what() {
    type Row = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);
    let rows: [Row; 10] = [
        (
            "by name and architecture, wherever the files are",
            &["a-1-1.x86_64.rpm", "b-1-1.i586.rpm", "c-1-1.noarch.rpm", "a-1-1.src.rpm"],
            &[
                "RPMS/x86_64/a-2-1.x86_64.rpm",
                "RPMS/x86_64/b-1-1.x86_64.rpm",
                "RPMS/noarch/c-1-1.noarch.rpm",
                "SRPMS/a-2-1.src.rpm",
            ],
            &["a-1-1.x86_64.rpm | RPMS/x86_64/a-2-1.x86_64.rpm", "removed b"],
        ),
        (
            "a library whose number is another",
            &["libx1-1-1.x86_64.rpm"],
            &["libx2-2-1.x86_64.rpm"],
            &["libx1-1-1.x86_64.rpm | libx2-2-1.x86_64.rpm"],
        ),
        (
            "two that it may have become",
            &["libx1-1-1.x86_64.rpm"],
            &["libx2-2-1.x86_64.rpm", "libx3-2-1.x86_64.rpm"],
            &["removed libx1"],
        ),
        ("a name without a number", &["x-1-1.x86_64.rpm"], &["x2-2-1.x86_64.rpm"], &["removed x"]),
        ("what is new is not compared", &[], &["x-2-1.x86_64.rpm"], &[]),
        (
            "its own debug package, and that of the source",
            &[
                "lib-1-1.x.rpm",
                "lib-debuginfo-1-1.x.rpm",
                "src-debuginfo-1-1.x.rpm",
                "other-debuginfo-1-1.x.rpm",
                "lib-debugsource-1-1.x.rpm",
            ],
            &["lib-2-1.x.rpm", "lib-debuginfo-2-1.x.rpm"],
            &[
                "lib-1-1.x.rpm d:lib-debuginfo-1-1.x.rpm d:src-debuginfo-1-1.x.rpm | lib-2-1.x.rpm d:lib-debuginfo-2-1.x.rpm",
            ],
        ),
        (
            "all debug packages where none is its own",
            &["lib-1-1.x.rpm", "src-debuginfo-1-1.x.rpm", "b-debuginfo-1-1.x.rpm", "b-debuginfo-1-1.y.rpm"],
            &["lib-1-1.x.rpm"],
            &["lib-1-1.x.rpm d:b-debuginfo-1-1.x.rpm d:src-debuginfo-1-1.x.rpm | lib-1-1.x.rpm"],
        ),
        (
            "the devel package by its name",
            &["libx1-1-1.x.rpm", "libx-devel-1-1.x.rpm", "y-devel-1-1.x.rpm"],
            &["libx1-1-1.x.rpm", "libx1-devel-1-1.x.rpm", "libx-devel-1-1.x.rpm"],
            &[
                "libx-devel-1-1.x.rpm | libx-devel-1-1.x.rpm",
                "libx1-1-1.x.rpm v:libx-devel-1-1.x.rpm | libx1-1-1.x.rpm v:libx1-devel-1-1.x.rpm",
                "removed y-devel",
            ],
        ),
        (
            "the only devel package",
            &["libx1-1-1.x.rpm", "y-devel-1-1.x.rpm"],
            &["libx1-1-1.x.rpm"],
            &["libx1-1-1.x.rpm v:y-devel-1-1.x.rpm | libx1-1-1.x.rpm", "removed y-devel"],
        ),
        (
            "packages of Debian",
            &[
                "libx1_1-1_amd64.deb",
                "libx1-dbgsym_1-1_amd64.deb",
                "libx-dev_1-1_amd64.deb",
                "x-doc_1-1_all.deb",
            ],
            &["DEBS/libx1_1-2_amd64.deb"],
            &[
                "libx1_1-1_amd64.deb d:libx1-dbgsym_1-1_amd64.deb v:libx-dev_1-1_amd64.deb | DEBS/libx1_1-2_amd64.deb",
                "removed libx-dev",
            ],
        ),
    ];
    for (what, old, new, want) in rows {
        let (old, new) = (entries(old), entries(new));
        assert_eq!(told(&pairs(&old, &new, "src", &["*".to_owned()])), want, "{what}");
    }
}

#[test]
fn only_what_is_wanted() {
    let trees = entries(&["a-1-1.x.rpm", "b-1-1.x.rpm", "c-1-1.x.rpm"]);
    let found = pairs(&trees, &trees, "", &["a".to_owned(), "c*".to_owned()]);
    assert_eq!(told(&found), ["a-1-1.x.rpm | a-1-1.x.rpm", "c-1-1.x.rpm | c-1-1.x.rpm"]);
}
