;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/report@0.1.0" "[method]report.progress" (func $progress (param i32 i64 i64 i32 i32)))

  ;; A hundred thousand steps.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $report i32) (local $n i64)
    (local.set $report (call $report (local.get $context)))
    (call $drop (local.get $context))
    (loop $more
      (local.set $n (i64.add (local.get $n) (i64.const 1)))
      (call $progress (local.get $report) (local.get $n) (i64.const 100000) (i32.const 0) (i32.const 0))
      (br_if $more (i64.lt_u (local.get $n) (i64.const 100000))))
    (i32.const 0))
