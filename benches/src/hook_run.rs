//! `hook-run`: the whole command `skink hook run` of `checksums` on an empty folder, its module compiled.
//!
//! What a person waits for: beside the call it has the start of `skink`, its namespaces, the module's digest and
//! manifest, the policy, the journal, which is written through to the disk, scratch folders and the report. The
//! goal is no promise, only a mark to see changes by.

use crate::measure::{Pair, Peer};
use crate::place::{Place, bwrap, command};
use std::process::Command;

pub(crate) fn pair(place: &Place) -> anyhow::Result<Pair> {
    let mut run = Command::new(place.skink());
    run.args(["hook", "run"]).arg(place.hooks().join("checksums.wasm"));
    run.arg("--results").arg(place.fresh("hook-run")?).arg("--state").arg(place.state());
    Ok(Pair::of(command(run)?, Peer::Step(bwrap(1)?)))
}
