//! Which packages are checked: those that obs-build would give to rpmlint.

use alloc::vec::Vec;
use skink_sdk::{Entry, Rpm};

/// Packages whose names hold one of these are left out: they repeat what others were checked for.
const LEFT_OUT: [&str; 6] = ["-debuginfo-", "-debugsource-", "-32bit-", "-64bit-", "-x86-", "-ia32-"];

/// Paths of the packages to check: binary packages first, then source packages, each sorted by path. obs-build
/// takes them as the file system lists them, which is no order.
pub(crate) fn packages(entries: &[Entry]) -> Vec<&str> {
    let paths =
        || entries.iter().filter(|e| e.is_file() && e.path.ends_with(".rpm")).map(|e| e.path.as_str());
    let (mut binary, mut source): (Vec<&str>, Vec<&str>) = if paths().any(|path| path.starts_with("RPMS/")) {
        let below = |folder: &'static str| paths().filter(move |path| path.starts_with(folder)).collect();
        (below("RPMS/"), below("SRPMS/"))
    } else if paths().any(|path| path.starts_with("SRPMS/")) {
        // A build that made only a source package is not checked.
        return Vec::new();
    } else {
        // A plain folder of packages, as build results are handed to people.
        paths().partition(|path| !Rpm::parse(path).is_some_and(|rpm| rpm.is_source()))
    };
    binary.retain(|path| !path.split('/').any(|part| LEFT_OUT.iter().any(|name| part.contains(name))));
    binary.sort_unstable();
    source.sort_unstable();
    binary.append(&mut source);
    binary
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_sdk::Kind;

    #[test]
    fn what_obs_build_would_check() {
        let rows: [(&str, &[&str], &[&str]); 6] = [
            (
                "a build's folders",
                &[
                    "SRPMS/hello-1-1.src.rpm",
                    "RPMS/x86_64/hello-1-1.x86_64.rpm",
                    "RPMS/noarch/hello-doc-1-1.noarch.rpm",
                    "RPMS/x86_64/hello-debuginfo-1-1.x86_64.rpm",
                    "RPMS/x86_64/hello-debugsource-1-1.x86_64.rpm",
                    "RPMS/x86_64/libhello-32bit-1-1.x86_64.rpm",
                    "SOURCES/other-1-1.noarch.rpm",
                    "OTHER/rpmlint.log",
                ],
                &[
                    "RPMS/noarch/hello-doc-1-1.noarch.rpm",
                    "RPMS/x86_64/hello-1-1.x86_64.rpm",
                    "SRPMS/hello-1-1.src.rpm",
                ],
            ),
            (
                "a plain folder",
                &["b-1-1.src.rpm", "b-1-1.x86_64.rpm", "a-1-1.nosrc.rpm", "b-64bit-1-1.ppc.rpm", "b.deb"],
                &["b-1-1.x86_64.rpm", "a-1-1.nosrc.rpm", "b-1-1.src.rpm"],
            ),
            ("a name that only resembles", &["x86-1-1.noarch.rpm"], &["x86-1-1.noarch.rpm"]),
            ("source packages are never left out", &["a-x86-1-1.src.rpm"], &["a-x86-1-1.src.rpm"]),
            ("only a source package was built", &["SRPMS/hello-1-1.src.rpm"], &[]),
            ("nothing", &[], &[]),
        ];
        for (what, files, expected) in rows {
            let entries: Vec<Entry> = files.iter().map(|path| entry(path, Kind::File)).collect();
            assert_eq!(packages(&entries), expected, "{what}");
        }
        assert!(packages(&[entry("a-1-1.noarch.rpm", Kind::Symlink)]).is_empty());
    }

    fn entry(path: &str, kind: Kind) -> Entry {
        Entry { path: path.to_owned(), kind, size: 0, mode: 0o644, target: None }
    }
}
