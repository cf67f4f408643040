;; world: check-hook
  (import "skink:hook/files@0.1.0" "[method]tree.list" (func $list (param i32 i32)))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $list (i32.const 77) (i32.const 128))
    (i32.const 0))
