//! The one engine configuration. The compiler process and the runner both call [`config`]; an artefact loads
//! only where both were built from the same one, so it exists once.
//!
//! Invariant: a WebAssembly proposal that is not in [`FEATURES`], the set that modules are inspected with, is
//! off, also one that a later wasmtime turns on by default.

use crate::load::ExecutableMapping;
use skink_module::FEATURES;
use skink_protocol::Flavour;
use std::num::NonZeroUsize;
use std::sync::Arc;
use wasmparser::WasmFeatures;
use wasmtime::{Config, InstanceAllocationStrategy, WasmBacktraceDetails};

/// Bytes of stack for guest code.
pub const WASM_STACK: usize = 512 << 10;

/// Bytes of stack where guest and host functions share a fiber.
pub const FIBER_STACK: usize = 2 << 20;

/// Bytes of address space that one linear memory reserves: all that 32 bits can address, so that no access
/// needs a bounds check and no memory is ever moved. Reserved only, not used.
const MEMORY_RESERVATION: u64 = 4 << 30;

/// Frames of a guest's call stack that a crash report holds.
const BACKTRACE_FRAMES: usize = 40;

/// The configuration for artefacts of `flavour`. Whoever changes it raises
/// [`CONFIG_VERSION`](crate::CONFIG_VERSION), so that artefacts of the old one are not found any more.
pub fn config(flavour: Flavour) -> Config {
    let mut config = Config::new();
    config
        .wasm_features(FEATURES, true)
        .wasm_features(WasmFeatures::all().difference(FEATURES), false)
        // `gc` and `threads` are compiled in and off: builds without them can abort
        // (GHSA-rc4p-x33f-vpr2, GHSA-2674-w29h-wqvj).
        .gc_support(false)
        .shared_memory(false)
        .concurrency_support(false)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        .async_stack_zeroing(true)
        .allocation_strategy(InstanceAllocationStrategy::OnDemand)
        .memory_init_cow(true)
        .memory_reservation(MEMORY_RESERVATION)
        .memory_may_move(false)
        .signals_based_traps(true)
        .with_custom_code_memory(Some(Arc::new(ExecutableMapping)))
        // Names of functions in crash reports, but no parser of DWARF over hostile bytes, and nothing that
        // depends on an environment variable.
        .wasm_backtrace_max_frames(NonZeroUsize::new(BACKTRACE_FRAMES))
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .generate_address_map(true)
        .debug_info(false)
        .debug_symbols(false)
        .native_unwind_info(false);
    match flavour {
        Flavour::Timed => config.epoch_interruption(true).consume_fuel(false),
        Flavour::Metered => config.epoch_interruption(false).consume_fuel(true),
    };
    #[cfg(feature = "compiler")]
    {
        config
            .strategy(wasmtime::Strategy::Cranelift)
            .cranelift_opt_level(wasmtime::OptLevel::Speed)
            .cranelift_nan_canonicalization(flavour == Flavour::Metered)
            .parallel_compilation(true);
    }
    config
}

// With the compiler there is more in the configuration, and none of it is in an artefact's form.
#[cfg(all(test, not(feature = "compiler")))]
mod tests {
    use super::*;
    use crate::{CONFIG_VERSION, WASMTIME_VERSION};
    use sha2::{Digest, Sha256};
    use wasmtime::Engine;

    #[test]
    fn a_changed_configuration_has_a_new_version() {
        let shown = format!("{:?} {:?}", config(Flavour::Timed), config(Flavour::Metered));
        let digest = hex::encode(Sha256::digest(shown));
        let known = (1, "48.0.8", "fd9c7ef18ba2d1a07712e8a1692e03976c4b1d4b1cfa122f9f085e177da48777");
        assert_eq!((CONFIG_VERSION, WASMTIME_VERSION, digest.as_str()), known, "raise CONFIG_VERSION");
    }

    #[test]
    fn what_is_not_inspected_for_is_off_in_the_engine() {
        for flavour in [Flavour::Timed, Flavour::Metered] {
            let got = Engine::new(&config(flavour)).unwrap();
            assert_eq!(got.get_wasm_features(), FEATURES, "{flavour:?}");
            assert!(!got.get_concurrency_support() && !got.get_shared_memory());
            assert_eq!(got.get_epoch_interruption(), flavour == Flavour::Timed);
            assert_eq!(got.get_consume_fuel(), flavour == Flavour::Metered);
        }
    }
}
