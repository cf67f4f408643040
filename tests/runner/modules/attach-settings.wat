;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[method]context.job" (func $job (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/report@0.1.0" "[method]report.attach" (func $attach (param i32 i32 i32 i32 i32 i32)))
  (import "skink:hook/job@0.1.0" "[method]job.settings" (func $settings (param i32 i32)))

  ;; Leaves its settings in a file of that name.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $settings (call $job (local.get $context)) (i32.const 128))
    (call $attach (call $report (local.get $context))
      (i32.load (i32.const 128)) (i32.load (i32.const 132))
      (i32.load (i32.const 128)) (i32.load (i32.const 132)) (i32.const 144))
    (call $drop (local.get $context))
    (call $said (i32.const 144)))
