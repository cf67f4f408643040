;; world: pre-chroot-hook
  (import "skink:hook/pre-chroot-context@0.1.0" "[method]context.plan" (func $plan (param i32) (result i32)))
  (import "skink:hook/pre-chroot-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/plan@0.1.0" "[method]plan.add-package" (func $add (param i32 i32 i32 i32)))

  (data (i32.const 64) "tree")
  (func (export "skink:hook/pre-chroot@0.1.0#prepare") (param $context i32) (result i32)
    (call $add (call $plan (local.get $context)) (i32.const 64) (i32.const 4) (i32.const 144))
    (call $drop (local.get $context))
    (call $said (i32.const 144)))
