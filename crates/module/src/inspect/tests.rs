//! Rows 4, 9, 10, 11, 13, 47 and 50 of the table of hostile modules, as far as inspection goes.

use super::*;
use std::fmt::Write as _;

const MANIFEST: &str = r#"(@custom "skink:manifest" "{}")"#;

fn inspect_wat(wat: &str) -> Result<ModuleDescription, String> {
    inspect(&wat::parse_str(wat).unwrap()).map_err(|error| error.to_string())
}

fn refused(wat: &str, text: &str) {
    let error = inspect_wat(wat).expect_err(text);
    assert!(error.contains(text), "{wat}: wanted {text:?}: {error}");
}

#[test]
fn an_honest_component_is_described() {
    let wat = r#"(component
        (import "skink:hook/report@0.1.0" (instance))
        (component $inner (import "inner-import" (func)) (export "inner-export" (func 0)))
        (core module (memory 1) (func (export "f")) (@custom "skink:manifest" "{\"manifest\":1}"))
        (instance $check)
        (export "skink:hook/check@0.1.0" (instance $check)))"#;
    let description = inspect_wat(wat).unwrap();
    assert_eq!(description.manifest, "{\"manifest\":1}");
    assert_eq!(description.imports, ["skink:hook/report@0.1.0"]);
    assert_eq!(description.exports, ["skink:hook/check@0.1.0"]);
    let top = inspect_wat(&format!("(component {MANIFEST})")).unwrap();
    assert_eq!(top.manifest, "{}");
}

#[test]
fn what_is_no_component_is_told_by_its_first_bytes() {
    let rows: [(&[u8], &str); 9] = [
        (b"", "the file is empty"),
        (b"\0asm\x01\0\0\0", "wasm-tools component new"),
        (b"\0asm\x0c\0\x01\0", "another version"),
        (b"\0asm", "another version"),
        (b"\x7fELF\x02\x01\x01\xc8", "machine code (a precompiled .cwasm"),
        (b"  (component)", "wasm-tools parse"),
        (b";; a comment", "wasm-tools parse"),
        (b"#!/bin/sh\n", "no WebAssembly"),
        (b"\0asm\x0d\0\x01\0\x01\xff", "malformed"),
    ];
    for (bytes, text) in rows {
        let error = inspect(bytes).unwrap_err().to_string();
        assert!(error.contains(text), "{bytes:?}: {error}");
    }
    assert!(inspect(&vec![0; MAX_MODULE + 1]).unwrap_err().to_string().contains("has 64.0 MiB"));
}

/// Row 4.
#[test]
fn a_manifest_is_there_once_and_is_short_text() {
    refused("(component)", "has no manifest");
    refused(&format!("(component {MANIFEST} {MANIFEST})"), "more than one manifest");
    refused(&format!("(component {MANIFEST} (core module {MANIFEST}))"), "more than one manifest");
    refused(r#"(component (@custom "skink:manifest" "\ff"))"#, "no UTF-8");
    let long = format!(r#"(component (@custom "skink:manifest" "{}"))"#, "x".repeat(MAX_MANIFEST + 1));
    refused(&long, "has 65537 bytes, 65536 are allowed");
    let mut cut = wat::parse_str(format!("(component {MANIFEST})")).unwrap();
    cut.truncate(cut.len() - 1);
    assert!(inspect(&cut).unwrap_err().to_string().contains("malformed"));
}

/// Row 50.
#[test]
fn proposals_that_are_off_are_refused() {
    let modules = [
        "(memory 1 1 shared)",
        "(memory i64 1)",
        "(memory 1) (memory 1)",
        "(memory 1 (pagesize 1))",
        "(memory 1) (func (drop (i32.atomic.load (i32.const 0))))",
        "(type (struct (field i32)))",
        "(func (param externref))",
        "(tag)",
        "(func return_call 0)",
        "(func (param v128) (drop (i32x4.relaxed_trunc_f32x4_s (local.get 0))))",
        "(type $f (func)) (func (param (ref null $f)))",
        "(func (param i64 i64 i64 i64) (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)) drop drop)",
        "(type $f (func)) (type $c (cont $f))",
    ];
    for module in modules {
        refused(&format!("(component {MANIFEST} (core module {module}))"), "uses what hooks may not");
    }
    let components = [
        "(import \"f\" (func async))",
        "(core func (canon context.get i32 0))",
        "(type (stream u8))",
        "(type (future))",
        "(type (list u8 4))",
        "(type (map string u8))",
        "(core func (canon error-context.drop))",
        "(core func (canon thread.yield))",
    ];
    for component in components {
        refused(&format!("(component {MANIFEST} {component})"), "uses what hooks may not");
    }
}

#[test]
fn what_toolchains_emit_is_on() {
    let modules = [
        "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 1)))",
        "(func (result i32 i32) i32.const 1 i32.const 2)",
        "(global (mut i32) (i32.const 0)) (export \"g\" (global 0))",
        "(func (param v128))",
        "(table 2 funcref) (func (drop (table.grow (ref.null func) (i32.const 1))))",
        "(import \"a\" \"b\" (global i32)) (global i32 (i32.add (global.get 0) (i32.const 1)))",
        "(func (drop (i32.trunc_sat_f32_s (f32.const 1))) (drop (i32.extend8_s (i32.const 1))))",
    ];
    for module in modules {
        inspect_wat(&format!("(component {MANIFEST} (core module {module}))")).unwrap();
    }
}

/// Row 9.
#[test]
fn a_table_may_not_begin_huge() {
    for size in [1_000_001_u64, 10_000_001, 0xffff_ffff] {
        refused(&format!("(component {MANIFEST} (core module (table {size} funcref)))"), "a table of");
    }
    inspect_wat(&format!("(component {MANIFEST} (core module (table 1000000 funcref)))")).unwrap();
}

/// Rows 10 and 11.
#[test]
fn counts_are_limited() {
    let rows = [
        ("(core module)", 257, "core modules"),
        ("(component)", 256, "components"),
        ("(core instance)", 501, "core instances"),
        ("(instance)", 501, "component instances"),
        ("(type u8)", 100_001, "types"),
    ];
    for (item, count, what) in rows {
        let error = inspect_wat(&format!("(component {MANIFEST} {})", item.repeat(count))).unwrap_err();
        assert!(error.contains(what) && error.contains("are allowed"), "{item}: {error}");
    }
    let nested = "(core module (memory 1))".repeat(65);
    refused(&format!("(component {MANIFEST} {nested})"), "65 memories or more, 64 are allowed");
    let functions = "(func)".repeat(200_001);
    refused(&format!("(component {MANIFEST} (core module {functions}))"), "functions or more, 200000");
    let data = "(data \"\")".repeat(20_001);
    refused(&format!("(component {MANIFEST} (core module (memory 1) {data}))"), "data segments");
}

/// Row 10: small in the file, doubled with each step.
#[test]
fn instantiations_are_multiplied_out() {
    let mut wat = format!("(component {MANIFEST} (component $c0)");
    for step in 1..20 {
        let before = step - 1;
        write!(
            wat,
            "(component $c{step} (alias outer 1 $c{before} (component $c)) \
             (instance (instantiate $c)) (instance (instantiate $c)))"
        )
        .unwrap();
    }
    wat.push(')');
    refused(&wat, "component instances in nested components");
}

/// Row 13.
#[test]
fn deep_nesting_is_refused() {
    for levels in [21, 1000, 40_000] {
        let error = inspect(&nested_types(levels)).unwrap_err().to_string();
        assert!(error.contains("nests component types more than 20 levels deep"), "{levels}: {error}");
    }
    assert!(inspect(&nested_types(20)).unwrap_err().to_string().contains("has no manifest"));
    let error = inspect(&nested_types(MAX_TYPE_SECTION / 3 + 1)).unwrap_err().to_string();
    assert!(error.contains("bytes of types in one section"), "{error}");
    let components = format!("{}{MANIFEST}{}", "(component ".repeat(12), ")".repeat(12));
    refused(&components, "more than 10 levels deep");
}

/// A component type in a component type, and so on, written by hand: the text format's own parser gives up.
fn nested_types(levels: usize) -> Vec<u8> {
    let mut ty = [0x41, 0x01, 0x01].repeat(levels - 1);
    ty.extend([0x41, 0x00]);
    let mut section = vec![0x01];
    section.append(&mut ty);
    let mut bytes = COMPONENT.to_vec();
    bytes.push(0x07);
    let mut size = section.len();
    loop {
        let low = (size & 0x7f) as u8;
        size >>= 7;
        bytes.push(if size == 0 { low } else { low | 0x80 });
        if size == 0 {
            break;
        }
    }
    bytes.append(&mut section);
    bytes
}
