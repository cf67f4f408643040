;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.results" (func $results (param i32 i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.open" (func $open (param i32 i32 i32 i32)))

  (data (i32.const 64) "hello.txt")
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $results (local.get $context) (i32.const 128))
    (loop $more
      (call $open (i32.load (i32.const 132)) (i32.const 64) (i32.const 9) (i32.const 144))
      (br_if $more (i32.eqz (i32.load8_u (i32.const 144)))))
    (call $said (i32.const 144)))
