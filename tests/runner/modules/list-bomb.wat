;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.results" (func $results (param i32 i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.sha256" (func $sha256 (param i32 i32 i32 i32)))

  ;; Ten million paths, all empty.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $results (local.get $context) (i32.const 128))
    (drop (memory.grow (i32.const 1300)))
    (call $sha256 (i32.load (i32.const 132)) (i32.const 65536) (i32.const 10000000) (i32.const 144))
    (call $said (i32.const 144)))
