;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.tools" (func $tools (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/tools@0.1.0" "[method]tool.spawn" (func $spawn (param i32 i32 i32 i32 i32 i32)))

  ;; Starts the first tool without arguments; passes where there is none.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $tools (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (if (i32.eqz (i32.load (i32.const 132))) (then (return (i32.const 0))))
    (call $spawn (i32.load (i32.load (i32.const 128)))
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 144))
    (call $said (i32.const 144)))
