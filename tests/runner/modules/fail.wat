;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))

  (data (i32.const 64) "no binary\1b[2J")
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $drop (local.get $context))
    (call $fail (i32.const 64) (i32.const 13)))
