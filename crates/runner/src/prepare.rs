//! A runner that stands ready: its walls are finished, its module is linked, and nothing of it was called.
//!
//! What a job is found to be later, its trees and facts, comes with the call. So all of this may be done while the
//! job still builds, and a call costs no more than what only it can do.

use crate::ahead::{Ahead, Engines};
use crate::end::end;
use crate::handed::{Places, Written};
use crate::serve::ServeError;
use crate::stage::Stage;
use crate::{allocate, call};
use skink_engine::{Epochs, LoadError, load};
use skink_host::{Clock, Export, State, Wire, imports_wasi, misplaced};
use skink_job::{Limits, Phase};
use skink_protocol::{Channel, Flavour, Prepare, ProtocolError, Received, RunnerEnd, ToRunner};
use skink_walls::{Ceilings, Prepared};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::time::Instant;
use wasmtime::Engine;
use wasmtime::component::{Component, InstancePre};

/// What a call is made with.
pub(crate) struct Standing {
    pub(crate) linked: Linked,
    pub(crate) limits: Limits,
    pub(crate) written: Written,
    flavour: Flavour,
    /// Stands still until a call begins; none before it is needed, or where fuel bounds the calls.
    epochs: Option<Epochs>,
    /// What could be made of the call before it began.
    pub(crate) stage: Option<Stage>,
}

impl Standing {
    /// The clock that interrupts the guest; none where fuel does.
    pub(crate) fn epochs(&mut self) -> Result<Option<&Epochs>, RunnerEnd> {
        if self.epochs.is_none() && self.flavour == Flavour::Timed {
            let made = Epochs::waiting(&self.linked.engine);
            let failed = |error| format!("making the clock that interrupts the guest: {error}");
            self.epochs = Some(made.map_err(|error| RunnerEnd::HostError(failed(error)))?);
        }
        Ok(self.epochs.as_ref())
    }

    /// Makes what can be made of the call before it begins.
    fn begin_early(&mut self, wire: &Wire) -> Result<(), RunnerEnd> {
        self.epochs()?;
        let Self { linked, limits, epochs, .. } = self;
        self.stage = epochs.as_ref().and_then(|epochs| Stage::early(linked, limits, wire, epochs));
        Ok(())
    }
}

/// Prepares, says so, and serves what is asked then: one call, or one question after the other.
pub(crate) fn serve(
    channel: Channel,
    prepare: &Prepare,
    descriptors: Vec<OwnedFd>,
    ahead: Ahead,
) -> Result<(), ServeError> {
    let limits = prepare.limits;
    let wire = Wire::new(channel, Clock::start(limits.wall_time), limits.log_bytes);
    let Ahead { walls, engines } = ahead.for_flavour(prepare.flavour);
    let mut places = match Places::sort(&prepare.descriptors, descriptors) {
        Ok(places) => places,
        Err(problem) => return end(&wire, RunnerEnd::HostError(problem)),
    };
    wall_in(walls, &places, &limits)?;
    let artefact = places.artefact();
    let began = Instant::now();
    let linked = match Linked::make(engines, artefact.as_ref(), &prepare.phases) {
        Ok(linked) => linked,
        Err(ended) => return end(&wire, ended),
    };
    let loading = began.elapsed();
    let (written, flavour) = (places.written(), prepare.flavour);
    let mut standing = Standing { linked, limits, written, flavour, epochs: None, stage: None };
    // Not while somebody waits for it.
    if prepare.early
        && !wire.is_asked()
        && let Err(ended) = standing.begin_early(&wire)
    {
        return end(&wire, ended);
    }
    wire.prepared(loading)?;
    wait(standing, &wire)
}

fn wait(standing: Standing, wire: &Wire) -> Result<(), ServeError> {
    loop {
        match wire.request() {
            Ok(Received { message: ToRunner::Start(start), descriptors }) => {
                let left = call::serve(standing, *start, descriptors, wire)?;
                return rest(left, wire);
            }
            Ok(Received { message: ToRunner::Ask(question), .. }) => {
                allocate::answer(&standing.linked, *question, wire)?;
            }
            Ok(Received { message: ToRunner::Prepare(_) | ToRunner::Reply(_) | ToRunner::Probe, .. }) => {
                return Err(ServeError::Unasked);
            }
            Err(ProtocolError::Closed) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Does nothing until the worker closes the socket. It has been woken by the end of the call, maybe on this processor,
/// and whatever were done here would be done before it can go on.
fn rest(left: call::Left, wire: &Wire) -> Result<(), ServeError> {
    match wire.request() {
        Err(ProtocolError::Closed) => {
            drop(left);
            Ok(())
        }
        Ok(_) => Err(ServeError::Unasked),
        Err(error) => Err(error.into()),
    }
}

/// Lowers the resources to what calls with these limits need, which was not known when the runner was spawned, and
/// builds the last walls.
fn wall_in(walls: Prepared, places: &Places, limits: &Limits) -> Result<(), ServeError> {
    skink_walls::lower(Ceilings::of(limits))?;
    Ok(walls.lock(&places.rules())?)
}

/// A module that fits its own interfaces, ready to be instantiated.
pub(crate) struct Linked {
    pub(crate) engine: Engine,
    pub(crate) pre: InstancePre<State>,
    pub(crate) imports_wasi: bool,
    exports: Vec<(Phase, Export)>,
}

impl Linked {
    /// Loads the module and links it for these phases.
    fn make(
        engines: Result<Engines, RunnerEnd>,
        artefact: Option<&File>,
        phases: &[Phase],
    ) -> Result<Self, RunnerEnd> {
        let artefact =
            artefact.ok_or_else(|| RunnerEnd::HostError("no artefact came to prepare".to_owned()))?;
        let mut engines = engines?;
        let component: Component = load(&engines.engine, artefact).map_err(|error| match &error {
            LoadError::Stale(_) => RunnerEnd::StaleArtefact(error.to_string()),
            // Also what a later engine may add.
            LoadError::Map(_) | _ => RunnerEnd::HostError(format!("loading the module: {error}")),
        })?;
        if let Some(interface) = misplaced(&engines.engine, &component) {
            let what = wasmtime::format_err!("`{interface}` belongs to none of its phases");
            return Err(unlinkable(what));
        }
        let failed = |error| RunnerEnd::HostError(format!("making the linker: {error:#}"));
        let linker = engines.linker(&component).map_err(failed)?;
        let pre = linker.instantiate_pre(&component).map_err(unlinkable)?;
        let find = |phase: &Phase| Ok((*phase, Export::find(&pre, *phase).map_err(unlinkable)?));
        let exports = phases.iter().map(find).collect::<Result<_, RunnerEnd>>()?;
        let imports_wasi = imports_wasi(&engines.engine, &component);
        Ok(Self { engine: engines.engine, pre, imports_wasi, exports })
    }

    /// The export of a phase that was prepared.
    pub(crate) fn export(&self, phase: Phase) -> Result<&Export, RunnerEnd> {
        let found = self.exports.iter().find(|(other, _)| *other == phase);
        let export = found.map(|(_, export)| export);
        export.ok_or_else(|| RunnerEnd::HostError(format!("the phase {phase} was not prepared")))
    }
}

fn unlinkable(error: wasmtime::Error) -> RunnerEnd {
    let todo = "build the hook anew against the wit/ of this Skink";
    RunnerEnd::Unlinkable(format!("the module does not fit this Skink: {error:#}; {todo}"))
}
