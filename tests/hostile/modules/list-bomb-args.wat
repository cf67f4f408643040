;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.tools" (func $tools (param i32 i32)))
  (import "skink:hook/tools@0.1.0" "[method]tool.spawn" (func $spawn (param i32 i32 i32 i32 i32 i32)))

  ;; Ten million arguments, all empty.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $tools (local.get $context) (i32.const 128))
    (drop (memory.grow (i32.const 1300)))
    (call $spawn (i32.load (i32.load (i32.const 128)))
      (i32.const 196608) (i32.const 10000000) (i32.const 0) (i32.const 0) (i32.const 144))
    (call $said (i32.const 144)))
