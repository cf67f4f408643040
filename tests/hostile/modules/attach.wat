;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/report@0.1.0" "[method]report.attach" (func $attach (param i32 i32 i32 i32 i32 i32)))

  ;; Leaves one file.
  (data (i32.const 64) "note.log")
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $attach (call $report (local.get $context))
      (i32.const 64) (i32.const 8) (i32.const 64) (i32.const 4) (i32.const 144))
    (call $drop (local.get $context))
    (call $said (i32.const 144)))
