;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.job" (func $job (param i32) (result i32)))
  (import "skink:hook/job@0.1.0" "[method]job.time-left" (func $time_left (param i32) (result i64)))
  (import "skink:hook/job@0.1.0" "[resource-drop]job" (func $drop (param i32)))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $job i32)
    (local.set $job (call $job (local.get $context)))
    (call $drop (local.get $job))
    (drop (call $time_left (local.get $job)))
    (i32.const 0))
