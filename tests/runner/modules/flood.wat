;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[method]context.job" (func $job (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/report@0.1.0" "[method]report.emit" (func $emit (param i32 i32 i32)))
  (import "skink:hook/job@0.1.0" "[method]job.settings" (func $settings (param i32 i32)))

  ;; Emits 1000 empty findings as often as the settings have characters, then passes.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $report i32) (local $left i32)
    (call $settings (call $job (local.get $context)) (i32.const 128))
    (local.set $left (i32.load (i32.const 132)))
    (local.set $report (call $report (local.get $context)))
    (call $drop (local.get $context))
    (drop (memory.grow (i32.const 4)))
    (loop $more
      (call $emit (local.get $report) (i32.const 131072) (i32.const 1000))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $more (local.get $left)))
    (i32.const 0))
