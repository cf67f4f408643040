;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))

  ;; Needs eight MiB more, and is content with them.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (if (i32.eq (memory.grow (i32.const 128)) (i32.const -1)) (then (unreachable)))
    (call $drop (local.get $context))
    (i32.const 0))
