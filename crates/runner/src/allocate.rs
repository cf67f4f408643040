//! Many calls of one `allocate` module, one after the other.
//!
//! The module is loaded and linked once; each question gets a store of its own, so that nothing a guest keeps of one
//! question reaches the next, and a call that went wrong leaves nothing. What the engine's fuel cannot end, the
//! worker ends with the process.

use crate::call::make;
use crate::end::end;
use crate::prepare::Linked;
use crate::serve::ServeError;
use crate::stage::Stage;
use skink_host::{Clock, Inputs, Wire};
use skink_job::Phase;
use skink_protocol::{Question, RunnerEnd};

/// Makes one call. The guest's clock and random numbers begin the same each time.
pub(crate) fn answer(linked: &Linked, question: Question, wire: &Wire) -> Result<(), ServeError> {
    let Question { facts, allocation, settings, limits: allowed } = question;
    let (limits, clock) = (allowed.of_call(), Clock::start(allowed.wall_time));
    wire.renew(clock, limits.log_bytes);
    let inputs = Inputs { facts, allocation, settings, ..Inputs::default() };
    let staged = linked.export(Phase::Allocate).and_then(|export| {
        let mut stage = Stage::empty(linked, &limits, wire)?;
        let fuelled = stage.store.set_fuel(allowed.fuel);
        fuelled.map_err(|error| RunnerEnd::HostError(format!("giving the call its fuel: {error:#}")))?;
        Ok((export, stage))
    });
    match staged {
        Ok((export, stage)) => make(stage, &linked.pre, export, inputs, wire, clock).map(drop),
        Err(ended) => end(wire, ended),
    }
}
