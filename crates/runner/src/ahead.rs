//! What a runner makes before it knows its call: the walls as far as they go, the engine, the linker.
//!
//! Invariant: nothing here depends on a job or a module, so it may be made long before there is one, and no byte of a
//! guest is at hand while the walls are unfinished.

use skink_engine::config;
use skink_host::{State, linker, linker_of};
use skink_protocol::{Flavour, RunnerEnd};
use skink_walls::{Prepared, Profile, WallsError};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

/// What is ready when the runner is told what to prepare for.
pub(crate) struct Ahead {
    /// To be finished with the places of what the calls may reach.
    pub(crate) walls: Prepared,
    /// Those of most calls, or why there are none.
    pub(crate) engines: Result<Engines, RunnerEnd>,
}

/// An engine, and what a guest may import.
pub(crate) struct Engines {
    pub(crate) engine: Engine,
    /// With all interfaces; none where the module is waited for.
    linker: Option<Linker<State>>,
}

impl Ahead {
    /// Makes what pays: where the worker has said already what to prepare for, no more than that module needs.
    pub(crate) fn make(is_asked: bool) -> Result<Self, WallsError> {
        let walls = skink_walls::prepare(Profile::Runner)?;
        let engines = Engines::make(Flavour::Timed).and_then(|engines| {
            let failed = |error| RunnerEnd::HostError(format!("making the linker: {error:#}"));
            let linker = (!is_asked).then(|| linker(&engines.engine)).transpose().map_err(failed)?;
            Ok(Engines { linker, ..engines })
        });
        Ok(Self { walls, engines })
    }

    /// With an engine for this flavour, which for most calls is the one that is there.
    pub(crate) fn for_flavour(self, flavour: Flavour) -> Self {
        match flavour {
            Flavour::Timed => self,
            Flavour::Metered => Self { engines: Engines::make(flavour), ..self },
        }
    }
}

impl Engines {
    fn make(flavour: Flavour) -> Result<Self, RunnerEnd> {
        let made = Engine::new(&config(flavour));
        let engine = made.map_err(|error| RunnerEnd::HostError(format!("making the engine: {error:#}")))?;
        Ok(Self { engine, linker: None })
    }

    /// A linker for this component.
    pub(crate) fn linker(&mut self, component: &Component) -> wasmtime::Result<Linker<State>> {
        self.linker.take().map_or_else(|| linker_of(&self.engine, component), Ok)
    }
}
