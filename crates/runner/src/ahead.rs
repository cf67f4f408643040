//! What a runner makes before it knows its call: the walls as far as they go, the engine, the linker.
//!
//! Invariant: nothing here depends on a job or a module, so it may be made long before there is one, and no byte of a
//! guest is at hand while the walls are unfinished.

use skink_engine::config;
use skink_host::{State, linker};
use skink_protocol::{Flavour, RunnerEnd};
use skink_walls::{Prepared, Profile, WallsError};
use wasmtime::Engine;
use wasmtime::component::Linker;

/// The engine of most calls and all that a guest may import, or why there is none.
pub(crate) type Engines = Result<(Engine, Linker<State>), RunnerEnd>;

/// What is ready when the call comes.
pub(crate) struct Ahead {
    /// To be finished with the call's descriptors.
    pub(crate) walls: Prepared,
    pub(crate) engines: Engines,
}

impl Ahead {
    /// With an engine for this flavour, which for most calls is the one that is there.
    pub(crate) fn for_flavour(self, flavour: Flavour) -> Self {
        match flavour {
            Flavour::Timed => self,
            Flavour::Metered => Self { engines: engines(flavour), ..self },
        }
    }

    /// Makes everything.
    pub(crate) fn make() -> Result<Self, WallsError> {
        Ok(Self { walls: skink_walls::prepare(Profile::Runner)?, engines: engines(Flavour::Timed) })
    }
}

/// Engine and linker for calls of one flavour.
pub(crate) fn engines(flavour: Flavour) -> Engines {
    let made = Engine::new(&config(flavour)).and_then(|engine| Ok((linker(&engine)?, engine)));
    made.map(|(linker, engine)| (engine, linker))
        .map_err(|error| RunnerEnd::HostError(format!("making the engine: {error:#}")))
}
