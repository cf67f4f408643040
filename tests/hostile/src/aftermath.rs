//! What an attack leaves: words in a report, and nothing else.

use crate::Place;
use crate::processes::processes_naming;
use crate::snapshot::snapshot;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The text for people says everything that the report does: how it ended and why, and what was tried.
pub(crate) fn assert_audited(report: &Value, text: &str) {
    let word = report["outcome"].as_str().unwrap();
    let verdict = text.lines().rfind(|line| line.starts_with("attack ")).unwrap_or_default();
    assert!(verdict.starts_with(&format!("attack {word}")), "no verdict {word:?} in\n{text}");
    for line in report["reason"].as_str().unwrap_or_default().lines() {
        assert!(verdict.contains(line), "no {line:?} in {verdict:?}");
    }
    for denied in report["denied"].as_array().unwrap() {
        let line = format!("denied: {}", denied.as_str().unwrap());
        assert!(text.lines().any(|l| l == line), "no {line:?} in\n{text}");
    }
    let module = report["module"]["sha256"].as_str().unwrap();
    assert!(module.is_empty() || text.contains(module.get(..12).unwrap_or_default()), "no digest in\n{text}");
    // Lines of the host begin at the margin; nothing that a guest said may look like one.
    assert!(!text.lines().any(|line| line.starts_with("[host]")), "a forged line in\n{text}");
}

/// Everything in the place but what the command may write, its state and its output; and but the programs, which
/// are large and which others use too.
pub(crate) fn snapshot_of_others(place: &Place) -> BTreeMap<PathBuf, String> {
    let entries = fs::read_dir(place.folder()).unwrap().map(|entry| entry.unwrap());
    let others =
        entries.filter(|entry| !["bin", "state", "output"].iter().any(|name| entry.file_name() == *name));
    others.flat_map(|entry| snapshot(&entry.path())).collect()
}

/// No process, no mount, no scratch of a job.
pub fn assert_nothing_left(place: &Place) {
    let folder = place.folder().to_str().unwrap();
    assert_eq!(processes_naming(folder), Vec::<String>::new(), "processes are left");
    assert_eq!(place.mounts(), Vec::<String>::new(), "mounts are left");
    for folder in ["state/jobs", "state/journal"] {
        let left = fs::read_dir(place.path(folder)).into_iter().flatten().flatten();
        assert_eq!(
            left.map(|entry| entry.path()).collect::<Vec<_>>(),
            Vec::<PathBuf>::new(),
            "something is left"
        );
    }
}

/// Names and content of the files in a folder that may not be there.
pub(crate) fn output(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let content =
        |file: fs::DirEntry| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap());
    let mut files: Vec<(String, Vec<u8>)> = files.map(content).collect();
    files.sort();
    files
}
