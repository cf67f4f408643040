;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/report@0.1.0" "[method]report.log" (func $log (param i32 i32 i32)))

  ;; A line of one mebibyte.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (drop (memory.grow (i32.const 32)))
    (memory.fill (i32.const 65536) (i32.const 0x78) (i32.const 1048576))
    (call $log (call $report (local.get $context)) (i32.const 65536) (i32.const 1048576))
    (call $drop (local.get $context))
    (i32.const 0))
