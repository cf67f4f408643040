//! What else lies beside the packages, such as a program of one file, or the sources of debs.
//!
//! Invariant: a file that both builds have counts, and one that is gone does, unless it is known to be of the service, of a
//! hook, or another one in each build. One that only this build has does not: the previous one may be kept without it.

use crate::attachments::{APPDATA, Side};
use crate::codes::{Code, Reason};
use crate::contents::told;
use crate::difference::{Difference, Differences};
use crate::host::SdkHost;
use crate::pair::{is_named_so, merge};
use crate::release::in_name;
use crate::settings::Settings;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;
use skink_compare_content as content;
use skink_sdk::{Entry, Failure};

/// The largest file that is looked into, in bytes.
const MAX: u64 = 32 << 20;

/// Folders of a build that hold no results.
const WORKING: [&str; 4] = ["BUILD", "BUILDROOT", "SOURCES", "SPECS"];

/// What a previous build tells of its hooks.
const REPORT: &str = "skink-report.json";

/// Of the service and of hooks.
const NAMES: [&str; 7] =
    ["same_result_marker", "meta", "logfile", "status", "SHA256SUMS", "build-compare.json", REPORT];

/// Ends of files that are compared elsewhere, or that tell of the packages, with their sums and times.
const ENDS: [&str; 7] = [".log", ".changes", ".buildinfo", ".dsc", ".delta.rpm", ".drpm", APPDATA];

/// As much of the report as is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Report {
    hooks: Vec<Hook>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Hook {
    attachments: Vec<Attachment>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Attachment {
    name: String,
}

/// A file, and its name without the release.
type Named<'a> = (String, &'a Entry);

/// What is needed beside the files.
pub(crate) struct Beside<'a> {
    pub(crate) settings: &'a Settings,
    /// `VERSION-RELEASE` of the first package, as the previous build has it and as this one does.
    pub(crate) releases: (&'a str, &'a str),
    pub(crate) is_over: &'a dyn Fn(&Differences) -> bool,
}

impl Beside<'_> {
    /// # Errors
    /// A file cannot be read.
    pub(crate) fn compare(
        &self,
        old: &Side<'_>,
        new: &Side<'_>,
        found: &mut Differences,
    ) -> Result<(), Failure> {
        found.of(None, Reason::BinariesDiffer);
        let attached = attached(old);
        let mut both = Vec::new();
        for (before, now) in pairs(files(old, &attached), files(new, &attached)) {
            let name = before.file_name();
            match now {
                Some(_) if self.settings.ignores(name) => {}
                Some(now) => both.push((before, now)),
                None => {
                    let what = format!("{name} was there, and is not any more");
                    found.add(Difference::new(Code::FileDiffers, &what).file(name));
                }
            }
        }
        let paths = |of: fn(&(&Entry, &Entry)) -> String| both.iter().map(of).collect::<Vec<String>>();
        let olds = old.tree.sha256(&paths(|(old, _)| old.path.clone()))?;
        let news = new.tree.sha256(&paths(|(_, new)| new.path.clone()))?;
        let other = both.iter().zip(olds.iter().zip(&news)).filter(|(_, (old, new))| old != new);
        for ((before, now), _) in other {
            if (self.is_over)(found) {
                if found.count() == 0 {
                    let what =
                        "the time of the call did not suffice to compare what lies beside the packages";
                    found.add(Difference::new(Code::Unreadable, what));
                }
                return Ok(());
            }
            self.one((old, before), (new, now), found)?;
        }
        Ok(())
    }

    /// Two files whose bytes differ, as two files of packages are compared.
    fn one(
        &self,
        (old, before): (&Side<'_>, &Entry),
        (new, now): (&Side<'_>, &Entry),
        found: &mut Differences,
    ) -> Result<(), Failure> {
        let name = now.file_name();
        if before.size.max(now.size) > MAX {
            let what = format!("{name} differs, and is too large to look into");
            found.add(Difference::new(Code::FileDiffers, &what).file(name));
            return Ok(());
        }
        let (before, now) = (old.tree.read(&before.path, MAX)?, new.tree.read(&now.path, MAX)?);
        let side = |bytes, version| {
            let release = content::Release { name: "", version, release: "" };
            content::Side { bytes, release }
        };
        let (before, now) = (side(&before, self.releases.0), side(&now, self.releases.1));
        for difference in content::compare(&SdkHost(&[]), name, before, now, found.room().max(1)) {
            found.add(told(Code::FileDiffers, difference));
        }
        Ok(())
    }
}

/// The names of what hooks left in the previous build, as its report has them; none where it has no report.
fn attached(old: &Side<'_>) -> BTreeSet<String> {
    let report = old.named(REPORT).and_then(|entry| old.tree.read(&entry.path, MAX).ok());
    report.map(|report| attachments(&report)).unwrap_or_default()
}

fn attachments(report: &[u8]) -> BTreeSet<String> {
    let report: Report = serde_json::from_slice(report).unwrap_or_default();
    report.hooks.into_iter().flat_map(|hook| hook.attachments).map(|attachment| attachment.name).collect()
}

/// The files of a build that are compared here, by their names without the release.
fn files<'a>(side: &Side<'a>, attached: &BTreeSet<String>) -> Vec<Named<'a>> {
    let counts =
        |entry: &&Entry| entry.is_file() && is_compared(&entry.path) && !attached.contains(entry.file_name());
    let named = |entry: &'a Entry| (in_name(entry.file_name(), &side.releases), entry);
    let mut files: Vec<_> = side.entries.iter().filter(counts).map(named).collect();
    files.sort_by(|a, b| (&a.0, &a.1.path).cmp(&(&b.0, &b.1.path)));
    files
}

/// Whether a file counts, by its path: names that begin with `.` or `_` are the build's own.
fn is_compared(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let top = folder.split('/').next().unwrap_or_default();
    let is_left_out = WORKING.contains(&top)
        || name.starts_with(['.', '_'])
        || NAMES.iter().any(|own| name.eq_ignore_ascii_case(own))
        || ENDS.iter().any(|end| name.ends_with(end));
    !is_left_out && !is_named_so(path)
}

/// Each file of the previous build, and that of this one where it has it.
fn pairs<'a>(old: Vec<Named<'a>>, new: Vec<Named<'a>>) -> Vec<(&'a Entry, Option<&'a Entry>)> {
    let both = |(old, new): (Option<Named<'a>>, Option<Named<'a>>)| {
        old.map(|(_, old)| (old, new.map(|(_, new)| new)))
    };
    merge(old, new, |(name, _)| name.clone(), both)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pair::made::entries;

    #[test]
    fn files_that_count() {
        let rows = [
            ("OTHER/tool.AppImage", true),
            ("tool.AppImage", true),
            ("DEBS/hello_1.0.orig.tar.gz", true),
            ("DEBS/hello_1.0-1.debian.tar.xz", true),
            ("BUILDINFO", true),
            ("OTHER/rpmlint.log", false),
            ("OTHER/test.log", false),
            ("OTHER/_statistics", false),
            ("_buildenv", false),
            (".errors", false),
            ("same_result_marker", false),
            ("meta", false),
            ("OTHER/SHA256SUMS", false),
            ("OTHER/Build-Compare.json", false),
            ("skink-report.json", false),
            ("DEBS/hello_1.0-1.dsc", false),
            ("DEBS/hello_1.0-1_amd64.changes", false),
            ("DEBS/hello_1.0-1_amd64.buildinfo", false),
            ("OTHER/hello-appdata.xml", false),
            ("hello-1-1.x86_64.rpm", false),
            ("hello-1-1_2-1.x86_64.delta.rpm", false),
            ("hello_1_amd64.deb", false),
            ("SOURCES/hello.tar.gz", false),
            ("BUILD/hello/hello", false),
        ];
        for (path, want) in rows {
            assert_eq!(is_compared(path), want, "{path}");
        }
    }

    #[test]
    fn files_pair_by_their_names_without_the_release() {
        let old = entries(&["a-1.0-1.1.AppImage", "gone", "x_1.0-1.1.tar.xz", "y-3.1.0-1.1"]);
        let new = entries(&["APPIMAGE/a-1.0-1.2.AppImage", "DEBS/x_1.0-1.2.tar.xz", "come", "y-3.1.0-1.2"]);
        let named = |entries: &'static [Entry], release: &str| -> Vec<(String, &'static Entry)> {
            let mut named: Vec<_> =
                entries.iter().map(|entry| (in_name(entry.file_name(), &[release]), entry)).collect();
            named.sort_by(|a, b| a.0.cmp(&b.0));
            named
        };
        let (old, new) = (Vec::leak(old), Vec::leak(new));
        let paths: Vec<_> = pairs(named(old, "1.0-1.1"), named(new, "2:1.0-1.2"))
            .into_iter()
            .map(|(old, new)| (old.path.as_str(), new.map(|new| new.path.as_str())))
            .collect();
        let want = [
            ("a-1.0-1.1.AppImage", Some("APPIMAGE/a-1.0-1.2.AppImage")),
            ("gone", None),
            ("x_1.0-1.1.tar.xz", Some("DEBS/x_1.0-1.2.tar.xz")),
            ("y-3.1.0-1.1", None),
        ];
        assert_eq!(paths, want);
    }

    #[test]
    fn what_a_report_says_that_hooks_left() {
        let rows: [(&str, &[&str]); 4] = [
            (
                r#"{"hooks": [{"name": "a", "attachments": [{"name": "a.json", "bytes": 1}]}, {}]}"#,
                &["a.json"],
            ),
            (r#"{"schema": 1}"#, &[]),
            ("[]", &[]),
            ("no json", &[]),
        ];
        for (report, want) in rows {
            assert!(attachments(report.as_bytes()).iter().eq(want), "{report}");
        }
    }
}
