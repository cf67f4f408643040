;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/report@0.1.0" "[method]report.emit" (func $emit (param i32 i32 i32)))

  ;; Made against a finding of another shape.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $emit (call $report (local.get $context)) (i32.const 1024) (i32.const 1))
    (call $drop (local.get $context))
    (i32.const 0))
