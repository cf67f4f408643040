;; world: check-with-clock
  (import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration" (func $subscribe (param i64) (result i32)))
  (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
  (import "wasi:io/poll@0.2.0" "[resource-drop]pollable" (func $drop_pollable (param i32)))
  (import "skink:hook/check-context@0.1.0" "[method]context.job" (func $job (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/job@0.1.0" "[method]job.settings" (func $settings (param i32 i32)))

  ;; Sleeps for a second per character of its settings; a hundredth without any.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $sleep i32)
    (call $settings (call $job (local.get $context)) (i32.const 128))
    (call $drop (local.get $context))
    (local.set $sleep (call $subscribe
      (i64.add
        (i64.const 10000000)
        (i64.mul (i64.const 1000000000) (i64.extend_i32_u (i32.load (i32.const 132)))))))
    (call $block (local.get $sleep))
    (call $drop_pollable (local.get $sleep))
    (i32.const 0))
