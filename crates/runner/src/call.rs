//! One call, from the worker's request to its end.

use crate::end::{Known, classify, end};
use crate::handed::inputs;
use crate::prepare::Standing;
use crate::serve::ServeError;
use crate::stage::Stage;
use skink_host::{Clock, Export, Inputs, Said, State, Wire, entered, rearm};
use skink_protocol::{CallEnd, RunnerEnd, Start};
use std::os::fd::OwnedFd;
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
    let begun = inputs(start, descriptors, std::mem::take(&mut standing.written))
        .map_err(RunnerEnd::HostError)
        .and_then(|inputs| Ok((inputs, standing.linked.export(phase)?, standing.stage.take())));
    let (inputs, export, stage) = match begun {
        Ok((inputs, export, Some(stage))) => (inputs, export, Ok(stage)),
        Ok((inputs, export, None)) => {
            (inputs, export, Stage::empty(&standing.linked, &standing.limits, wire))
        }
        Err(ended) => return end(wire, ended),
    };
    if let Some(epochs) = &standing.epochs {
        epochs.go();
    }
    match stage {
        Ok(stage) => make(stage, &standing.linked.pre, export, inputs, wire, clock),
        Err(ended) => end(wire, ended),
    }
}

/// Instantiates and calls. Whatever the guest left half done is undone before the worker hears of the end.
pub(crate) fn make(
    stage: Stage,
    pre: &InstancePre<State>,
    export: &Export,
    inputs: Inputs,
    wire: &Wire,
    clock: Clock,
) -> Result<(), ServeError> {
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
    // Only then is the memory given back: nobody need wait for it.
    Ok(wire.end(CallEnd { end: ended, usage })?)
}
