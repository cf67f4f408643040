//! Many calls of one `allocate` module, one after the other.
//!
//! The module is loaded and linked once; each question gets a store of its own, so that nothing a guest keeps of one
//! question reaches the next, and a call that went wrong leaves nothing. What the engine's fuel cannot end, the
//! worker ends with the process. The walls stand before the first byte of the module is mapped, as for any call.

use crate::ahead::Ahead;
use crate::call::{Linked, end, link, wall_in};
use crate::end::{Known, classify};
use crate::serve::ServeError;
use skink_host::{Clock, Export, Inputs, State, Wire, entered, guard, rearm};
use skink_job::{Limits, Phase};
use skink_protocol::{CallEnd, Channel, Descriptor, Flavour, ProtocolError, Question, RunnerEnd, ToRunner};
use std::os::fd::OwnedFd;
use wasmtime::Store;

/// Serves questions until the worker closes the socket. `limits` are those of the whole process.
pub(crate) fn serve(
    channel: Channel,
    limits: &Limits,
    descriptors: Vec<OwnedFd>,
    ahead: Ahead,
) -> Result<(), ServeError> {
    let wire = Wire::new(channel, Clock::start(limits.wall_time), limits.log_bytes);
    let Ahead { walls, engines } = ahead.for_flavour(Flavour::Metered);
    let handed = wall_in(&wire, walls, &[Descriptor::Artefact], descriptors, limits)?;
    let Some(handed) = handed else { return Ok(()) };
    let linked = link(engines, handed.artefact().as_ref())
        .and_then(|linked| linked.export(Phase::Allocate).map(|export| (linked, export)));
    let (linked, export) = match linked {
        Ok(linked) => linked,
        Err(ended) => return end(&wire, ended),
    };
    wire.ready()?;
    loop {
        match wire.request() {
            Ok(ToRunner::Ask(question)) => answer(&linked, &export, *question, &wire)?,
            Ok(
                ToRunner::Start(_)
                | ToRunner::Reply(_)
                | ToRunner::Fit { .. }
                | ToRunner::Probe
                | ToRunner::Allocate { .. },
            ) => return Err(ServeError::Unasked),
            Err(ProtocolError::Closed) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Makes one call. The guest's clock and random numbers begin the same each time.
fn answer(linked: &Linked, export: &Export, question: Question, wire: &Wire) -> Result<(), ServeError> {
    let Question { facts, allocation, settings, limits: allowed } = question;
    let (limits, clock) = (allowed.of_call(), Clock::start(allowed.wall_time));
    wire.renew(clock, limits.log_bytes);
    let inputs = Inputs { facts, allocation, settings, ..Inputs::default() };
    let state = match State::new(inputs, &limits, wire.clone(), clock) {
        Ok(state) => state,
        Err(error) => return end(wire, RunnerEnd::HostError(format!("beginning the call: {error}"))),
    };
    let mut store = Store::new(&linked.engine, state);
    guard(&mut store);
    let said = store.set_fuel(allowed.fuel).and_then(|()| {
        entered(&mut store, |store| {
            let instance = linked.pre.instantiate(&mut *store)?;
            rearm(store);
            let said = export.call(store, &instance)?;
            store.data_mut().flush()?;
            Ok(said)
        })
    });
    let ended = classify(said, &Known { state: store.data(), clock });
    let mut usage = store.data().usage();
    drop(store);
    (usage.log_bytes, usage.suppressed) = wire.log_usage();
    Ok(wire.end(CallEnd { end: ended, usage })?)
}
