;; world: check-with-things
  (import "[export]test:worlds/things" "[resource-new]thing" (func $new (param i32) (result i32)))

  (func (export "test:worlds/things#[constructor]thing") (result i32) (call $new (i32.const 1)))
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (loop $more
      (drop (call $new (i32.const 1)))
      (br $more))
    (unreachable))
