;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.tools" (func $tools (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/tools@0.1.0" "[method]tool.spawn" (func $spawn (param i32 i32 i32 i32 i32 i32)))
  (import "skink:hook/tools@0.1.0" "[method]process.read" (func $read (param i32 i32)))

  ;; Reads for ever what its first tool says, which is given the one argument below.
  (data (i32.const 1024) "ARGUMENT")
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $tools (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (i32.store (i32.const 256) (i32.const 1024))
    (i32.store (i32.const 260) (call $length (i32.const 1024)))
    (call $spawn (i32.load (i32.load (i32.const 128)))
      (i32.const 256) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 144))
    (if (i32.load8_u (i32.const 144)) (then (return (call $said (i32.const 144)))))
    (loop $more
      (call $read (i32.load (i32.const 148)) (i32.const 176))
      (br $more))
    (unreachable))
