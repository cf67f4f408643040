;; world: check-hook
  (func $_ZN4hook4deep17h0123456789abcdefE (param i32) (result i32)
    (i32.add (call $_ZN4hook4deep17h0123456789abcdefE (local.get 0)) (i32.const 1)))
  (func (export "skink:hook/check@0.1.0#check") (param i32) (result i32)
    (call $_ZN4hook4deep17h0123456789abcdefE (local.get 0)))
