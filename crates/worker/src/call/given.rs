//! What a call is given: its frame and its descriptors, those that it was granted and no other.

use super::CallSpec;
use crate::WorkerError;
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
        (Descriptor::BuildLog, grants.build_log, &trees.build_log),
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
    let write = [
        (Descriptor::Outbox, grants.outbox && spec.phase == Phase::Transform, "outbox"),
        (Descriptor::Attachments, !grants.attachments.is_empty(), "attachments"),
    ];
    for (kind, _, name) in write.into_iter().filter(|(_, granted, _)| *granted) {
        let path = spec.folder.join(name);
        std::fs::create_dir(&path).map_err(WorkerError::file("create", &path))?;
        if let Some((user, group)) = owner {
            std::os::unix::fs::chown(&path, Some(user), Some(group))
                .map_err(WorkerError::file("chown", &path))?;
        }
        files.push(File::open(&path).map_err(WorkerError::file("open", &path))?.into());
        kinds.push(kind);
    }
    Ok((kinds, files))
}
