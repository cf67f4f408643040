//! Row 50: proposals of WebAssembly and of the component model that hooks may not use.

use skink_tests_hostile::Expect::Refused;
use skink_tests_hostile::{Attack, component_from_text};

const OFF: &str = "uses what hooks may not";

fn core(text: &str) -> Attack {
    component(&format!("(core module {text})"))
}

fn component(text: &str) -> Attack {
    Attack::module(component_from_text(&format!("(component {text})")))
}

rows! {
    50 shared_memory: core("(memory 1 1 shared)") => Refused(OFF);
    50 atomics: core("(memory 1) (func (drop (i32.atomic.load (i32.const 0))))") => Refused(OFF);
    50 gc_structs: core("(type $s (struct (field i32))) (func (drop (struct.new $s (i32.const 1))))")
        => Refused(OFF);
    50 gc_references: core("(func (drop (ref.i31 (i32.const 1))))") => Refused(OFF);
    50 function_references: core("(type $f (func)) (func (param (ref null $f)) (call_ref $f (local.get 0)))")
        => Refused(OFF);
    50 exceptions: core("(tag $t) (func (throw $t))") => Refused(OFF);
    50 memory64: core("(memory i64 1)") => Refused(OFF);
    50 table64: core("(table i64 1 funcref)") => Refused(OFF);
    50 multi_memory: core("(memory 1) (memory 1)") => Refused(OFF);
    50 tail_calls: core("(func $f (return_call $f))") => Refused(OFF);
    50 relaxed_simd: core("(func (param v128) (result v128)
            (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0)))") => Refused(OFF);
    50 wide_arithmetic: core("(func (param i64 i64 i64 i64) (result i64 i64)
            (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))") => Refused(OFF);
    50 page_sizes: core("(memory 1 (pagesize 1))") => Refused(OFF);
    50 stack_switching: core("(type $f (func)) (type $c (cont $f)) (func (param (ref null $c)) (resume $c (local.get 0)))")
        => Refused(OFF);
    50 async_lift: component("
            (core module $m (func (export \"f\") (result i32) (i32.const 0))
              (func (export \"c\") (param i32 i32 i32) (result i32) (i32.const 0)))
            (core instance $i (instantiate $m))
            (func (export \"f\") async
              (canon lift (core func $i \"f\") async (callback (core func $i \"c\"))))") => Refused(OFF);
    50 async_streams: component("(type $s (stream u8)) (core func (canon stream.new $s))") => Refused(OFF);
    50 component_values: component("(import \"v\" (value string))") => Refused("");
    50 nested_feature: component("(component (component (core module (memory i64 1))))") => Refused(OFF);
}
