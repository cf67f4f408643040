//! Measuring a pair: ours, peer, ours, peer, so that whatever else the machine does befalls both.

use std::time::{Duration, Instant};

/// The unit of all samples.
pub(crate) const UNIT: &str = "ms";
/// Pairs that are run before the first that counts: caches fill, lazy things are made.
const WARM_UP: usize = 10;

/// Something that is done once a sample. An error ends the row: half of the work is no sample.
pub(crate) type Step = Box<dyn FnMut() -> anyhow::Result<()>>;

/// What ours is measured against.
pub(crate) enum Peer {
    /// Something that is done in turn with ours.
    Step(Step),
    /// A time that stays as it is, where there is nobody who does the same.
    Time(Duration),
}

/// Both sides of a row, ready.
pub(crate) struct Pair {
    pub(crate) ours: Step,
    pub(crate) peer: Peer,
}

/// Times, in [`UNIT`].
pub(crate) struct Samples {
    pub(crate) ours: Vec<f64>,
    /// As many as of ours; only one where it is a fixed time.
    pub(crate) peer: Vec<f64>,
}

pub(crate) fn measure(mut pair: Pair, pairs: usize) -> anyhow::Result<Samples> {
    let mut samples = Samples { ours: Vec::new(), peer: Vec::new() };
    if let Peer::Time(time) = pair.peer {
        samples.peer.push(in_unit(time));
    }
    for turn in 0..WARM_UP + pairs {
        let ours = timed(&mut pair.ours)?;
        let peer = match &mut pair.peer {
            Peer::Step(step) => Some(timed(step)?),
            Peer::Time(_) => None,
        };
        if turn >= WARM_UP {
            samples.ours.push(ours);
            samples.peer.extend(peer);
        }
    }
    Ok(samples)
}

fn timed(step: &mut Step) -> anyhow::Result<f64> {
    let start = Instant::now();
    step()?;
    Ok(in_unit(start.elapsed()))
}

fn in_unit(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
