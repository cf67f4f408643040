;; world: transform-hook
  (import "skink:hook/transform-context@0.1.0" "[method]context.outbox" (func $outbox (param i32 i32)))
  (import "skink:hook/transform-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/outbox@0.1.0" "[method]outbox.create" (func $create (param i32 i32 i32 i32)))
  (import "skink:hook/outbox@0.1.0" "[method]writer.write" (func $write (param i32 i32 i32 i32)))
  (import "skink:hook/outbox@0.1.0" "finish" (func $finish (param i32 i32)))

  (data (i32.const 64) "whole")
  (func (export "skink:hook/transform@0.1.0#transform") (param $context i32) (result i32)
    (call $outbox (local.get $context) (i32.const 128))
    (call $create (i32.load (i32.const 132)) (i32.const 64) (i32.const 5) (i32.const 144))
    (call $finish (i32.load (i32.const 148)) (i32.const 176))
    (call $write (i32.load (i32.const 148)) (i32.const 64) (i32.const 5) (i32.const 176))
    (i32.const 0))
