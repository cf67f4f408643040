;; world: check-with-stranger
  (import "test:worlds/stranger" "secrets" (func $secrets (param i32 i32)))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $secrets (i32.const 0) (i32.const 0))
    (i32.const 0))
