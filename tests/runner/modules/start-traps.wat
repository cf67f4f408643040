;; world: check-hook
  (func $begin (unreachable))
  (start $begin)
  (func (export "skink:hook/check@0.1.0#check") (param i32) (result i32)
    (unreachable))
