;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.results" (func $results (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.open" (func $open (param i32 i32 i32 i32)))

  ;; Holds twenty open files, and is content with them.
  (data (i32.const 64) "readme.txt")
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $left i32)
    (call $results (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (local.set $left (i32.const 20))
    (loop $more
      (call $open (i32.load (i32.const 132)) (i32.const 64) (i32.const 10) (i32.const 144))
      (if (i32.load8_u (i32.const 144)) (then (return (call $said (i32.const 144)))))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $more (local.get $left)))
    (i32.const 0))
