//! Where a guest is called: its store, and its instance where that could be made before the call began.
//!
//! Most modules are made without asking anything of the host, so it makes no difference when; those that do ask, or
//! take long, are made when their call has begun, in a store of which nothing was used.

use crate::prepare::Linked;
use skink_engine::Epochs;
use skink_host::{State, Wire, entered, guard};
use skink_job::Limits;
use skink_protocol::RunnerEnd;
use wasmtime::component::Instance;
use wasmtime::{Engine, Store};

/// A store of one call.
pub(crate) struct Stage {
    pub(crate) store: Store<State>,
    pub(crate) instance: Option<Instance>,
}

impl Stage {
    /// A store with nothing in it.
    pub(crate) fn empty(linked: &Linked, limits: &Limits, wire: &Wire) -> Result<Self, RunnerEnd> {
        let state = State::waiting(limits, wire.clone(), linked.imports_wasi);
        let state =
            state.map_err(|error| RunnerEnd::HostError(format!("making the store of a call: {error}")))?;
        let mut store = Store::new(&linked.engine, state);
        guard(&mut store);
        Ok(Self { store, instance: None })
    }

    /// A store with an instance; `None` where that is to be left to the call, which also tells what is wrong.
    pub(crate) fn early(linked: &Linked, limits: &Limits, wire: &Wire, epochs: &Epochs) -> Option<Self> {
        let Self { mut store, .. } = Self::empty(linked, limits, wire).ok()?;
        // Done at the first entry to a guest else.
        Engine::tls_eager_initialize();
        epochs.go();
        let instance = entered(&mut store, |store| linked.pre.instantiate(&mut *store));
        epochs.rest();
        Some(Self { store, instance: Some(instance.ok()?) })
    }
}
