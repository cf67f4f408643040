;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.job" (func $job (param i32) (result i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.list" (func $list (param i32 i32)))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $list (call $job (local.get $context)) (i32.const 128))
    (i32.const 0))
