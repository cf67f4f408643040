//! One call, from the worker's request to its end.

use crate::end::{Known, classify};
use crate::handed::Handed;
use crate::serve::ServeError;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use skink_engine::{Epochs, LoadError, config, load};
use skink_host::{Clock, Export, Inputs, State, Wire, entered, guard, linker, phases_of, rearm};
use skink_job::{Limits, Phase};
use skink_protocol::{CallEnd, Channel, Descriptor, Flavour, RunnerEnd, Start};
use skink_walls::Profile;
use std::fs::File;
use std::os::fd::OwnedFd;
use wasmtime::component::{Component, InstancePre};
use wasmtime::{Engine, Store};

/// Bytes of data memory that the runner may have beside the guest's memories: listings, whole files, code.
const OWN_DATA: u64 = 1 << 30;

/// Serves a request: the walls, the call, its end.
pub(crate) fn serve(channel: Channel, start: Start, descriptors: Vec<OwnedFd>) -> Result<(), ServeError> {
    let clock = Clock::start(start.limits.wall_time);
    let wire = Wire::new(channel, clock, start.limits.log_bytes);
    let handed = match Handed::sort(&start.descriptors, descriptors) {
        Ok(handed) => handed,
        Err(problem) => return end(&wire, RunnerEnd::HostError(problem)),
    };
    limit_data(&start.limits);
    skink_walls::lock(&handed.rules(), Profile::Runner)?;
    let (phase, flavour, limits) = (start.phase, start.flavour, start.limits);
    let (artefact, inputs) = handed.inputs(start);
    let done = match prepare(artefact.as_ref(), flavour, phase) {
        Ok(prepared) => return make(&prepared, inputs, &limits, &wire, clock),
        Err(ended) => ended,
    };
    end(&wire, done)
}

/// Says whether a module fits the interfaces of these phases. Nothing of it runs.
pub(crate) fn fit(
    channel: Channel,
    flavour: Flavour,
    phases: &[Phase],
    descriptors: Vec<OwnedFd>,
) -> Result<(), ServeError> {
    let limits = Limits::default();
    let wire = Wire::new(channel, Clock::start(limits.wall_time), limits.log_bytes);
    let handed = match Handed::sort(&[Descriptor::Artefact], descriptors) {
        Ok(handed) => handed,
        Err(problem) => return end(&wire, RunnerEnd::HostError(problem)),
    };
    limit_data(&limits);
    skink_walls::lock(&handed.rules(), Profile::Runner)?;
    let artefact = handed.artefact();
    let wrong = phases.iter().find_map(|phase| prepare(artefact.as_ref(), flavour, *phase).err());
    end(&wire, wrong.unwrap_or(RunnerEnd::Pass))
}

/// A backstop behind the limiter: host memory that a guest makes the engine use. Address space is not limited,
/// because wasmtime reserves much more than it uses.
fn limit_data(limits: &Limits) {
    let most = limits.memory.0.saturating_add(OWN_DATA);
    let most = getrlimit(Resource::Data).maximum.map_or(most, |hard| hard.min(most));
    // It can only lower the limit, which the kernel always allows.
    let _ = setrlimit(Resource::Data, Rlimit { current: Some(most), maximum: Some(most) });
}

/// A module that fits the phase, ready to be instantiated.
struct Prepared {
    engine: Engine,
    pre: InstancePre<State>,
    export: Export,
}

fn prepare(artefact: Option<&File>, flavour: Flavour, phase: Phase) -> Result<Prepared, RunnerEnd> {
    if flavour == Flavour::Metered || phase == Phase::Allocate {
        return Err(RunnerEnd::Unlinkable("`allocate` hooks are not offered yet".to_owned()));
    }
    let host = |what: &str, error: &dyn std::fmt::Display| RunnerEnd::HostError(format!("{what}: {error}"));
    let artefact =
        artefact.ok_or_else(|| RunnerEnd::HostError("no artefact came with the call".to_owned()))?;
    let engine = Engine::new(&config(flavour)).map_err(|error| host("making the engine", &error))?;
    let component: Component = load(&engine, artefact).map_err(|error| match &error {
        LoadError::Stale(_) => RunnerEnd::StaleArtefact(error.to_string()),
        // Also what a later engine may add.
        LoadError::Map(_) | _ => host("loading the module", &error),
    })?;
    let linker =
        linker(&engine, &phases_of(&component)).map_err(|error| host("linking the interfaces", &error))?;
    let unlinkable = |error: wasmtime::Error| {
        let todo = "build the hook anew against the wit/ of this Skink";
        RunnerEnd::Unlinkable(format!("the module does not fit this Skink: {error:#}; {todo}"))
    };
    let pre = linker.instantiate_pre(&component).map_err(unlinkable)?;
    let export = Export::find(&pre, phase).map_err(unlinkable)?;
    Ok(Prepared { engine, pre, export })
}

/// Instantiates and calls. Whatever the guest left half done is undone before the worker hears of the end.
fn make(
    prepared: &Prepared,
    inputs: Inputs,
    limits: &Limits,
    wire: &Wire,
    clock: Clock,
) -> Result<(), ServeError> {
    let Prepared { engine, pre, export } = prepared;
    let begun = State::new(inputs, limits, wire.clone(), clock)
        .and_then(|state| Ok((state, Epochs::start(engine)?)))
        .map_err(|error| format!("starting the clock of the call: {error}"));
    let (state, _epochs) = match begun {
        Ok(begun) => begun,
        Err(problem) => return end(wire, RunnerEnd::HostError(problem)),
    };
    let mut store = Store::new(engine, state);
    guard(&mut store);
    let said = entered(&mut store, |store| {
        let instance = pre.instantiate(&mut *store)?;
        rearm(store);
        let said = export.call(store, &instance)?;
        store.data_mut().flush()?;
        Ok(said)
    });
    let known = Known { state: store.data(), clock };
    let ended = classify(said, &known);
    let mut usage = store.data().usage();
    drop(store);
    (usage.log_bytes, usage.suppressed) = wire.log_usage();
    Ok(wire.end(CallEnd { end: ended, usage })?)
}

/// Ends a call that never reached the guest.
fn end(wire: &Wire, ended: RunnerEnd) -> Result<(), ServeError> {
    Ok(wire.end(CallEnd { end: ended, usage: skink_job::Usage::default() })?)
}
