//! The list of packages (`--rpmlist`): reading it and an edited copy of it.
//!
//! A line is `NAME PLACE`, or a tag with names (`preinstall: a b c`), or a tag with something else. Lines that
//! are not understood are kept as they are.

use std::collections::BTreeSet;

/// Tags whose words are names of packages.
const TAGS_OF_NAMES: &[&str] = &["preinstall:", "vminstall:", "runscripts:", "noinstall:", "installonly:"];

/// One package of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// An absolute path, an address, or the word `preinstallimage`.
    pub(crate) place: String,
}

/// The packages of a list.
pub(crate) fn packages(text: &str) -> Vec<Package> {
    text.lines().filter_map(package).collect()
}

pub(crate) fn package(line: &str) -> Option<Package> {
    let (name, place) = line.trim().split_once(' ')?;
    let is_package = !name.is_empty() && !name.ends_with(':');
    is_package.then(|| Package { name: name.to_owned(), place: place.trim().to_owned() })
}

/// What the list calls a package: name, version, release and architecture.
pub(crate) fn id<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix("rpmid: ")?.strip_prefix(name)?.strip_prefix(':'))
}

/// The list without the removed packages and with the added ones that are not there yet.
pub(crate) fn edited(text: &str, removed: &BTreeSet<String>, added: &[Package]) -> String {
    let mut lines: Vec<String> = text.lines().filter_map(|line| without(line, removed)).collect();
    let mut present: BTreeSet<String> = packages(text).into_iter().map(|package| package.name).collect();
    for package in added {
        if !removed.contains(&package.name) && present.insert(package.name.clone()) {
            lines.push(format!("{} {}", package.name, package.place));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// One line without the removed packages; `None` where nothing of it is left.
fn without(line: &str, removed: &BTreeSet<String>) -> Option<String> {
    let (first, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
    if TAGS_OF_NAMES.contains(&first) {
        let kept: Vec<&str> = rest.split_whitespace().filter(|name| !removed.contains(*name)).collect();
        return Some(format!("{first} {}", kept.join(" ")));
    }
    let subject = match first {
        "rpmid:" => rest.split(':').next(),
        "sysroot:" => rest.split_whitespace().next(),
        tag if tag.ends_with(':') => None,
        name => Some(name),
    };
    let gone = subject.is_some_and(|name| removed.contains(name));
    (!gone).then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits() {
        let list = "bash /p/bash.deb\nrpmlint /p/rpmlint.deb\nrpmid: rpmlint:rpmlint-2-1\nrpmid: bash:b\n\
                    gcc http://x/gcc.deb\nlib preinstallimage\nsysroot: rpmlint /p/x\n\
                    preinstall: bash rpmlint\nvminstall: rpmlint\nrunscripts: \nnoinstall:\n\
                    dist: sl rpmlint\nodd: rpmlint\n";
        let removed = BTreeSet::from(["rpmlint".to_owned(), "gone".to_owned()]);
        let added = ["zstd", "bash", "zstd", "gone"]
            .map(|name| Package { name: name.into(), place: format!("/q/{name}.deb") });
        let want = "bash /p/bash.deb\nrpmid: bash:b\ngcc http://x/gcc.deb\nlib preinstallimage\n\
                    preinstall: bash\nvminstall: \nrunscripts: \nnoinstall: \n\
                    dist: sl rpmlint\nodd: rpmlint\nzstd /q/zstd.deb\n";
        assert_eq!(edited(list, &removed, &added), want);
        let names: Vec<String> = packages(list).into_iter().map(|p| p.name).collect();
        assert_eq!(names, ["bash", "rpmlint", "gcc", "lib"]);
    }
}
