;; world: check-hook
;; no prelude
  (import "skink:hook/check-context@0.1.0" "[method]context.job" (func $job (param i32) (result i32)))
  (import "skink:hook/job@0.1.0" "[method]job.settings" (func $settings (param i32 i32)))

  ;; The host asks for room for the settings, and is never given it.
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (loop $for_ever (br $for_ever))
    (unreachable))
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $settings (call $job (local.get $context)) (i32.const 128))
    (i32.const 0))
