//! Calls of `checksums` on an empty results folder, from request to verdict.
//!
//! Everything that a job pays for each call is in it: the call's folder is made, the runner walls itself in, the
//! module is loaded, instantiated and called, and its verdict is read. Three rows: `hook-call-ahead`, with a runner
//! that stood ready; `hook-call`, with one that is spawned for it; and `hook-calls`, many without a pause, where the
//! runners that stand ready have to be made meanwhile, and the dead ones be buried. What a job pays once a module is
//! in none: admission, and compiling.

use crate::calls::{Calls, Subject};
use crate::measure::{Pair, Peer};
use crate::place::{Place, bwrap};
use serde_json::json;
use skink_job::Phase;

/// Calls of one sample of `hook-calls`.
const ROUND: usize = 20;

pub(crate) fn spawned(place: &Place) -> anyhow::Result<Pair> {
    let calls = calls(place)?;
    Ok(Pair::of(Box::new(move || Ok(calls.next()?.rest)), Peer::Step(bwrap(1)?)))
}

pub(crate) fn ahead(place: &Place) -> anyhow::Result<Pair> {
    let calls = calls(place)?;
    let before = Some(calls.a_runner_waits());
    Ok(Pair { before, ..Pair::of(Box::new(move || Ok(calls.next()?.rest)), Peer::Step(bwrap(1)?)) })
}

pub(crate) fn sustained(place: &Place) -> anyhow::Result<Pair> {
    let calls = calls(place)?;
    let round = move || {
        calls.stand_by(ROUND);
        for _ in 0..ROUND {
            drop(calls.next()?);
        }
        Ok(None)
    };
    Ok(Pair::of(Box::new(round), Peer::Step(bwrap(ROUND)?)))
}

fn calls(place: &Place) -> anyhow::Result<Calls> {
    let subject = Subject {
        module: &place.hooks().join("checksums.wasm"),
        phase: Phase::Transform,
        grants: "results = true\noutbox = true",
        settings: json!({}),
        tools: "",
        results: place.fresh("hook-call/results")?,
        sources: None,
        previous: None,
    };
    Calls::new(place, "hook-call", subject)
}
