//! Where the report and the attachments of a job are left for people.
//!
//! Under a worker of the Open Build Service the report is one of the results, since nothing else is collected.
//!
//! Invariant: what is below the build root is the build's to have prepared, so there no symlink leads the report
//! out of the root, and nothing that the build left can pass for the report.

use crate::WorkerError;
use crate::handback::VISIBLE;
use crate::root::{Means, copy_tree, make_staged, open, remove};
use cap_fs_ext::DirExt;
use cap_std::fs::{Dir, OpenOptions};
use skink_job::ReportFormats;
use skink_obs::Invocation;
use skink_report::Report;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// The folder below the build root where they go unless `--hook-report` says otherwise.
const FOLDER: &str = ".build.hooks";

/// The report's name among the results, in `OTHER`.
const IN_RESULTS: &str = "skink-report.json";

/// A place for one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    report: PathBuf,
    /// The build root, where the report goes below it.
    root: Option<PathBuf>,
    /// Whether the folder is one of ours, that must be made anew.
    is_ours: bool,
    /// What is left beside the report.
    formats: ReportFormats,
}

/// The endings of what may be left beside the report.
const BESIDE: [&str; 2] = ["html", "sarif"];

/// The place of a job's report.
pub(crate) fn of(invocation: &Invocation, root: &Path) -> Place {
    let options = invocation.hooks();
    place(options.report.as_deref(), root, options.report_formats)
}

/// `report` if one was asked for, else the folder `.build.hooks` of the build root.
pub(crate) fn place(report: Option<&Path>, root: &Path, formats: ReportFormats) -> Place {
    match report {
        Some(report) => {
            let report = std::path::absolute(report).unwrap_or_else(|_| report.to_owned());
            let is_below = root.is_dir() && split(&report, root).is_some();
            Place { report, root: is_below.then(|| root.to_owned()), is_ours: false, formats }
        }
        None => Place {
            report: root.join(FOLDER).join("report.json"),
            root: Some(root.to_owned()),
            is_ours: true,
            formats,
        },
    }
}

/// Tells before a build what would keep the report from being written after it.
pub(crate) fn check(place: &Place) -> Result<(), WorkerError> {
    let failed = |why: &str| Err(WorkerError::file("write the report", &place.report)(io::Error::other(why)));
    if place.report.extension().is_some_and(|ending| BESIDE.iter().any(|other| ending == *other)) {
        return failed("what goes beside it would have its name; name it .json");
    }
    if place.root.is_some() {
        return Ok(()); // the folder may be the build's to make
    }
    if place.report.is_dir() {
        return failed("it is a folder; name a file in it");
    }
    if !place.parent().is_dir() {
        return failed("its folder is not there; make it first");
    }
    Ok(())
}

/// Writes the report and copies the kept attachments there; what a former job left there is replaced.
pub(crate) fn write(report: &Report, place: &Place, kept: &Path) -> Result<(), WorkerError> {
    if place.is_ours && place.root.as_ref().is_some_and(|root| !root.is_dir()) {
        return Ok(()); // the build never made its root
    }
    let path = &place.report;
    let name = path.file_name().map_or(path.as_path(), Path::new);
    let attachments = name.with_extension("attachments");
    let text =
        serde_json::to_string_pretty(report).map_err(|e| WorkerError::file("encode", path)(e.into()))? + "\n";
    let folder = place.folder()?;
    let in_the_way = BESIDE.map(|ending| name.with_extension(ending));
    let in_the_way = in_the_way.iter().map(PathBuf::as_path).chain([name]).filter(|_| place.root.is_some());
    in_the_way
        .chain([attachments.as_path()])
        .try_for_each(|name| remove(&folder, name))
        .map_err(WorkerError::file("remove what is in the place of", path))?;
    write_file(&folder, name, text.as_bytes()).map_err(WorkerError::file("write", path))?;
    let page = || skink_report::page(report);
    let sarif = || skink_report::sarif(report);
    let beside: [(bool, &dyn Fn() -> String); 2] =
        [(place.formats.html, &page), (place.formats.sarif, &sarif)];
    for ((wanted, text), ending) in beside.into_iter().zip(BESIDE) {
        if wanted {
            let failed = WorkerError::file("write", path);
            write_file(&folder, &name.with_extension(ending), text().as_bytes()).map_err(failed)?;
        }
    }
    if kept.is_dir() {
        let shown = path.with_extension("attachments");
        let failed = |action| WorkerError::file(action, &shown);
        let to = make_staged(&folder, &attachments).map_err(failed("create"))?;
        copy_tree(&open(kept)?, &to, Means::Copy).map_err(failed("copy attachments to"))?;
    }
    Ok(())
}

/// Adds the report to the visible results. Call it after the build, when nobody else writes there.
pub(crate) fn add_to_results(report: &Report, root: &Path) -> Result<(), WorkerError> {
    let path = root.join(VISIBLE).join("OTHER").join(IN_RESULTS);
    let failed = |error| WorkerError::file("write", &path)(error);
    let text = serde_json::to_string_pretty(report).map_err(|e| failed(e.into()))? + "\n";
    let Some(results) = skink_obs::Results::open(root)? else { return Ok(()) };
    let results = results.folder().try_clone_to_owned().map_err(failed)?;
    write_to_results(&Dir::from_std_file(results.into()), text.as_bytes()).map_err(failed)
}

fn write_to_results(results: &Dir, text: &[u8]) -> io::Result<()> {
    if results.symlink_metadata("OTHER").is_err_and(|e| e.kind() == io::ErrorKind::NotFound) {
        make_staged(results, "OTHER")?;
    }
    let other = results.open_dir_nofollow("OTHER")?;
    remove(&other, IN_RESULTS)?;
    write_file(&other, Path::new(IN_RESULTS), text)
}

impl Place {
    /// The folder that the report is in.
    fn parent(&self) -> &Path {
        let folder = self.report.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    /// The same, open; made if it is not there and below the build root.
    fn folder(&self) -> Result<Dir, WorkerError> {
        let folder = self.parent();
        let Some(root) = &self.root else { return open(folder) };
        let below = split(folder, root).unwrap_or_default();
        let root = open(root)?;
        let made = if self.is_ours {
            remove(&root, FOLDER).and_then(|()| make_staged(&root, FOLDER))
        } else {
            make_below(&root, &below)
        };
        made.map_err(WorkerError::file("create", folder))
    }
}

/// Writes a file that is there whole or not at all.
fn write_file(folder: &Dir, name: &Path, text: &[u8]) -> io::Result<()> {
    let part = PathBuf::from(format!("{}.part", name.display()));
    remove(folder, &part)?;
    // What is there, even a symlink, is an error.
    let mut file = folder.open_with(&part, OpenOptions::new().write(true).create_new(true))?;
    file.write_all(text)?;
    folder.rename(&part, folder, name)
}

/// `path` relative to `root`, where it is below it. The two may be written differently.
fn split(path: &Path, root: &Path) -> Option<PathBuf> {
    let id = |path: &Path| fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()));
    let is_root = |folder: &Path| folder == root || (id(folder).is_some() && id(folder) == id(root));
    let root = path.ancestors().find(|folder| is_root(folder))?;
    let below = path.strip_prefix(root).ok()?;
    // `ROOT/../report.json` is beside it.
    (below.components().next() != Some(Component::ParentDir)).then(|| below.to_owned())
}

/// Opens a folder below a build root and makes what is missing. A symlink that leads out of the root goes.
fn make_below(root: &Dir, below: &Path) -> io::Result<Dir> {
    if below.as_os_str().is_empty() {
        return root.try_clone();
    }
    let make = || root.create_dir_all(below).and_then(|()| root.open_dir(below));
    make().or_else(|_| {
        let mut folder = root.try_clone()?;
        for part in below {
            folder = match folder.open_dir_nofollow(part) {
                Ok(next) => next,
                Err(e) if part == VISIBLE => return Err(e), // the results are not ours to remove
                Err(_) => {
                    remove(&folder, part)?;
                    break;
                }
            };
        }
        make()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_job::Facts;
    use std::os::unix::fs::symlink;

    const ALL: ReportFormats = ReportFormats { html: true, sarif: true };

    fn root() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let base = tempfile::tempdir().unwrap();
        let (root, kept) = (base.path().join("root"), base.path().join("kept"));
        fs::create_dir_all(root.join("home")).unwrap();
        fs::create_dir_all(kept.join("lint")).unwrap();
        fs::write(kept.join("lint/rpmlint.log"), "honest").unwrap();
        (base, root, kept)
    }

    #[test]
    fn a_build_cannot_leave_a_report_of_its_own() {
        let (_base, root, kept) = root();
        fs::create_dir_all(root.join(".build.hooks/fake/RPMS")).unwrap();
        fs::write(root.join(".build.hooks/report.json"), "forged").unwrap();
        symlink(".build.hooks/fake", root.join(".build.packages")).unwrap();
        write(&Report::new(Facts::default(), std::time::UNIX_EPOCH), &place(None, &root, ALL), &kept)
            .unwrap();
        let report = fs::read_to_string(root.join(".build.hooks/report.json")).unwrap();
        assert!(report.starts_with('{'), "{report}");
        assert!(!root.join(".build.hooks/fake").exists());
        let log = root.join(".build.hooks/report.attachments/lint/rpmlint.log");
        assert_eq!(fs::read_to_string(log).unwrap(), "honest");
    }

    #[test]
    fn what_was_asked_for_lies_beside_the_report_and_nothing_of_a_former_job() {
        for (formats, want) in [
            ("json", vec!["report.json"]),
            ("html", vec!["report.html", "report.json"]),
            ("sarif", vec!["report.json", "report.sarif"]),
            ("all", vec!["report.html", "report.json", "report.sarif"]),
        ] {
            let (_base, root, _) = root();
            let out = root.join("home/out");
            fs::create_dir_all(&out).unwrap();
            fs::write(out.join("report.html"), "forged").unwrap();
            fs::write(out.join("report.sarif"), "forged").unwrap();
            let report = Report::new(Facts::default(), std::time::UNIX_EPOCH);
            let place = place(Some(&out.join("report.json")), &root, formats.parse().unwrap());
            write(&report, &place, Path::new("")).unwrap();
            let mut names: Vec<String> = fs::read_dir(&out)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort_unstable();
            assert_eq!(names, want, "{formats}");
            for name in names {
                assert_ne!(fs::read_to_string(out.join(&name)).unwrap(), "forged", "{formats}: {name}");
            }
        }
    }

    #[test]
    fn a_report_has_a_name_of_its_own() {
        for (name, is_fine) in [("r.json", true), ("r", true), ("r.html", false), ("r.sarif", false)] {
            let (_base, root, _) = root();
            let place = place(Some(&root.join(name)), &root, ALL);
            assert_eq!(check(&place).is_ok(), is_fine, "{name}");
        }
    }

    #[test]
    fn no_symlink_below_the_root_leads_the_report_out_of_it() {
        type Plant = fn(&Path, &Path);
        let rows: [(&str, Plant); 9] = [
            ("nothing", |_, _| {}),
            ("the part", |out, host| link(&host.join("file"), &out.join("report.json.part"))),
            ("the report", |out, host| link(&host.join("file"), &out.join("report.json"))),
            ("the page", |out, host| link(&host.join("file"), &out.join("report.html"))),
            ("the part of the page", |out, host| link(&host.join("file"), &out.join("report.html.part"))),
            ("SARIF", |out, host| link(&host.join("file"), &out.join("report.sarif"))),
            ("a folder as the report", |out, _| fs::create_dir_all(out.join("report.json/x")).unwrap()),
            ("the attachments", |out, host| link(host, &out.join("report.attachments"))),
            ("the folder", |out, host| link(host, out)),
        ];
        for (what, plant) in rows {
            let (base, root, kept) = root();
            let (host, out) = (base.path().join("host"), root.join("home/out"));
            fs::create_dir(&host).unwrap();
            fs::write(host.join("file"), "precious").unwrap();
            plant(&out, &host);
            write(
                &Report::new(Facts::default(), std::time::UNIX_EPOCH),
                &place(Some(&out.join("report.json")), &root, ALL),
                &kept,
            )
            .unwrap();
            assert_eq!(fs::read_to_string(host.join("file")).unwrap(), "precious", "{what}");
            assert_eq!(fs::read_dir(&host).unwrap().count(), 1, "{what}");
            for name in ["report.json", "report.html", "report.sarif"] {
                assert!(fs::symlink_metadata(out.join(name)).unwrap().is_file(), "{what}: {name}");
            }
            let log = out.join("report.attachments/lint/rpmlint.log");
            assert_eq!(fs::read_to_string(log).unwrap(), "honest", "{what}");
        }
    }

    fn link(target: &Path, link: &Path) {
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(target, link).unwrap();
    }

    #[test]
    fn the_report_among_the_results_is_ours_and_in_them() {
        let text = |root: &Path| fs::read_to_string(root.join(".build.packages/OTHER/skink-report.json"));
        type Plant = fn(&Path, &Path);
        let rows: [(&str, Plant, bool); 5] = [
            ("no folder", |_, _| {}, true),
            ("a folder", |results, _| fs::create_dir(results.join("OTHER")).unwrap(), true),
            ("a link to the host", |results, host| symlink(host, results.join("OTHER")).unwrap(), false),
            (
                "a report of the build's",
                |results, _| {
                    fs::create_dir(results.join("OTHER")).unwrap();
                    fs::write(results.join("OTHER/skink-report.json"), "forged").unwrap();
                },
                true,
            ),
            (
                "a link as the report",
                |results, host| link(&host.join("file"), &results.join("OTHER/skink-report.json")),
                true,
            ),
        ];
        for (what, plant, is_written) in rows {
            let (base, root, _kept) = root();
            let (host, results) = (base.path().join("host"), root.join("home/results"));
            fs::create_dir(&host).unwrap();
            fs::create_dir(&results).unwrap();
            symlink("home/results", root.join(".build.packages")).unwrap();
            plant(&results, &host);
            let added = add_to_results(&Report::new(Facts::default(), std::time::UNIX_EPOCH), &root);
            assert_eq!(added.is_ok(), is_written, "{what}: {added:?}");
            assert_eq!(text(&root).is_ok_and(|text| text.starts_with('{')), is_written, "{what}");
            assert_eq!(fs::read_dir(&host).unwrap().count(), 0, "{what}");
        }
        let (_base, root, _kept) = root();
        add_to_results(&Report::new(Facts::default(), std::time::UNIX_EPOCH), &root).unwrap();
        assert!(!root.join(".build.packages").exists(), "no results, no report among them");
    }

    #[test]
    fn a_report_is_below_the_root_however_the_two_are_written() {
        let (base, root, _kept) = root();
        let alias = base.path().join("alias");
        symlink(&root, &alias).unwrap();
        symlink(base.path(), root.join("planted")).unwrap();
        let rows = [
            (root.join("report.json"), Some("report.json")),
            (root.join("planted/report.json"), Some("planted/report.json")),
            (alias.join("home/report.json"), Some("home/report.json")),
            (root.join("../report.json"), None),
            (base.path().join("report.json"), None),
        ];
        for (path, want) in rows {
            assert_eq!(split(&path, &root), want.map(PathBuf::from), "{}", path.display());
        }
    }
}
