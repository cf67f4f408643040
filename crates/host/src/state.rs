//! All that one call's store holds.

use crate::outbox::Output;
use crate::report::Progress;
use crate::trace::Trace;
use crate::wasi;
use crate::{Clock, Stop, Wire};
use skink_engine::{Epochs, Limiter};
use skink_job::{Allocation, Facts, Grants, LimitKind, Limits, Millis, Usage};
use skink_protocol::ToolInfo;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use tokio::runtime::{Builder, Handle, Runtime};
use wasmtime::component::{Resource, ResourceTable};
use wasmtime::{CallHook, Store, UpdateDeadline};
use wasmtime_wasi::{WasiCtx, WasiCtxView};

/// Time for a module that is made before its call begins. What takes longer is made when it has begun.
const EARLY: Millis = Millis(10);

/// Bytes that a guest may hand over in one call.
const CALL_BYTES: usize = 8 << 20;

/// What the worker handed over for this call.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The job's facts.
    pub facts: Facts,
    /// What an allocate hook is asked about, beside the facts.
    pub allocation: Allocation,
    /// The hook's settings, JSON text.
    pub settings: String,
    /// The hook's grants.
    pub grants: Grants,
    /// The tools that are at hand.
    pub tools: Vec<ToolInfo>,
    /// Names of the packages to be installed or installed.
    pub packages: Vec<String>,
    /// Key and value of the build's statistics.
    pub statistics: Vec<(String, String)>,
    /// Unix time in seconds that the guest's clock starts from.
    pub now: u64,
    /// Seed of the guest's random numbers.
    pub seed: u64,
    /// Directory of the results.
    pub results: Option<Arc<OwnedFd>>,
    /// Directory of the sources.
    pub sources: Option<Arc<OwnedFd>>,
    /// Directory of the previous build's results.
    pub previous: Option<Arc<OwnedFd>>,
    /// The build's log.
    pub build_log: Option<Arc<File>>,
    /// Writable directory for the outbox.
    pub outbox: Option<Arc<OwnedFd>>,
    /// Writable directory for attachments.
    pub attachments: Option<Arc<OwnedFd>>,
}

/// The timer that waiting guests need: a runtime without threads and without descriptors.
#[derive(Debug)]
pub(crate) struct Ambient(Runtime);

impl Ambient {
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0
    }
}

/// The data of one call's store.
///
/// It may be made before the call begins, and a module be made in it. Invariant: until [`State::begin`] nothing can be
/// asked of the host, so that what was made depends on the module alone.
pub struct State {
    begun: bool,
    pub(crate) inputs: Inputs,
    pub(crate) table: ResourceTable,
    /// Made when it is first used: most modules need none.
    wasi: Option<WasiCtx>,
    pub(crate) wire: Wire,
    pub(crate) clock: Clock,
    pub(crate) output: Output,
    pub(crate) progress: Progress,
    pub(crate) trace: Trace,
    /// Only for a module that imports WASI.
    pub(crate) ambient: Option<Ambient>,
    limiter: Limiter,
    max_handles: u32,
    handles: u32,
    peak_handles: u32,
    host_calls: u64,
    met: Option<(LimitKind, String)>,
}

impl State {
    /// The state of a call that has not begun.
    ///
    /// # Errors
    /// The timer could not be made.
    pub fn waiting(limits: &Limits, wire: Wire, imports_wasi: bool) -> std::io::Result<Self> {
        let timer = imports_wasi.then(|| Builder::new_current_thread().enable_time().build());
        let ambient = timer.transpose()?.map(Ambient);
        let mut table = ResourceTable::new();
        table.set_max_capacity(usize::try_from(limits.handles).unwrap_or(usize::MAX));
        let clock = Clock::start(EARLY);
        Ok(Self {
            begun: false,
            wasi: None,
            output: Output::new(limits),
            progress: Progress::default(),
            trace: Trace::default(),
            limiter: Limiter::new(limits.memory),
            max_handles: limits.handles,
            handles: 0,
            peak_handles: 0,
            host_calls: 0,
            met: None,
            inputs: Inputs::default(),
            table,
            wire,
            clock,
            ambient,
        })
    }

    /// The call begins.
    pub fn begin(&mut self, inputs: Inputs, clock: Clock) {
        self.output.goes_to(inputs.outbox.clone(), inputs.attachments.clone());
        (self.inputs, self.clock, self.begun) = (inputs, clock, true);
    }

    /// The guest's WASI.
    pub(crate) fn wasi(&mut self) -> WasiCtxView<'_> {
        let Self { wasi, table, wire, clock, inputs, .. } = self;
        let ctx = wasi.get_or_insert_with(|| wasi::context(wire, *clock, inputs.now, inputs.seed));
        WasiCtxView { ctx, table }
    }

    /// Gives the guest one more handle.
    pub(crate) fn push<T: Send + 'static>(&mut self, entry: T) -> wasmtime::Result<Resource<T>> {
        let resource = self.table.push(entry).map_err(|_| Stop::Handles(self.max_handles))?;
        self.handles = self.handles.saturating_add(1);
        self.peak_handles = self.peak_handles.max(self.handles);
        Ok(resource)
    }

    /// Takes a handle back.
    pub(crate) fn delete<T: 'static>(&mut self, resource: Resource<T>) -> wasmtime::Result<T> {
        let entry = self.table.delete(resource)?;
        self.handles = self.handles.saturating_sub(1);
        Ok(entry)
    }

    /// Remembers a limit that makes the call void.
    pub(crate) fn remember(&mut self, kind: LimitKind, what: &str) {
        if self.met.is_none() {
            self.met = Some((kind, what.to_owned()));
        }
    }

    /// The first limit that makes the call void, if one was met.
    pub fn met(&self) -> Option<&(LimitKind, String)> {
        self.met.as_ref()
    }

    /// How many handles the guest may hold at once.
    pub fn max_handles(&self) -> u32 {
        self.max_handles
    }

    /// The limiter of memories and tables.
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// The hook's grants.
    pub fn grants(&self) -> &Grants {
        &self.inputs.grants
    }

    /// The last calls from the guest, oldest first.
    pub fn last_calls(&self) -> Vec<String> {
        self.trace.lines()
    }

    /// Tells the audit of something that the guest had no grant for.
    ///
    /// # Errors
    /// The worker is gone or takes nothing more.
    pub fn audit(&self, what: &str) -> Result<(), Stop> {
        self.wire.denied(what)
    }

    /// Drops everything that the guest holds, and sends what it wrote of a line that has not ended.
    pub fn close(&mut self) {
        self.table = ResourceTable::new();
        self.wasi = None;
    }

    /// Sends the last progress that was held back.
    ///
    /// # Errors
    /// The worker is gone or takes nothing more.
    pub fn flush(&mut self) -> Result<(), Stop> {
        match self.progress.last() {
            Some((done, total, what)) => self.wire.progress(done, total, &what),
            None => Ok(()),
        }
    }

    /// What the call used so far, as far as the runner can see.
    pub fn usage(&self) -> Usage {
        let (output_bytes, output_files) = self.output.usage();
        let (log_bytes, suppressed) = self.wire.log_usage();
        Usage {
            memory: self.limiter.peak(),
            wall_time: u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX),
            handles: self.peak_handles,
            log_bytes,
            output_bytes,
            output_files,
            tool_time: 0,
            tool_memory: 0,
            tool_processes: 0,
            scratch_bytes: 0,
            host_calls: self.host_calls,
            suppressed,
        }
    }
}

/// Does something with the store while the timer of waiting guests is at hand: without it, wasmtime-wasi would
/// start a runtime of its own, with threads.
pub fn entered<R>(store: &mut Store<State>, what: impl FnOnce(&mut Store<State>) -> R) -> R {
    let timer = store.data().ambient.as_ref().map(|ambient| ambient.runtime().handle().clone());
    let _entered = timer.as_ref().map(Handle::enter);
    what(store)
}

/// Sets the epoch deadline from what is left of the call's time. To be called before every entry to the guest.
pub fn rearm(store: &mut Store<State>) {
    let ticks = pace(&store.data().clock);
    store.set_epoch_deadline(ticks);
}

/// Ticks until the clock is looked at again: half of the time left. On a busy machine ticks come late, and to
/// count all of them would stretch the deadline by as much; so the last look is always one tick away.
fn pace(clock: &Clock) -> u64 {
    (Epochs::ticks(clock.left()) / 2).max(1)
}

/// Puts the limits of memory, handles, bytes of a call and time on a store. The deadline is looked at after
/// every call to the host: an epoch interrupts guest code alone.
pub fn guard(store: &mut Store<State>) {
    let handles = usize::try_from(store.data().max_handles).unwrap_or(usize::MAX);
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(CALL_BYTES);
    // Also bounds handles to resources that the guest defines itself.
    store.set_max_component_handles(handles);
    store.epoch_deadline_callback(|store| {
        let clock = &store.data().clock;
        clock.check()?;
        Ok(UpdateDeadline::Continue(pace(clock)))
    });
    rearm(store);
    store.call_hook(|mut store, hook| match hook {
        CallHook::CallingHost => {
            let state = store.data_mut();
            state.host_calls = state.host_calls.saturating_add(1);
            if state.begun { Ok(()) } else { Err(Stop::Early.into()) }
        }
        CallHook::ReturningFromHost => Ok(store.data().clock.check()?),
        CallHook::CallingWasm | CallHook::ReturningFromWasm => Ok(()),
    });
}
