//! `tree-list` and `tree-read`: a tree of 10,000 results, listed and looked at, and read, by a guest and natively.
//!
//! Ours is one whole call, from request to verdict, of a runner that stood ready; natively the same is done in this
//! process. Both come to the same list, sorted by path, and to the same bytes.

use crate::calls::{Calls, Subject};
use crate::measure::{Pair, Peer};
use crate::place::Place;
use anyhow::{Context, ensure};
use serde_json::json;
use skink_job::Phase;
use std::fs;
use std::path::Path;

const FOLDERS: usize = 100;
const FILES_EACH: usize = 100;

pub(crate) fn list(place: &Place) -> anyhow::Result<Pair> {
    pair(place, false)
}

pub(crate) fn read(place: &Place) -> anyhow::Result<Pair> {
    pair(place, true)
}

fn pair(place: &Place, read: bool) -> anyhow::Result<Pair> {
    let results = place.fresh("trees/results")?;
    fill(&results)?;
    let subject = Subject {
        module: &place.guest()?,
        phase: Phase::Check,
        grants: "results = true",
        settings: json!({ "read": read }),
        tools: "",
        results: results.clone(),
        sources: None,
        previous: None,
    };
    let calls = Calls::new(place, "trees", subject)?;
    let want = native(&results, read)?;
    let before = Some(calls.a_runner_waits());
    let ours = move || {
        let made = calls.next()?;
        let said = made.log.first().map(|line| line.as_str().to_owned()).unwrap_or_default();
        ensure!(said == want, "the guest saw {said:?}, natively there are {want:?}");
        Ok(made.rest)
    };
    let peer = move || Ok(Some(Box::new(native(&results, read)?) as _));
    Ok(Pair { before, ..Pair::of(Box::new(ours), Peer::Step(Box::new(peer))) })
}

/// Files of 0 to 7 KiB, 3.5 KiB in the mean.
fn fill(results: &Path) -> anyhow::Result<()> {
    for folder in 0..FOLDERS {
        let folder = results.join(format!("package-{folder:03}"));
        fs::create_dir(&folder).with_context(|| format!("making {}", folder.display()))?;
        for file in 0..FILES_EACH {
            let content = vec![b'x'; file * 7168 / FILES_EACH];
            let path = folder.join(format!("file-{file:03}.txt"));
            fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
        }
    }
    Ok(())
}

/// As the guest does it, and in its words.
fn native(root: &Path, read: bool) -> anyhow::Result<String> {
    let mut found: Vec<(String, fs::Metadata)> = Vec::new();
    let mut todo = vec![String::new()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(root.join(&folder)).with_context(|| format!("listing {folder:?}"))? {
            let entry = entry?;
            let (name, metadata) = (entry.file_name(), entry.metadata()?);
            let name = name.to_str().context("a name that is no text")?;
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            if metadata.is_dir() {
                todo.push(path.clone());
            }
            found.push((path, metadata));
        }
    }
    found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let (mut files, mut bytes) = (0, 0);
    for (path, metadata) in found.iter().filter(|(_, metadata)| metadata.is_file()) {
        files += 1;
        bytes += if read { fs::read(root.join(path))?.len() as u64 } else { metadata.len() };
    }
    Ok(format!("{files} files, {bytes} bytes"))
}
