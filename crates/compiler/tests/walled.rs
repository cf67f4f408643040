//! The compiler process for real: spawned behind its walls, given modules, good and bad; what it makes is put
//! into a store, mapped and run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test"
)]

use rustix::fs::{MemfdFlags, memfd_create};
use skink_engine::{
    ArtefactKey, ArtefactStore, Compiled, Epochs, Limiter, WalledError, compile_walled, config, load,
};
use skink_job::{ByteCount, Digest};
use skink_protocol::{Flavour, ModuleDescription};
use skink_walls::Spawner;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store, Trap};

const TIME: Duration = Duration::from_secs(60);

fn in_memory(bytes: &[u8]) -> File {
    let mut memory = File::from(memfd_create("module", MemfdFlags::CLOEXEC).unwrap());
    // The shared offset is left at the end on purpose.
    memory.write_all(bytes).unwrap();
    memory
}

fn compile(bytes: &[u8], flavour: Flavour, time: Duration) -> Result<Compiled, WalledError> {
    let program = Path::new(env!("CARGO_BIN_EXE_skink-compiler"));
    compile_walled(&Spawner::new().unwrap(), program, in_memory(bytes).as_fd(), flavour, time)
}

fn rejected(bytes: &[u8]) -> String {
    match compile(bytes, Flavour::Timed, TIME).unwrap() {
        Compiled::Rejected { reason } => reason.as_str().to_owned(),
        Compiled::Done { description, .. } => panic!("not rejected: {description:?}"),
    }
}

/// A component whose export `run` is the function `$run` of the core module.
fn component(module: &str) -> Vec<u8> {
    let wat = format!(
        r#"(component
            (core module $m {module} (@custom "skink:manifest" "{{}}"))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
    );
    wat::parse_str(wat).unwrap()
}

/// Compiles, stores, finds, maps.
fn loaded(bytes: &[u8], flavour: Flavour) -> (Engine, Component, ModuleDescription) {
    let Compiled::Done { description, artefact } = compile(bytes, flavour, TIME).unwrap() else {
        panic!("rejected: {}", rejected(bytes));
    };
    let dir = tempfile::tempdir().unwrap();
    let store = ArtefactStore::open(&dir.path().join("store")).unwrap();
    let key = ArtefactKey { module: Digest::from_bytes([7; 32]), flavour };
    store.put(&key, &artefact, &description).unwrap();
    let stored = store.get(&key).unwrap().expect("what was put is found");
    let engine = Engine::new(&config(flavour)).unwrap();
    let component = load(&engine, &stored.artefact).unwrap();
    (engine, component, stored.description)
}

fn run(
    engine: &Engine,
    component: &Component,
    memory: u64,
    prepare: impl FnOnce(&mut Store<Limiter>),
) -> (wasmtime::Result<u32>, Limiter) {
    let mut store = Store::new(engine, Limiter::new(ByteCount(memory)));
    store.limiter(|limiter| limiter);
    prepare(&mut store);
    let mut call = || {
        let instance = Linker::new(engine).instantiate(&mut store, component)?;
        let run = instance.get_typed_func::<(), (u32,)>(&mut store, "run")?;
        Ok(run.call(&mut store, ())?.0)
    };
    let result = call();
    (result, store.into_data())
}

const ANSWER: &str =
    r#"(memory 1) (data (i32.const 8) "*") (func (export "run") (result i32) (i32.load8_u (i32.const 8)))"#;

#[test]
fn what_it_compiles_runs_in_both_flavours() {
    let bytes = component(ANSWER);
    for flavour in [Flavour::Timed, Flavour::Metered] {
        let (engine, component, description) = loaded(&bytes, flavour);
        assert_eq!(
            (description.manifest.as_str(), description.exports.as_slice()),
            ("{}", &["run".to_owned()][..])
        );
        let (result, limiter) = run(&engine, &component, 1 << 20, |store| match flavour {
            Flavour::Timed => store.set_epoch_deadline(1),
            Flavour::Metered => store.set_fuel(1000).unwrap(),
        });
        assert_eq!((result.unwrap(), limiter.peak()), (42, 65536), "{flavour:?}");
    }
}

#[test]
fn the_same_module_gives_the_same_artefact() {
    let bytes = component(ANSWER);
    let make = || {
        let Compiled::Done { mut artefact, .. } = compile(&bytes, Flavour::Timed, TIME).unwrap() else {
            panic!("rejected");
        };
        let mut code = Vec::new();
        artefact.read_to_end(&mut code).unwrap();
        code
    };
    assert!(!make().is_empty() && make() == make());
}

#[test]
fn an_artefact_of_one_flavour_is_stale_for_the_other() {
    let Compiled::Done { artefact, .. } = compile(&component(ANSWER), Flavour::Metered, TIME).unwrap() else {
        panic!("rejected");
    };
    let engine = Engine::new(&config(Flavour::Timed)).unwrap();
    let Err(error) = load(&engine, &artefact) else { panic!("not stale") };
    assert!(error.to_string().contains("compile the module again"), "{error}");
}

/// Rows 1, 7, 8, 9 and 12 of the table of hostile modules: the engine's side.
#[test]
fn limits_end_what_does_not_end_by_itself() {
    let spin = component("(func (export \"run\") (result i32) (loop br 0) (i32.const 0))");
    let (engine, spin, _) = loaded(&spin, Flavour::Timed);
    let epochs = Epochs::waiting(&engine).unwrap();
    epochs.go();
    let time = Duration::from_millis(50);
    let start = std::time::Instant::now();
    let (result, _) = run(&engine, &spin, 1 << 20, |store| store.set_epoch_deadline(Epochs::ticks(time)));
    assert_eq!(trap(result), Some(Trap::Interrupt));
    assert!(start.elapsed() >= time, "never early");
    drop(epochs);

    let burn = component("(func (export \"run\") (result i32) (loop br 0) (i32.const 0))");
    let (engine, burn, _) = loaded(&burn, Flavour::Metered);
    let (result, _) = run(&engine, &burn, 1 << 20, |store| store.set_fuel(10_000).unwrap());
    assert_eq!(trap(result), Some(Trap::OutOfFuel));

    let recurse = component("(func $f (export \"run\") (result i32) (i32.add (call $f) (i32.const 1)))");
    let (engine, recurse, _) = loaded(&recurse, Flavour::Timed);
    let (result, _) = run(&engine, &recurse, 1 << 20, |store| store.set_epoch_deadline(1000));
    assert_eq!(trap(result), Some(Trap::StackOverflow));
}

fn trap(result: wasmtime::Result<u32>) -> Option<Trap> {
    result.expect_err("a trap").downcast_ref::<Trap>().copied()
}

#[test]
fn memory_and_tables_are_limited_in_sum() {
    let grow = component(
        r#"(memory 1) (func (export "run") (result i32)
            (loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (memory.size))"#,
    );
    let (engine, grow, _) = loaded(&grow, Flavour::Timed);
    let (result, limiter) = run(&engine, &grow, 1 << 20, |store| store.set_epoch_deadline(1000));
    assert_eq!((result.unwrap(), limiter.peak()), (16, 1 << 20));
    assert_eq!(limiter.denied().unwrap().wanted, (1 << 20) + 65536);

    // Row 8: each below the limit, the sum above it. `memories` core modules, each with one memory of 1 MiB.
    let many = |memories: usize| {
        let instances: String =
            (0..memories).map(|n| format!("(core instance $x{n} (instantiate $big))")).collect();
        let wat = format!(
            r#"(component (core module $big (memory 16)) {instances}
                (core module $m (func (export "run") (result i32) (i32.const 1)) (@custom "skink:manifest" "{{}}"))
                (core instance $i (instantiate $m))
                (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
        );
        wat::parse_str(wat).unwrap()
    };
    for (memories, fits) in [(4, true), (5, false)] {
        let (engine, component, _) = loaded(&many(memories), Flavour::Timed);
        let (result, limiter) = run(&engine, &component, 4 << 20, |store| store.set_epoch_deadline(1000));
        assert_eq!((result.is_ok(), limiter.denied().is_none()), (fits, fits), "{memories} memories");
    }

    // Row 9.
    let table = component(
        r#"(table 1 funcref) (func (export "run") (result i32) (table.grow (ref.null func) (i32.const 0x7fffffff)))"#,
    );
    let (engine, table, _) = loaded(&table, Flavour::Timed);
    let (result, limiter) = run(&engine, &table, 1 << 20, |store| store.set_epoch_deadline(1000));
    assert_eq!((result.unwrap(), limiter.peak()), (u32::MAX, 16));
    assert!(limiter.denied().unwrap().to_string().contains("a table"));
}

#[test]
fn names_of_functions_are_in_the_backtrace() {
    let bytes = component(
        "(func $deep_inside unreachable) (func (export \"run\") (result i32) (call $deep_inside) (i32.const 0))",
    );
    let (engine, component, _) = loaded(&bytes, Flavour::Timed);
    let (result, _) = run(&engine, &component, 1 << 20, |store| store.set_epoch_deadline(1000));
    let error = result.unwrap_err();
    let trace = error.downcast_ref::<wasmtime::WasmBacktrace>().expect("a backtrace");
    assert_eq!(trace.frames()[0].func_name(), Some("deep_inside"));
    assert!(trace.frames()[0].module_offset().is_some());
}

#[test]
fn what_is_no_hook_is_rejected_with_a_reason() {
    let rows: [(&[u8], &str); 3] = [
        (b"\0asm\x01\0\0\0", "wasm-tools component new"),
        (b"\x7fELF", "machine code"),
        (b"\0asm\x0d\0\x01\0", "has no manifest"),
    ];
    for (bytes, text) in rows {
        let reason = rejected(bytes);
        assert!(reason.contains(text), "{reason}");
    }
}

#[test]
fn a_compiler_that_is_too_slow_or_missing_is_an_error() {
    let error = compile(&component(ANSWER), Flavour::Timed, Duration::ZERO).unwrap_err();
    assert!(matches!(error, WalledError::Timeout { .. }), "{error}");
    let module = in_memory(b"");
    let spawner = Spawner::new().unwrap();
    let wrong =
        |program: &str| compile_walled(&spawner, Path::new(program), module.as_fd(), Flavour::Timed, TIME);
    assert!(matches!(wrong("/no/such/file"), Err(WalledError::Start(_))));
    let error = wrong("/bin/false").unwrap_err();
    assert!(error.to_string().contains("exit code 1"), "{error}");
}
