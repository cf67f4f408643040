//! Where the report and the attachments of a job are left for people.

use crate::WorkerError;
use crate::report::Report;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder below the build root where they go unless `--hook-report` says otherwise.
const FOLDER: &str = ".build.hooks";

/// A place for one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    report: PathBuf,
    attachments: PathBuf,
    /// The build root whose folder must be made anew, since a build may have planted something there.
    fresh_below: Option<PathBuf>,
}

/// `report` if one was asked for, else the folder `.build.hooks` of the build root.
pub(crate) fn place(report: Option<&Path>, root: &Path) -> Place {
    match report {
        Some(report) => Place {
            report: report.to_owned(),
            attachments: report.with_extension("attachments"),
            fresh_below: None,
        },
        None => {
            let folder = root.join(FOLDER);
            Place {
                report: folder.join("report.json"),
                attachments: folder.join("report.attachments"),
                fresh_below: Some(root.to_owned()),
            }
        }
    }
}

/// Writes the report and moves the kept attachments there; what a former job left there is replaced.
pub(crate) fn write(report: &Report, place: &Place, kept: &Path) -> Result<(), WorkerError> {
    if let Some(root) = &place.fresh_below {
        if !root.is_dir() {
            return Ok(()); // the build never made its root
        }
        crate::root::remove_staged(root, FOLDER)?;
        crate::root::make_staged(&crate::root::open(root)?, FOLDER)
            .map_err(WorkerError::file("create", &root.join(FOLDER)))?;
    }
    if let Some(folder) = place.report.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(WorkerError::file("create", folder))?;
    }
    let text = serde_json::to_string_pretty(report)
        .map_err(|e| WorkerError::file("encode", &place.report)(e.into()))?;
    let part = place.report.with_extension("json.part");
    fs::write(&part, text + "\n").map_err(WorkerError::file("write", &part))?;
    fs::rename(&part, &place.report).map_err(WorkerError::file("write", &place.report))?;
    if place.attachments.exists() {
        fs::remove_dir_all(&place.attachments).map_err(WorkerError::file("remove", &place.attachments))?;
    }
    if kept.is_dir() {
        fs::create_dir_all(&place.attachments).map_err(WorkerError::file("create", &place.attachments))?;
        let copied = crate::root::copy_tree(
            &crate::root::open(kept)?,
            &crate::root::open(&place.attachments)?,
            &mut crate::root::Copied::default(),
        );
        copied.map_err(WorkerError::file("copy attachments to", &place.attachments))?;
    }
    Ok(())
}
