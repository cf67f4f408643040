//! Which packages are installed.

use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::pattern::matches;
use skink_sdk::{Entry, Rpm};

/// Paths of packages, by the program that installs them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Packages<'a> {
    pub(crate) rpms: Vec<&'a str>,
    pub(crate) debs: Vec<&'a str>,
}

impl<'a> Packages<'a> {
    /// Those of the results whose file names the patterns choose. Where the results have the folders of a build, only
    /// the packages in them count.
    pub(crate) fn choose(entries: &'a [Entry], patterns: &[String]) -> Self {
        let built = |path: &str| path.starts_with("RPMS/") || path.starts_with("DEBS/");
        let folders = entries.iter().any(|entry| built(&entry.path));
        let mut chosen = Self::default();
        for entry in entries.iter().filter(|entry| entry.is_file() && (built(&entry.path) || !folders)) {
            let name = entry.file_name();
            let list = if name.ends_with(".rpm") && !Rpm::parse(name).is_some_and(|rpm| rpm.is_source()) {
                &mut chosen.rpms
            } else if name.ends_with(".deb") {
                &mut chosen.debs
            } else {
                continue;
            };
            if chooses(patterns, name) {
                list.push(entry.path.as_str());
            }
        }
        chosen
    }

    pub(crate) fn len(&self) -> usize {
        self.rpms.len() + self.debs.len()
    }
}

/// Whether some pattern matches the name, and none of those behind `!`.
fn chooses(patterns: &[String], name: &str) -> bool {
    let mut chosen = false;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(pattern) if matches(pattern, name) => return false,
            Some(_) => {}
            None => chosen |= matches(pattern, name),
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_sdk::Kind;

    const RESULTS: [&str; 10] = [
        "DEBS/hello-dbgsym_1_amd64.deb",
        "DEBS/hello_1_amd64.deb",
        "OTHER/other-1-1.noarch.rpm",
        "RPMS/noarch/hello-doc-1-1.noarch.rpm",
        "RPMS/x86_64/hello-1-1.x86_64.rpm",
        "RPMS/x86_64/hello-debuginfo-1-1.x86_64.rpm",
        "RPMS/x86_64/hello-debugsource-1-1.x86_64.rpm",
        "SHA256SUMS",
        "SRPMS/hello-1-1.nosrc.rpm",
        "SRPMS/hello-1-1.src.rpm",
    ];

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

    #[test]
    fn patterns_choose() {
        let default = ["*", "!*-debuginfo-*", "!*-debugsource-*", "!*-dbgsym_*"];
        let rows: [(&[&str], &[&str], &[&str]); 6] = [
            (
                &default,
                &["RPMS/noarch/hello-doc-1-1.noarch.rpm", "RPMS/x86_64/hello-1-1.x86_64.rpm"],
                &["DEBS/hello_1_amd64.deb"],
            ),
            (&["hello-1-*"], &["RPMS/x86_64/hello-1-1.x86_64.rpm"], &[]),
            (
                &["!hello-1-*", "hello-*", "!*-debug*", "!*_*.deb"],
                &["RPMS/noarch/hello-doc-1-1.noarch.rpm"],
                &[],
            ),
            (&["*.src.rpm", "SHA256SUMS"], &[], &[]),
            (&["!*"], &[], &[]),
            (&[], &[], &[]),
        ];
        let results = entries(&RESULTS);
        for (patterns, rpms, debs) in rows {
            let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
            let chosen = Packages::choose(&results, &patterns);
            assert_eq!((chosen.rpms.as_slice(), chosen.debs.as_slice()), (rpms, debs), "{patterns:?}");
        }
    }

    #[test]
    fn a_plain_folder_of_packages() {
        let results = entries(&["a-1-1.noarch.rpm", "a-1-1.src.rpm", "b_1_all.deb", "readme"]);
        let chosen = Packages::choose(&results, &["*".to_owned()]);
        assert_eq!((chosen.rpms, chosen.debs), (vec!["a-1-1.noarch.rpm"], vec!["b_1_all.deb"]));
    }

    #[test]
    fn stars() {
        let rows = [
            ("*", "", true),
            ("a*", "ab", true),
            ("a", "ab", false),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "ac", false),
            ("a*a", "a", false),
        ];
        for (pattern, text, want) in rows {
            assert_eq!(matches(pattern, text), want, "{pattern} {text}");
        }
    }
}
