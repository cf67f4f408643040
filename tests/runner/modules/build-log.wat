;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.build-log" (func $log (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/files@0.1.0" "[method]file.read" (func $read (param i32 i64 i32 i32)))

  ;; Fails with the log from its third byte.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $log (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (if (i32.load8_u (i32.const 128)) (then (return (call $said (i32.const 128)))))
    (call $read (i32.load (i32.const 132)) (i64.const 2) (i32.const -1) (i32.const 144))
    (if (i32.load8_u (i32.const 144)) (then (return (call $said (i32.const 144)))))
    (call $fail (i32.load (i32.const 148)) (i32.load (i32.const 152))))
