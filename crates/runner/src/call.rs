//! One call, from the worker's request to its end.

use crate::ahead::{Ahead, Engines};
use crate::end::{Known, classify};
use crate::handed::Handed;
use crate::serve::ServeError;
use skink_engine::{Epochs, LoadError, load};
use skink_host::{Clock, Export, Inputs, State, Wire, entered, guard, misplaced, rearm};
use skink_job::{Limits, Phase};
use skink_protocol::{CallEnd, Channel, Descriptor, Flavour, RunnerEnd, Start};
use skink_walls::{Ceilings, Prepared};
use std::fs::File;
use std::os::fd::OwnedFd;
use wasmtime::component::{Component, InstancePre};
use wasmtime::{Engine, Store};

/// Serves a request: the walls, the call, its end.
pub(crate) fn serve(
    channel: Channel,
    start: Start,
    descriptors: Vec<OwnedFd>,
    ahead: Ahead,
) -> Result<(), ServeError> {
    let clock = Clock::start(start.limits.wall_time);
    let wire = Wire::new(channel, clock, start.limits.log_bytes);
    let Ahead { walls, engines } = ahead.for_flavour(start.flavour);
    let handed = wall_in(&wire, walls, &start.descriptors, descriptors, &start.limits)?;
    let Some(handed) = handed else { return Ok(()) };
    let (phase, limits) = (start.phase, start.limits);
    let (artefact, inputs) = handed.inputs(start);
    let prepared = link(engines, artefact.as_ref())
        .and_then(|linked| linked.export(phase).map(|export| (linked, export)));
    match prepared {
        Ok((linked, export)) => make(&linked, &export, inputs, &limits, &wire, clock),
        Err(ended) => end(&wire, ended),
    }
}

/// Says whether a module fits the interfaces of these phases. Nothing of it runs.
pub(crate) fn fit(
    channel: Channel,
    flavour: Flavour,
    phases: &[Phase],
    descriptors: Vec<OwnedFd>,
    ahead: Ahead,
) -> Result<(), ServeError> {
    let limits = Limits::default();
    let wire = Wire::new(channel, Clock::start(limits.wall_time), limits.log_bytes);
    let Ahead { walls, engines } = ahead.for_flavour(flavour);
    let handed = wall_in(&wire, walls, &[Descriptor::Artefact], descriptors, &limits)?;
    let Some(handed) = handed else { return Ok(()) };
    let wrong = match link(engines, handed.artefact().as_ref()) {
        Ok(linked) => phases.iter().find_map(|phase| linked.export(*phase).err()),
        Err(wrong) => Some(wrong),
    };
    end(&wire, wrong.unwrap_or(RunnerEnd::Pass))
}

/// Lowers the resources to what a call with these limits needs, which was not known when the runner was spawned, and
/// builds the last walls. `None` where the descriptors are not those that are named: the call is ended then.
pub(crate) fn wall_in(
    wire: &Wire,
    walls: Prepared,
    kinds: &[Descriptor],
    descriptors: Vec<OwnedFd>,
    limits: &Limits,
) -> Result<Option<Handed>, ServeError> {
    let handed = match Handed::sort(kinds, descriptors) {
        Ok(handed) => handed,
        Err(problem) => {
            end(wire, RunnerEnd::HostError(problem))?;
            return Ok(None);
        }
    };
    skink_walls::lower(Ceilings::of(limits))?;
    walls.lock(&handed.rules())?;
    Ok(Some(handed))
}

/// A module that fits its own interfaces, ready to be instantiated.
pub(crate) struct Linked {
    pub(crate) engine: Engine,
    pub(crate) pre: InstancePre<State>,
}

impl Linked {
    pub(crate) fn export(&self, phase: Phase) -> Result<Export, RunnerEnd> {
        Export::find(&self.pre, phase).map_err(unlinkable)
    }
}

fn unlinkable(error: wasmtime::Error) -> RunnerEnd {
    let todo = "build the hook anew against the wit/ of this Skink";
    RunnerEnd::Unlinkable(format!("the module does not fit this Skink: {error:#}; {todo}"))
}

/// Loads the module and links it.
pub(crate) fn link(engines: Engines, artefact: Option<&File>) -> Result<Linked, RunnerEnd> {
    let artefact =
        artefact.ok_or_else(|| RunnerEnd::HostError("no artefact came with the call".to_owned()))?;
    let (engine, linker) = engines?;
    let component: Component = load(&engine, artefact).map_err(|error| match &error {
        LoadError::Stale(_) => RunnerEnd::StaleArtefact(error.to_string()),
        // Also what a later engine may add.
        LoadError::Map(_) | _ => RunnerEnd::HostError(format!("loading the module: {error}")),
    })?;
    if let Some(interface) = misplaced(&engine, &component) {
        let what = wasmtime::format_err!("`{interface}` belongs to none of its phases");
        return Err(unlinkable(what));
    }
    let pre = linker.instantiate_pre(&component).map_err(unlinkable)?;
    Ok(Linked { engine, pre })
}

/// Instantiates and calls. Whatever the guest left half done is undone before the worker hears of the end.
fn make(
    linked: &Linked,
    export: &Export,
    inputs: Inputs,
    limits: &Limits,
    wire: &Wire,
    clock: Clock,
) -> Result<(), ServeError> {
    let Linked { engine, pre } = linked;
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
pub(crate) fn end(wire: &Wire, ended: RunnerEnd) -> Result<(), ServeError> {
    Ok(wire.end(CallEnd { end: ended, usage: skink_job::Usage::default() })?)
}
