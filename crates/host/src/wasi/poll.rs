//! `wasi:io/poll` that never waits past the deadline.

use crate::state::Ambient;
use crate::{Clock, State};
use std::future::Future;
use wasmtime::Result;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::p2::DynPollable;
use wasmtime_wasi::p2::bindings::io::poll as waiting;
use wasmtime_wasi::p2::bindings::sync::io::poll::{self, Host, HostPollable};

/// What a waiting guest needs: its table, the deadline, and the timer.
pub(super) struct Poll<'a> {
    table: &'a mut ResourceTable,
    clock: Clock,
    ambient: Option<&'a Ambient>,
}

struct HasPoll;

impl HasData for HasPoll {
    type Data<'a> = Poll<'a>;
}

pub(super) fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    poll::add_to_linker::<State, HasPoll>(linker, |state| Poll {
        table: &mut state.table,
        clock: state.clock,
        ambient: state.ambient.as_ref(),
    })
}

impl Poll<'_> {
    /// Waits, at most until the deadline.
    fn wait<T>(clock: Clock, ambient: Option<&Ambient>, what: impl Future<Output = Result<T>>) -> Result<T> {
        let Some(ambient) = ambient else {
            return Err(wasmtime::format_err!("a module that imports no WASI waits by it"));
        };
        let deadline = clock.deadline().into();
        let bounded = async { tokio::time::timeout_at(deadline, what).await };
        match ambient.runtime().block_on(bounded) {
            Ok(done) => done,
            Err(_) => Err(clock.stop().into()),
        }
    }
}

impl Host for Poll<'_> {
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> Result<Vec<u32>> {
        Self::wait(self.clock, self.ambient, waiting::Host::poll(self.table, pollables))
    }
}

impl HostPollable for Poll<'_> {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> Result<bool> {
        Self::wait(self.clock, self.ambient, waiting::HostPollable::ready(self.table, pollable))
    }

    fn block(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        Self::wait(self.clock, self.ambient, waiting::HostPollable::block(self.table, pollable))
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        waiting::HostPollable::drop(self.table, pollable)
    }
}
