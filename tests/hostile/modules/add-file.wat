;; world: transform-hook
  (import "skink:hook/transform-context@0.1.0" "[method]context.outbox" (func $outbox (param i32 i32)))
  (import "skink:hook/transform-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/outbox@0.1.0" "[method]outbox.create" (func $create (param i32 i32 i32 i32)))
  (import "skink:hook/outbox@0.1.0" "[method]writer.write" (func $write (param i32 i32 i32 i32)))
  (import "skink:hook/outbox@0.1.0" "finish" (func $finish (param i32 i32)))

  ;; Adds one file to the results.
  (data (i32.const 64) "added.txt")
  (func (export "skink:hook/transform@0.1.0#transform") (param $context i32) (result i32)
    (call $outbox (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (if (i32.load8_u (i32.const 128)) (then (return (call $said (i32.const 128)))))
    (call $create (i32.load (i32.const 132)) (i32.const 64) (i32.const 9) (i32.const 144))
    (if (i32.load8_u (i32.const 144)) (then (return (call $said (i32.const 144)))))
    (call $write (i32.load (i32.const 148)) (i32.const 64) (i32.const 9) (i32.const 176))
    (if (i32.load8_u (i32.const 176)) (then (return (call $said (i32.const 176)))))
    (call $finish (i32.load (i32.const 148)) (i32.const 176))
    (call $said (i32.const 176)))
