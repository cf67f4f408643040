//! Whether a module's types are those of this Skink. A runner is asked, before the module is filed: it links the
//! module and runs nothing of it, so that a module of another make is refused before a build, not after it.

use crate::standby::{NotPrepared, prepared, send};
use crate::{Host, WorkerError};
use skink_job::{Limits, Phase};
use skink_protocol::{Descriptor, Flavour, Prepare, RunnerEnd};
use std::fs::File;
use std::os::fd::AsFd;
use std::time::Duration;

/// How long it took to load and link the module, or the reason why it does not fit one of the phases; and `Err` where
/// that cannot be told.
pub fn fits(
    host: &Host,
    artefact: &File,
    flavour: Flavour,
    phases: Vec<Phase>,
) -> Result<Result<Duration, String>, String> {
    let mut child = host.runners.take().map_err(|error: WorkerError| error.to_string())?;
    let limits = Limits::default();
    let descriptors = vec![Descriptor::Artefact];
    let prepare = Prepare { descriptors, flavour, phases, limits, early: false };
    let sent = send(&child, prepare, &[artefact.as_fd()]);
    let answer = sent.map_err(NotPrepared::from).and_then(|()| prepared(&mut child));
    host.runners.bury(child);
    match answer {
        Ok(loading) => Ok(Ok(loading)),
        Err(NotPrepared::Ended(RunnerEnd::Unlinkable(reason))) => Ok(Err(reason)),
        Err(NotPrepared::Ended(end)) => {
            Err(format!("the runner cannot tell whether the module fits: {end:?}"))
        }
        Err(NotPrepared::Broken(error)) => {
            Err(format!("the runner died when it was asked whether the module fits: {error}"))
        }
    }
}
