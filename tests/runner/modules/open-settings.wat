;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.job" (func $job (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[method]context.results" (func $results (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/job@0.1.0" "[method]job.settings" (func $settings (param i32 i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.open" (func $open (param i32 i32 i32 i32)))

  ;; Opens the path that stands in the settings.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $settings (call $job (local.get $context)) (i32.const 160))
    (call $results (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (if (i32.load8_u (i32.const 128)) (then (return (call $said (i32.const 128)))))
    (call $open
      (i32.load (i32.const 132)) (i32.load (i32.const 160)) (i32.load (i32.const 164)) (i32.const 144))
    (call $said (i32.const 144)))
