;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (loop $more
      (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
    (call $drop (local.get $context))
    (i32.const 0))
