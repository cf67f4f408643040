;; world: pre-chroot-hook
  (import "skink:hook/pre-chroot-context@0.1.0" "[method]context.effects" (func $effects (param i32) (result i32)))
  (import "skink:hook/pre-chroot-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/effects@0.1.0" "[method]effects.emulate" (func $emulate (param i32 i32 i32 i32)))

  ;; Asks for one architecture, and ends with what is answered.
  (data (i32.const 1024) "ARCH\00")
  (func (export "skink:hook/pre-chroot@0.1.0#prepare") (param $context i32) (result i32)
    (local $effects i32)
    (local.set $effects (call $effects (local.get $context)))
    (call $drop (local.get $context))
    (call $emulate (local.get $effects) (i32.const 1024) (call $length (i32.const 1024)) (i32.const 144))
    (call $said (i32.const 144)))
