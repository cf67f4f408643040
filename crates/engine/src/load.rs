//! Maps a compiled module into the runner.
//!
//! wasmtime maps artefacts by path only, and the runner has no path: its root is empty. So the mapping is made
//! here, from the descriptor, and wasmtime is told how to make its code executable.

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap, mprotect};
use std::fs::File;
use std::ptr::NonNull;
use wasmtime::component::Component;
use wasmtime::{CustomCodeMemory, Engine};

/// Why an artefact could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be mapped.
    #[error("cannot map the artefact: {0}")]
    Map(std::io::Error),
    /// It was compiled for another engine, configuration or processor.
    #[error("the artefact is not for this engine; compile the module again: {0:#}")]
    Stale(wasmtime::Error),
}

/// Loads an artefact. Its mapping stays until the process ends: a runner loads one artefact in its life.
///
/// The artefact is trusted to be machine code that [`compile`](crate) made. The file must come from an
/// [`ArtefactStore`](crate::ArtefactStore), which has checked its seal and which nobody else can write to.
///
/// # Errors
/// The file cannot be mapped, or was compiled for another engine.
pub fn load(engine: &Engine, artefact: &File) -> Result<Component, LoadError> {
    let memory = map(artefact).map_err(LoadError::Map)?;
    #[allow(unsafe_code, reason = "an artefact is machine code; wasmtime cannot tell good from bad")]
    // SAFETY: the memory is mapped for the rest of the process, privately and read-only, from a file that the
    // store sealed. Its content is what `Engine::precompile_component` gave, by the seal's MAC.
    unsafe { Component::deserialize_raw(engine, memory) }.map_err(LoadError::Stale)
}

/// An artefact of at most so many bytes is mapped with all its pages at once; of a larger one few are needed.
const SMALL: usize = 1 << 20;

fn map(artefact: &File) -> std::io::Result<NonNull<[u8]>> {
    let length = usize::try_from(artefact.metadata()?.len()).unwrap_or(usize::MAX);
    let at_once = if length <= SMALL { MapFlags::POPULATE } else { MapFlags::empty() };
    #[allow(unsafe_code, reason = "maps an artefact by its descriptor")]
    // SAFETY: a new mapping at an address of the kernel's choice touches no other memory.
    let address = unsafe {
        mmap(std::ptr::null_mut(), length, ProtFlags::READ, MapFlags::PRIVATE | at_once, artefact, 0)?
    };
    let address = NonNull::new(address.cast::<u8>()).ok_or(rustix::io::Errno::NOMEM)?;
    Ok(NonNull::slice_from_raw_parts(address, length))
}

/// Makes the code of an artefact executable, and never writable: what was writable stops being so.
pub(crate) struct ExecutableMapping;

impl ExecutableMapping {
    fn protect(code: *const u8, length: usize, flags: MprotectFlags) -> wasmtime::Result<()> {
        #[allow(unsafe_code, reason = "makes the code of an artefact executable")]
        // SAFETY: wasmtime calls this with the text section of an artefact that it owns or that `load` mapped
        // for the rest of the process; nothing writes there any more.
        let done = unsafe { mprotect(code.cast_mut().cast(), length, flags) };
        done.map_err(|errno| wasmtime::format_err!("cannot change the protection of code: {errno}"))
    }
}

impl CustomCodeMemory for ExecutableMapping {
    fn required_alignment(&self) -> usize {
        rustix::param::page_size()
    }

    fn publish_executable(&self, code: *const u8, length: usize) -> wasmtime::Result<()> {
        Self::protect(code, length, MprotectFlags::READ | MprotectFlags::EXEC)
    }

    fn unpublish_executable(&self, code: *const u8, length: usize) -> wasmtime::Result<()> {
        Self::protect(code, length, MprotectFlags::READ)
    }
}
