//! One call, from the worker's request to its end.

use crate::end::{Known, classify, end};
use crate::handed::inputs;
use crate::prepare::{Linked, Standing};
use crate::serve::ServeError;
use skink_host::{Clock, Export, Inputs, Said, State, Wire, entered, guard, rearm};
use skink_job::{Limits, Phase};
use skink_protocol::{CallEnd, RunnerEnd, Start};
use std::os::fd::OwnedFd;
use wasmtime::Store;
use wasmtime::component::InstancePre;

/// Makes the call that a runner stands ready for.
pub(crate) fn serve(
    mut standing: Standing,
    start: Start,
    descriptors: Vec<OwnedFd>,
    wire: &Wire,
) -> Result<(), ServeError> {
    let clock = Clock::start(standing.limits.wall_time);
    wire.renew(clock, standing.limits.log_bytes);
    let phase = start.phase;
    let inputs = match inputs(start, descriptors, std::mem::take(&mut standing.written)) {
        Ok(inputs) => inputs,
        Err(problem) => return end(wire, RunnerEnd::HostError(problem)),
    };
    let Standing { linked, limits, epochs, written: _ } = standing;
    if let Some(epochs) = &epochs {
        epochs.go();
    }
    let call = Call { linked: &linked, phase, limits: &limits, fuel: None };
    call.make(inputs, wire, clock)
}

/// What bounds one call, beside its clock.
pub(crate) struct Call<'a> {
    pub(crate) linked: &'a Linked,
    pub(crate) phase: Phase,
    pub(crate) limits: &'a Limits,
    pub(crate) fuel: Option<u64>,
}

impl Call<'_> {
    /// Instantiates and calls. Whatever the guest left half done is undone before the worker hears of the end.
    pub(crate) fn make(&self, inputs: Inputs, wire: &Wire, clock: Clock) -> Result<(), ServeError> {
        let export = match self.linked.export(self.phase) {
            Ok(export) => export,
            Err(ended) => return end(wire, ended),
        };
        let state = match State::new(inputs, self.limits, wire.clone(), clock) {
            Ok(state) => state,
            Err(error) => return end(wire, RunnerEnd::HostError(format!("beginning the call: {error}"))),
        };
        let mut store = Store::new(&self.linked.engine, state);
        guard(&mut store);
        let fuelled = self.fuel.map_or(Ok(()), |fuel| store.set_fuel(fuel));
        let said = fuelled.and_then(|()| entered(&mut store, |store| enter(&self.linked.pre, export, store)));
        let ended = classify(said, &Known { state: store.data(), clock });
        let mut usage = store.data().usage();
        drop(store);
        (usage.log_bytes, usage.suppressed) = wire.log_usage();
        Ok(wire.end(CallEnd { end: ended, usage })?)
    }
}

fn enter(pre: &InstancePre<State>, export: &Export, store: &mut Store<State>) -> wasmtime::Result<Said> {
    let instance = pre.instantiate(&mut *store)?;
    rearm(store);
    let said = export.call(store, &instance)?;
    store.data_mut().flush()?;
    Ok(said)
}
