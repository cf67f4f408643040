//! Compiles a component. Only the walled compiler process does this.

use crate::config;
use skink_protocol::Flavour;
use wasmtime::Engine;

/// Why a component could not be compiled.
#[derive(Debug, thiserror::Error)]
#[error("the module cannot be compiled: {0:#}")]
pub struct CompileError(wasmtime::Error);

/// Compiles the component for this machine. The same input gives the same output.
///
/// # Errors
/// The component is not valid, or beyond what the compiler takes.
pub fn compile(component: &[u8], flavour: Flavour) -> Result<Vec<u8>, CompileError> {
    let engine = Engine::new(&config(flavour)).map_err(CompileError)?;
    engine.precompile_component(component).map_err(CompileError)
}
