//! What a call is given: its frame and its descriptors, those that it was granted and no other.

use super::CallSpec;
use crate::outbox::{ATTACHMENTS, OUTBOX};
use crate::{WorkerError, log};
use skink_job::Phase;
use skink_protocol::{Descriptor, Flavour, Start};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;

pub(super) fn start_frame(spec: &CallSpec<'_>, descriptors: Vec<Descriptor>) -> Start {
    Start {
        descriptors,
        phase: spec.phase,
        flavour: Flavour::Timed,
        facts: spec.facts.clone(),
        settings: spec.settings.clone(),
        grants: spec.grants.clone(),
        limits: *spec.limits,
        tools: spec.tool_infos.clone(),
        packages: spec.packages.to_vec(),
        statistics: spec.statistics.to_vec(),
        now: spec.now,
        seed: spec.now,
    }
}

/// Opens what this hook was granted, and nothing else.
pub(super) fn open_all(
    spec: &CallSpec<'_>,
    owner: Option<(u32, u32)>,
) -> Result<(Vec<Descriptor>, Vec<OwnedFd>), WorkerError> {
    let (trees, grants) = (spec.trees, spec.grants);
    let results = if spec.raw { &trees.raw_results } else { &trees.results };
    let read = [
        (Descriptor::Results, grants.results, results),
        (Descriptor::Sources, grants.sources, &trees.sources),
        (Descriptor::Previous, grants.previous, &trees.previous),
    ];
    let artefact =
        spec.artefact.try_clone().map_err(WorkerError::file("duplicate", Path::new("artefact")))?;
    let (mut kinds, mut files) = (vec![Descriptor::Artefact], vec![OwnedFd::from(artefact)]);
    for (kind, _, path) in read.into_iter().filter(|(_, granted, _)| *granted) {
        if let Some(path) = path {
            files.push(File::open(path).map_err(WorkerError::file("open", path))?.into());
            kinds.push(kind);
        }
    }
    if let Some(log) = trees.build_log.as_ref().filter(|_| grants.build_log) {
        files.push(log::reopened(log).map_err(WorkerError::file("open", Path::new("build log")))?.into());
        kinds.push(Descriptor::BuildLog);
    }
    for (kind, name) in written(spec) {
        files.push(make(&spec.folder.join(name), owner)?.into());
        kinds.push(kind);
    }
    Ok((kinds, files))
}

/// The folders that this hook may write to.
fn written(spec: &CallSpec<'_>) -> impl Iterator<Item = (Descriptor, &'static str)> {
    let grants = spec.grants;
    let write = [
        (grants.outbox && spec.phase == Phase::Transform, Descriptor::Outbox, OUTBOX),
        (!grants.attachments.is_empty(), Descriptor::Attachments, ATTACHMENTS),
    ];
    write.into_iter().filter_map(|(granted, kind, name)| granted.then_some((kind, name)))
}

/// Makes a folder for the runner's user.
fn make(path: &Path, owner: Option<(u32, u32)>) -> Result<File, WorkerError> {
    std::fs::create_dir(path).map_err(WorkerError::file("create", path))?;
    if let Some((user, group)) = owner {
        std::os::unix::fs::chown(path, Some(user), Some(group)).map_err(WorkerError::file("chown", path))?;
    }
    File::open(path).map_err(WorkerError::file("open", path))
}
