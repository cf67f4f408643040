//! Which interfaces a module may import: those of the phases that it exports, and the inert WASI.
//!
//! A module of several phases is linked with the interfaces of all of them, whichever is called: that gives it
//! no authority, for authority is a handle, and handles come from the context of the called phase alone.

use crate::bindings::skink::hook;
use crate::{State, wasi};
use skink_job::Phase;
use std::collections::BTreeSet;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Engine, Result};

/// The name of the interface that a phase is called through.
pub(crate) fn export_of(phase: Phase) -> &'static str {
    match phase {
        Phase::Allocate => "skink:hook/allocate@0.1.0",
        Phase::PreChroot => "skink:hook/pre-chroot@0.1.0",
        Phase::Transform => "skink:hook/transform@0.1.0",
        Phase::Check => "skink:hook/check@0.1.0",
        Phase::Cleanup => "skink:hook/cleanup@0.1.0",
    }
}

/// The phases that a component exports.
fn phases_of(component: &Component) -> BTreeSet<Phase> {
    let exports = |phase: &Phase| component.get_export_index(None, export_of(*phase)).is_some();
    Phase::ALL.iter().copied().filter(exports).collect()
}

/// A linker with all interfaces. It is made before the module is known; [`misplaced`] says what a module may not have
/// of it.
///
/// # Errors
/// An interface was added twice: a bug of ours.
pub fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    wasi::add_to_linker(l)?;
    hook::types::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    hook::job::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    hook::report::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    hook::files::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    hook::tools::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    hook::plan::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    hook::outbox::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    hook::allocate_context::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    hook::pre_chroot_context::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    hook::transform_context::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    hook::check_context::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    hook::cleanup_context::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    Ok(linker)
}

/// An interface of `skink:hook` that the component imports and that belongs to none of the phases it exports.
pub fn misplaced(engine: &Engine, component: &Component) -> Option<String> {
    let phases = phases_of(component);
    let imports = component.component_type();
    let is_misplaced = |name: &&str| {
        let ours = name.strip_prefix("skink:hook/");
        let interface = ours.map(|name| name.split_once('@').map_or(name, |(interface, _version)| interface));
        interface.is_some_and(|interface| !skink_module::importable(interface, &phases))
    };
    imports.imports(engine).map(|(name, _)| name).find(is_misplaced).map(str::to_owned)
}
