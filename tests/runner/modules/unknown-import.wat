;; world: check-with-http
  (import "test:worlds/http" "get" (func $get (param i32 i32)))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $get (i32.const 0) (i32.const 0))
    (i32.const 0))
