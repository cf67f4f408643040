//! `module-ready` and `module-ready-js`: a module that was compiled before, from the store to where it can be called.
//!
//! The artefact is found in the store and its seal is checked; a runner maps it, loads it and links it, and says how
//! long that took. What is between the two, walls and messages, belongs to the rows of calls. Nobody else does the same,
//! so bubblewrap tells how fast the machine is at the moment: the goals are 0.5 ms and 3 ms where it takes 3.5 ms.

use crate::measure::{Pair, Peer, Step};
use crate::place::{Place, bwrap};
use anyhow::{Context, bail};
use skink_engine::ArtefactKey;
use skink_job::Phase;
use skink_module::Sealed;
use skink_protocol::Flavour;
use skink_worker::Host;
use skink_worker::admit::compiled;
use skink_worker::call::fits;
use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// A small module: rpmlint, 115 KiB.
pub(crate) fn small(place: &Place) -> anyhow::Result<Pair> {
    pair(place, &place.hooks().join("rpmlint.wasm"))
}

/// A large one: a guest in JavaScript with its engine, 12 MB.
pub(crate) fn javascript(place: &Place) -> anyhow::Result<Pair> {
    let built = skink_tests_guests::Place::new("javascript").module(skink_tests_guests::Language::JavaScript);
    pair(place, &built)
}

fn pair(place: &Place, module: &Path) -> anyhow::Result<Pair> {
    let host = Rc::new(Host::open(&place.skink(), Some(place.state()))?);
    let sealed = Sealed::read(module).with_context(|| format!("reading {}", module.display()))?;
    compiled(&host, &sealed).map_err(|why| anyhow::anyhow!("{}: {why:?}", module.display()))?;
    // An artefact that was written just now is read again, in case it changes without a trace.
    std::thread::sleep(Duration::from_secs(3));
    let key = ArtefactKey { module: sealed.digest(), flavour: Flavour::Timed };
    let waiting = Rc::clone(&host);
    let before: Step = Box::new(move || {
        waiting.runners.foresee(1);
        while waiting.runners.waiting() == 0 {
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(Duration::from_millis(2));
        Ok(None)
    });
    let beside = Rc::default();
    let told: Rc<Cell<Duration>> = Rc::clone(&beside);
    let ours = move || {
        let stored = host.store.get(&key)?.context("the store has lost the artefact")?;
        let asked = Instant::now();
        match fits(&host, &stored.artefact, Flavour::Timed, vec![Phase::Check]) {
            Ok(Ok(loading)) => told.set(asked.elapsed().saturating_sub(loading)),
            Ok(Err(why)) | Err(why) => bail!("it does not fit: {why}"),
        }
        Ok(None)
    };
    Ok(Pair { before: Some(before), beside, ..Pair::of(Box::new(ours), Peer::Step(bwrap(1)?)) })
}
