;; world: check-hook
  (func (export "skink:hook/check@0.1.0#check") (param i32) (result i32)
    (i32.const 0))
