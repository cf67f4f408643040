//! Whether a module's types are those of this Skink. A runner is asked, before the module is filed: it links the
//! module and runs nothing of it, so that a module of another make is refused before a build, not after it.

use super::Broken;
use crate::Host;
use skink_job::Phase;
use skink_protocol::{Flavour, FromRunner, ProtocolError, RunnerEnd, ToRunner};
use std::fs::File;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// How long loading and linking may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// `Ok(Some(reason))` where the module does not fit one of the phases, `Err` where that cannot be told.
pub fn fits(
    host: &Host,
    artefact: &File,
    flavour: Flavour,
    phases: Vec<Phase>,
) -> Result<Option<String>, String> {
    match ask(host, artefact, flavour, phases) {
        Ok(RunnerEnd::Pass) => Ok(None),
        Ok(RunnerEnd::Unlinkable(reason)) => Ok(Some(reason)),
        Ok(end) => Err(format!("the runner cannot tell whether the module fits: {end:?}")),
        Err(Broken::Host(error)) => Err(error.to_string()),
        Err(Broken::Protocol(error)) => {
            Err(format!("the runner died when it was asked whether the module fits: {error}"))
        }
    }
}

fn ask(host: &Host, artefact: &File, flavour: Flavour, phases: Vec<Phase>) -> Result<RunnerEnd, Broken> {
    let mut child = host.runners.take()?;
    let deadline = Some(Instant::now() + PATIENCE);
    let fit = ToRunner::Fit { flavour, phases };
    child.channel.send_with(&fit, &[artefact.as_fd()], deadline)?;
    let FromRunner::End(end) = child.channel.receive::<FromRunner>(deadline)?.message else {
        return Err(Broken::Protocol(ProtocolError::Closed));
    };
    Ok(end.end)
}
