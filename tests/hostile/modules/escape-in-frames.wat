;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.results" (func $results (param i32 i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.open" (func $open (param i32 i32 i32 i32)))

  ;; The names of functions and the last calls are in the report of a crash.
  (data (i32.const 256) "\1b[2J\e2\80\ae\0a[host] evil passed\00")
  (func $evil (@name "\1b[2J\0a[host] evil passed\e2\80\ae\0d") (unreachable))
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $results (local.get $context) (i32.const 128))
    (call $open (i32.load (i32.const 132)) (i32.const 256) (call $length (i32.const 256)) (i32.const 144))
    (call $evil)
    (i32.const 0))
