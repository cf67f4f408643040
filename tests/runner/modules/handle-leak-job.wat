;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.job" (func $job (param i32) (result i32)))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (loop $more
      (drop (call $job (local.get $context)))
      (br $more))
    (unreachable))
