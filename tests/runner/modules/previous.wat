;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.previous" (func $previous (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $previous (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (call $said (i32.const 128)))
