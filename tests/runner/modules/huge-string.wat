;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/report@0.1.0" "[method]report.log" (func $log (param i32 i32 i32)))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (drop (memory.grow (i32.const 2048)))
    (call $log (call $report (local.get $context)) (i32.const 65536) (i32.const 134217728))
    (unreachable))
