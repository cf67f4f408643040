//! What a call is given: its frame and its descriptors, those that it was granted and no other.

use super::{Broken, CallSpec};
use crate::standby::{READY, ReadAs};
use crate::{WorkerError, log};
use skink_protocol::{Descriptor, ProtocolError, Start, ToRunner};
use skink_walls::Child;
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::Instant;

/// Sends the call to its runner, which may still be preparing for it.
pub(super) fn start(child: &Child, spec: &CallSpec<'_>) -> Result<(), Broken> {
    let (descriptors, files) = open_all(spec)?;
    let start = ToRunner::Start(Box::new(start_frame(spec, descriptors)));
    let borrowed: Vec<_> = files.iter().map(AsFd::as_fd).collect();
    match child.channel.send_with(&start, &borrowed, Some(Instant::now() + READY)) {
        // A runner that could not prepare has said why before it ended.
        Ok(()) | Err(ProtocolError::Closed) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn start_frame(spec: &CallSpec<'_>, descriptors: Vec<Descriptor>) -> Start {
    Start {
        descriptors,
        phase: spec.standby.phase,
        facts: spec.facts.clone(),
        settings: spec.settings.clone(),
        grants: spec.grants.clone(),
        tools: spec.tool_infos.clone(),
        packages: spec.packages.to_vec(),
        statistics: spec.statistics.to_vec(),
        now: spec.now,
        seed: spec.now,
    }
}

/// Opens what this hook was granted to read, and nothing else.
fn open_all(spec: &CallSpec<'_>) -> Result<(Vec<Descriptor>, Vec<OwnedFd>), WorkerError> {
    let (mut kinds, mut files) = (Vec::new(), Vec::new());
    for (kind, path) in (ReadAs { trees: spec.trees, raw: spec.raw }).granted(spec.grants) {
        files.push(File::open(&path).map_err(WorkerError::file("open", &path))?.into());
        kinds.push(kind);
    }
    if let Some(log) = spec.trees.build_log.as_ref().filter(|_| spec.grants.build_log) {
        files.push(log::reopened(log).map_err(WorkerError::file("open", Path::new("build log")))?.into());
        kinds.push(Descriptor::BuildLog);
    }
    Ok((kinds, files))
}
