;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.job" (func $job (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/job@0.1.0" "[method]job.time-left" (func $time_left (param i32) (result i64)))

  ;; Works until a second of its time is gone.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $job i32) (local $until i64)
    (local.set $job (call $job (local.get $context)))
    (call $drop (local.get $context))
    (local.set $until (i64.sub (call $time_left (local.get $job)) (i64.const 1000)))
    (loop $more
      (br_if $more (i64.gt_s (call $time_left (local.get $job)) (local.get $until))))
    (i32.const 0))
