//! The runner's life: ready, what to prepare for, and what is asked then.

use crate::ahead::Ahead;
use crate::prepare;
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
    /// The worker sent something that was not due.
    #[error("the worker sent a request out of its order")]
    Unasked,
}

/// Builds the walls, waits for what is wanted, and serves it.
pub(crate) fn serve() -> Result<(), ServeError> {
    // Both are kept by the libraries that read them, and cannot be read behind the walls: the page size comes
    // from `/proc` or a call that is not allowed there.
    let _ = rustix::param::page_size();
    skink_host::before_walls();
    let mut channel = skink_walls::enter()?;
    channel.send(&FromRunner::Ready { version: VERSION }, soon())?;
    let ahead = Ahead::make(channel.has_more())?;
    // Spawned ahead of need, the runner waits here for as long as the worker likes; it dies with the worker.
    let Received { message, descriptors } = channel.receive::<ToRunner>(None)?;
    match message {
        ToRunner::Prepare(prepare) => prepare::serve(channel, &prepare, descriptors, ahead),
        ToRunner::Probe => {
            ahead.walls.lock(&[])?;
            Ok(channel.send(&FromRunner::Probed(skink_walls::probe()), soon())?)
        }
        ToRunner::Start(_) | ToRunner::Reply(_) | ToRunner::Ask(_) => Err(ServeError::Unasked),
    }
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + PATIENCE)
}
