;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))

  ;; Passes if it was made once, before it was called.
  (global $made (mut i32) (i32.const 0))
  (func $begin (global.set $made (i32.add (global.get $made) (i32.const 1))))
  (start $begin)
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $drop (local.get $context))
    (if (i32.ne (global.get $made) (i32.const 1)) (then (unreachable)))
    (i32.const 0))
