//! The inert WASI that Python and JavaScript modules need to start at all: clocks, seeded random numbers,
//! standard streams into the log. No file system, no environment, no arguments, no network, no `wasi:http`.
//!
//! Invariants: no clock is finer than a millisecond; nothing waits past the deadline; no thread is started and
//! no descriptor opened for it after the walls stand.

mod clocks;
mod poll;
mod stdio;

use crate::{Clock, State, Wire};
use clocks::Coarse;
use rand::SeedableRng;
use rand::rngs::StdRng;
use stdio::LineSink;
use wasmtime::component::Linker;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

/// Bytes of random numbers in one call.
const MAX_RANDOM: u64 = 4096;

/// To be called while there is still a `/dev`, from the thread that will make the call.
///
/// wasmtime-wasi seeds a generator of the thread before ours takes its place, and in a static binary the crate
/// `getrandom` knows no way to random bytes but `/dev/urandom`. No guest ever sees a number of that generator.
pub fn before_walls() {
    drop(wasmtime_wasi::thread_rng());
}

/// Builds the guest's WASI. `now` is the Unix time in seconds that its clock starts from.
pub(crate) fn context(wire: &Wire, clock: Clock, now: u64, seed: u64) -> WasiCtx {
    WasiCtxBuilder::new()
        .stdout(LineSink::new(wire.clone()))
        .stderr(LineSink::new(wire.clone()))
        .wall_clock(Coarse::new(clock, now))
        .monotonic_clock(Coarse::new(clock, now))
        .secure_random(StdRng::seed_from_u64(seed))
        .insecure_random(StdRng::seed_from_u64(!seed))
        .insecure_random_seed(u128::from(seed))
        .max_random_size(MAX_RANDOM)
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .build()
}

/// Adds the baseline to a linker.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_sync(linker)?;
    // wasmtime's own `poll` would wait past the deadline, on a runtime with threads.
    linker.allow_shadowing(true);
    poll::add_to_linker(linker)?;
    linker.allow_shadowing(false);
    Ok(())
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi()
    }
}
