;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/report@0.1.0" "[method]report.log" (func $log (param i32 i32 i32)))

  ;; Lines without an end.
  (data (i32.const 64) "nothing to see here\00")
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $report i32)
    (local.set $report (call $report (local.get $context)))
    (loop $for_ever
      (call $log (local.get $report) (i32.const 64) (call $length (i32.const 64)))
      (br $for_ever))
    (unreachable))
