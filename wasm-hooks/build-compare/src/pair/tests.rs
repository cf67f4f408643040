use super::made::entries;
use super::*;

#[test]
fn packages_pair_by_name_and_architecture() {
    let old = ["a-1-1.src.rpm", "a-1-1.x86_64.rpm", "b-1-1.noarch.rpm", "gone-1-1.noarch.rpm", "rpmlint.log"];
    let new = [
        "RPMS/noarch/b-2-7.noarch.rpm",
        "RPMS/noarch/come-1-1.noarch.rpm",
        "RPMS/x86_64/a-1-2.x86_64.rpm",
        "RPMS/x86_64/a-1-1_1-2.x86_64.delta.rpm",
        "SRPMS/a-1-2.src.rpm",
        "OTHER/rpmlint.log",
    ];
    let (old, new) = (entries(&old), entries(&new));
    let told: Vec<(Option<&str>, Option<&str>)> = pairs(&old, &new)
        .iter()
        .map(|pair| match pair {
            Pair::Both { old, new } => (Some(old.path), Some(new.path)),
            Pair::Removed(old) => (Some(old.path), None),
            Pair::Added(new) => (None, Some(new.path)),
        })
        .collect();
    let want = [
        (None, Some("RPMS/noarch/come-1-1.noarch.rpm")),
        (Some("gone-1-1.noarch.rpm"), None),
        (Some("a-1-1.src.rpm"), Some("SRPMS/a-1-2.src.rpm")),
        (Some("a-1-1.x86_64.rpm"), Some("RPMS/x86_64/a-1-2.x86_64.rpm")),
        (Some("b-1-1.noarch.rpm"), Some("RPMS/noarch/b-2-7.noarch.rpm")),
    ];
    assert_eq!(told, want);
}

#[test]
fn no_package_is_lost_where_several_have_one_name() {
    let (old, new) = (entries(&["a-1-1.noarch.rpm"]), entries(&["x/a-1-1.noarch.rpm", "y/a-1-1.noarch.rpm"]));
    let found = pairs(&old, &new);
    assert_eq!(found.len(), 2);
    assert!(
        found.iter().any(|pair| matches!(pair, Pair::Added(added) if added.path == "y/a-1-1.noarch.rpm"))
    );
}

#[test]
fn what_is_called_a_package_and_is_none() {
    let paths = ["a-1-1.noarch.rpm", "OTHER/a.deb", "a.txt"];
    let rows: [(Kind, &[&str]); 4] =
        [(Kind::File, &[]), (Kind::Directory, &[]), (Kind::Symlink, &paths[..2]), (Kind::Other, &paths[..2])];
    for (kind, want) in rows {
        let mut entries = entries(&paths);
        entries.iter_mut().for_each(|entry| entry.kind = kind);
        assert_eq!(unreadable(&entries).collect::<Vec<_>>(), want, "{kind:?}");
        assert_eq!(pairs(&entries, &[]).is_empty(), !matches!(kind, Kind::File), "{kind:?}");
    }
}

#[test]
fn what_is_looked_into() {
    let rows = [
        ("hello-1-1.x86_64.rpm", "hello.x86_64", Depth::Whole),
        ("hello-1-1.src.rpm", "hello.src", Depth::Whole),
        ("hello-debuginfo-1-1.x86_64.rpm", "hello-debuginfo.x86_64", Depth::Debug),
        ("hello-debuginfo-32bit-1-1.x86_64.rpm", "hello-debuginfo-32bit.x86_64", Depth::Debug),
        ("hello-32bit-debuginfo-1-1.x86_64.rpm", "hello-32bit-debuginfo.x86_64", Depth::Debug),
        ("hello-debugsource-1-1.x86_64.rpm", "hello-debugsource.x86_64", Depth::Whole),
        ("debuginfod-1-1.x86_64.rpm", "debuginfod.x86_64", Depth::Whole),
        ("libhello1-32bit-1-1.x86_64.rpm", "libhello1-32bit.x86_64", Depth::Converted),
        ("libhello1-64bit-1-1.ppc.rpm", "libhello1-64bit.ppc", Depth::Converted),
        ("libhello1-x86-1-1.ia64.rpm", "libhello1-x86.ia64", Depth::Converted),
        ("tool-32bit-1-1.src.rpm", "tool-32bit.src", Depth::Whole),
        ("hello_1-1_amd64.deb", "hello.amd64", Depth::Whole),
        ("hello-dbgsym_1-1_amd64.deb", "hello-dbgsym.amd64", Depth::Debug),
        ("hello-dbg_1-1_amd64.deb", "hello-dbg.amd64", Depth::Debug),
        ("hello-debuginfo_1-1_amd64.deb", "hello-debuginfo.amd64", Depth::Whole),
        ("hello_1_arm.ipk", "hello.arm", Depth::Whole),
        ("hello_1-1_amd64.udeb", "hello.amd64", Depth::Whole),
        ("hello-dbgsym_1-1_amd64.ddeb", "hello-dbgsym.amd64", Depth::Debug),
        ("odd.deb", "odd", Depth::Whole),
        ("odd.rpm", "odd.rpm", Depth::Whole),
    ];
    for (path, label, depth) in rows {
        let package = Package::of(path).unwrap();
        assert_eq!((package.label().as_str(), package.depth()), (label, depth), "{path}");
    }
    for path in ["a.drpm", "a.txt", "a.delta.rpm", ""] {
        assert!(Package::of(path).is_none(), "{path}");
    }
}
