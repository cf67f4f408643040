//! wasmtime: its configuration, its limits, and the store of compiled modules.
//!
//! | feature | who | what |
//! | --- | --- | --- |
//! | none | the worker | [`ArtefactStore`], [`compile_walled`]: no wasmtime at all |
//! | `runtime` | the runner | the configuration, loading an artefact, limiter, epochs |
//! | `compiler` | the compiler process | Cranelift as well |
//!
//! The process that has the authority holds no guest and compiles none.

#[cfg(feature = "compiler")]
mod compile;
#[cfg(feature = "runtime")]
mod config;
#[cfg(feature = "runtime")]
mod epoch;
mod fingerprint;
#[cfg(feature = "runtime")]
mod limiter;
#[cfg(feature = "runtime")]
mod load;
mod store;
mod walled;

#[cfg(feature = "compiler")]
pub use compile::{CompileError, compile};
#[cfg(feature = "runtime")]
pub use config::{FIBER_STACK, WASM_STACK, config};
#[cfg(feature = "runtime")]
pub use epoch::{Epochs, TICK};
pub use fingerprint::{CONFIG_VERSION, WASMTIME_VERSION, fingerprint};
#[cfg(feature = "runtime")]
pub use limiter::{Asked, Denial, Limiter, MAX_INSTANCES, MAX_MEMORIES, MAX_TABLES, TABLE_ELEMENT};
#[cfg(feature = "runtime")]
pub use load::{LoadError, load};
pub use store::{ArtefactKey, ArtefactStore, StoreError, Stored};
pub use walled::{COMPILE_TIME, Compiled, WalledError, compile_walled};
