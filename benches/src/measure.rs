//! Measuring a pair: ours, peer, ours, peer, so that whatever else the machine does befalls both.

use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Pairs that are run before the first that counts: caches fill, lazy things are made.
const WARM_UP: usize = 3;

/// Rest before each sample of either side: the kernel takes down namespaces after their last process has ended, for
/// which the next sample would pay.
const SETTLE: Duration = Duration::from_millis(20);

/// What a sample leaves, to be dropped when its time is taken.
pub(crate) type Rest = Option<Box<dyn Any>>;

/// Something that is done once a sample. An error ends the row: half of the work is no sample.
pub(crate) type Step = Box<dyn FnMut() -> anyhow::Result<Rest>>;

/// What ours is measured against.
pub(crate) enum Peer {
    /// Something that is done in turn with ours.
    Step(Step),
    /// A time that stays as it is, where there is nobody who does the same.
    Time(Duration),
    /// The most memory that it may hold, in MiB: ours tells what it held, in place of its time.
    Memory(f64),
}

/// Both sides of a row, ready.
pub(crate) struct Pair {
    /// Done before each sample of ours, and not measured.
    pub(crate) before: Option<Step>,
    /// The part of a sample of ours that is not of the row, told by the sample.
    pub(crate) beside: Rc<Cell<Duration>>,
    /// MiB that a sample of ours held, where it is memory that is measured; told by the sample.
    pub(crate) held: Rc<Cell<f64>>,
    pub(crate) ours: Step,
    pub(crate) peer: Peer,
}

impl Pair {
    /// A pair with nothing to do before a sample.
    pub(crate) fn of(ours: Step, peer: Peer) -> Self {
        Self { before: None, beside: Rc::default(), held: Rc::default(), ours, peer }
    }
}

/// Times in milliseconds, or memory in MiB.
pub(crate) struct Samples {
    pub(crate) unit: &'static str,
    pub(crate) ours: Vec<f64>,
    /// As many as of ours; only one where it is a fixed time.
    pub(crate) peer: Vec<f64>,
}

pub(crate) fn measure(mut pair: Pair, pairs: usize) -> anyhow::Result<Samples> {
    let (unit, fixed) = match pair.peer {
        Peer::Step(_) => ("ms", None),
        Peer::Time(time) => ("ms", Some(in_milliseconds(time))),
        Peer::Memory(most) => ("MiB", Some(most)),
    };
    let mut samples = Samples { unit, ours: Vec::new(), peer: fixed.into_iter().collect() };
    // What was written to make both sides ready is on the disk before the first sample.
    rustix::fs::sync();
    let warm_up = WARM_UP.min(pairs);
    for turn in 0..warm_up + pairs {
        pair.before.as_mut().map_or(Ok(None), |before| before())?;
        let took = timed(&mut pair.ours)? - in_milliseconds(pair.beside.take());
        let (ours, peer) = match &mut pair.peer {
            Peer::Step(step) => (took, Some(timed(step)?)),
            Peer::Time(_) => (took, None),
            Peer::Memory(_) => (pair.held.take(), None),
        };
        if turn >= warm_up {
            samples.ours.push(ours);
            samples.peer.extend(peer);
        }
    }
    Ok(samples)
}

fn timed(step: &mut Step) -> anyhow::Result<f64> {
    std::thread::sleep(SETTLE);
    let start = Instant::now();
    let rest = step()?;
    let taken = start.elapsed();
    drop(rest);
    Ok(in_milliseconds(taken))
}

fn in_milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
