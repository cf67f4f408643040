//! One call, from the worker's request to its end.

use crate::end::{Known, classify, end};
use crate::handed::inputs;
use crate::prepare::Standing;
use crate::serve::ServeError;
use crate::stage::Stage;
use skink_host::{Clock, Export, Inputs, Said, State, Wire, entered, rearm};
use skink_protocol::{CallEnd, RunnerEnd, Start};
use std::os::fd::OwnedFd;
use wasmtime::Store;
use wasmtime::component::InstancePre;

/// What is left of a call whose end was told: memory to be given back, for which nobody need wait.
pub(crate) type Left = Option<Store<State>>;

/// Makes the call that a runner stands ready for.
pub(crate) fn serve(
    mut standing: Standing,
    start: Start,
    descriptors: Vec<OwnedFd>,
    wire: &Wire,
) -> Result<Left, ServeError> {
    let clock = Clock::start(standing.limits.wall_time);
    wire.renew(clock, standing.limits.log_bytes);
    let phase = start.phase;
    let (inputs, stage) = match begin(&mut standing, start, descriptors, wire) {
        Ok(begun) => begun,
        Err(ended) => return end(wire, ended).map(|()| None),
    };
    match standing.linked.export(phase) {
        Ok(export) => make(stage, &standing.linked.pre, export, inputs, wire, clock),
        Err(ended) => end(wire, ended).map(|()| None),
    }
}

/// Starts the clock that interrupts the guest, and gives what the call is made with.
fn begin(
    standing: &mut Standing,
    start: Start,
    descriptors: Vec<OwnedFd>,
    wire: &Wire,
) -> Result<(Inputs, Stage), RunnerEnd> {
    let written = std::mem::take(&mut standing.written);
    let inputs = inputs(start, descriptors, written).map_err(RunnerEnd::HostError)?;
    let early = standing.stage.take();
    let stage = early.map_or_else(|| Stage::empty(&standing.linked, &standing.limits, wire), Ok)?;
    if let Some(epochs) = standing.epochs()? {
        epochs.go();
    }
    Ok((inputs, stage))
}

/// Instantiates and calls. Whatever the guest left half done is undone before the worker hears of the end.
pub(crate) fn make(
    stage: Stage,
    pre: &InstancePre<State>,
    export: &Export,
    inputs: Inputs,
    wire: &Wire,
    clock: Clock,
) -> Result<Left, ServeError> {
    let Stage { mut store, instance } = stage;
    store.data_mut().begin(inputs, clock);
    let said = entered(&mut store, |store| -> wasmtime::Result<Said> {
        rearm(store);
        let instance = instance.map_or_else(|| pre.instantiate(&mut *store), Ok)?;
        rearm(store);
        let said = export.call(store, &instance)?;
        store.data_mut().flush()?;
        Ok(said)
    });
    let ended = classify(said, &Known { state: store.data(), clock });
    let mut usage = store.data().usage();
    store.data_mut().close();
    (usage.log_bytes, usage.suppressed) = wire.log_usage();
    wire.end(CallEnd { end: ended, usage })?;
    Ok(Some(store))
}
