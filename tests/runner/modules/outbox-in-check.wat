;; world: check-with-outbox
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/outbox@0.1.0" "[method]outbox.create" (func $create (param i32 i32 i32 i32)))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $create (local.get $context) (i32.const 64) (i32.const 1) (i32.const 144))
    (i32.const 0))
