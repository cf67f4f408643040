//! The runner's life: ready, one request, its answer.

use crate::ahead::Ahead;
use crate::{allocate, call};
use skink_protocol::{FromRunner, ProtocolError, Received, ToRunner, VERSION};
use skink_walls::WallsError;
use std::time::{Duration, Instant};

/// Time for the worker to take a short message.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why the runner ends without having told the worker how its call ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// A wall could not be built.
    #[error(transparent)]
    Walls(#[from] WallsError),
    /// The worker is gone, or does not speak this version.
    #[error("the connection to the worker: {0}")]
    Protocol(#[from] ProtocolError),
    /// The worker sent an answer where a request was due.
    #[error("the worker sent an answer, and nothing had been asked")]
    Unasked,
}

/// Builds the walls, waits for the one request, and serves it.
pub(crate) fn serve() -> Result<(), ServeError> {
    // Both are kept by the libraries that read them, and cannot be read behind the walls: the page size comes
    // from `/proc` or a call that is not allowed there.
    let _ = rustix::param::page_size();
    skink_host::before_walls();
    let mut channel = skink_walls::enter()?;
    channel.send(&FromRunner::Ready { version: VERSION }, soon())?;
    let ahead = Ahead::make()?;
    // Spawned ahead of need, the runner waits here for as long as the worker likes; it dies with the worker.
    let Received { message, descriptors } = channel.receive::<ToRunner>(None)?;
    match message {
        ToRunner::Start(start) => call::serve(channel, *start, descriptors, ahead),
        ToRunner::Fit { flavour, phases } => call::fit(channel, flavour, &phases, descriptors, ahead),
        ToRunner::Probe => {
            ahead.walls.lock(&[])?;
            Ok(channel.send(&FromRunner::Probed(skink_walls::probe()), soon())?)
        }
        ToRunner::Allocate { limits } => allocate::serve(channel, &limits, descriptors, ahead),
        ToRunner::Reply(_) | ToRunner::Ask(_) => Err(ServeError::Unasked),
    }
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + PATIENCE)
}
