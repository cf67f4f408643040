;; world: pre-chroot-hook
  (import "skink:hook/pre-chroot-context@0.1.0" "[method]context.tools" (func $tools (param i32 i32)))
  (import "skink:hook/pre-chroot-context@0.1.0" "[method]context.plan" (func $plan (param i32) (result i32)))
  (import "skink:hook/pre-chroot-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/plan@0.1.0" "[method]plan.delegate"
    (func $delegate (param i32 i32 i32 i32 i32 i32 i32)))

  ;; Has its first tool build, with the arguments below, each ended by a zero byte. Asks TIMES times.
  (data (i32.const 1024) "ARGUMENTS\00")
  (data (i32.const 960) "there is no tool\00")
  (func (export "skink:hook/pre-chroot@0.1.0#prepare") (param $context i32) (result i32)
    (local $at i32) (local $count i32) (local $plan i32) (local $left i32)
    (call $tools (local.get $context) (i32.const 128))
    (local.set $plan (call $plan (local.get $context)))
    (call $drop (local.get $context))
    (if (i32.eqz (i32.load (i32.const 132)))
      (then (return (call $fail (i32.const 960) (call $length (i32.const 960))))))
    (local.set $at (i32.const 1024))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (i32.load8_u (local.get $at))))
        (i32.store offset=256 (i32.shl (local.get $count) (i32.const 3)) (local.get $at))
        (i32.store offset=260 (i32.shl (local.get $count) (i32.const 3)) (call $length (local.get $at)))
        (local.set $at (i32.add (local.get $at) (i32.add (call $length (local.get $at)) (i32.const 1))))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (br $next)))
    (local.set $left (i32.const TIMES))
    (loop $again
      (call $delegate (local.get $plan) (i32.load (i32.load (i32.const 128)))
        (i32.const 256) (local.get $count) (i32.const 0) (i32.const 0) (i32.const 144))
      (if (i32.load8_u (i32.const 144)) (then (return (call $said (i32.const 144)))))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $again (local.get $left)))
    (i32.const 0))
