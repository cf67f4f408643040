;; world: check-and-transform
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/transform-context@0.1.0" "[resource-drop]context" (func $drop_transform (param i32)))
  (import "skink:hook/transform-context@0.1.0" "[method]context.outbox" (func $outbox (param i32 i32)))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $drop (local.get $context))
    (i32.const 0))
  (func (export "skink:hook/transform@0.1.0#transform") (param $context i32) (result i32)
    (call $outbox (local.get $context) (i32.const 128))
    (call $drop_transform (local.get $context))
    (call $said (i32.const 128)))
