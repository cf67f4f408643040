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

/// Adds one interface to a linker.
type Add = fn(&mut Linker<State>) -> Result<()>;

/// The interfaces of `skink:hook`, by name.
const INTERFACES: [(&str, Add); 16] = [
    ("types", |l| hook::types::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
    ("job", |l| hook::job::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
    ("report", |l| hook::report::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
    ("files", |l| hook::files::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
    ("packages", |l| hook::packages::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
    ("derive", |l| hook::derive::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
    ("tools", |l| hook::tools::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
    ("plan", |l| hook::plan::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
    ("effects", |l| hook::effects::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
    ("mounts", |l| hook::mounts::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
    ("outbox", |l| hook::outbox::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
    ("allocate-context", |l| {
        hook::allocate_context::add_to_linker::<State, HasSelf<State>>(l, |state| state)
    }),
    ("pre-chroot-context", |l| {
        hook::pre_chroot_context::add_to_linker::<State, HasSelf<State>>(l, |state| state)
    }),
    ("transform-context", |l| {
        hook::transform_context::add_to_linker::<State, HasSelf<State>>(l, |state| state)
    }),
    ("check-context", |l| hook::check_context::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
    ("cleanup-context", |l| hook::cleanup_context::add_to_linker::<State, HasSelf<State>>(l, |state| state)),
];

/// A linker with all interfaces, for a component that is not known yet. [`misplaced`] says what it may not have of it.
///
/// # Errors
/// An interface was added twice: a bug of ours.
pub fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasi::add_to_linker(&mut linker)?;
    INTERFACES.iter().try_for_each(|(_, add)| add(&mut linker))?;
    Ok(linker)
}

/// A linker with what a component imports and no more, for that is made in less time.
///
/// # Errors
/// An interface was added twice: a bug of ours.
pub fn linker_of(engine: &Engine, component: &Component) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    if imports_wasi(engine, component) {
        wasi::add_to_linker(&mut linker)?;
    }
    let imports = component.component_type();
    let imported = |name: &str| imports.imports(engine).any(|(import, _)| ours(import) == Some(name));
    let mut wanted = INTERFACES.iter().filter(|(name, _)| imported(name));
    wanted.try_for_each(|(_, add)| add(&mut linker))?;
    Ok(linker)
}

/// Whether a component imports anything of WASI. What it needs beside the linker is made for those that do.
pub fn imports_wasi(engine: &Engine, component: &Component) -> bool {
    component.component_type().imports(engine).any(|(import, _)| import.starts_with("wasi:"))
}

/// The name of an interface of `skink:hook`, without its version.
fn ours(import: &str) -> Option<&str> {
    let interface = import.strip_prefix("skink:hook/")?;
    Some(interface.split_once('@').map_or(interface, |(interface, _version)| interface))
}

/// An interface of `skink:hook` that the component imports and that belongs to none of the phases it exports.
pub fn misplaced(engine: &Engine, component: &Component) -> Option<String> {
    let phases = phases_of(component);
    let imports = component.component_type();
    let is_misplaced =
        |name: &&str| ours(name).is_some_and(|interface| !skink_module::importable(interface, &phases));
    imports.imports(engine).map(|(name, _)| name).find(is_misplaced).map(str::to_owned)
}
