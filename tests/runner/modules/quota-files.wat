;; world: transform-hook
  (import "skink:hook/transform-context@0.1.0" "[method]context.outbox" (func $outbox (param i32 i32)))
  (import "skink:hook/transform-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/outbox@0.1.0" "[method]outbox.create" (func $create (param i32 i32 i32 i32)))
  (import "skink:hook/outbox@0.1.0" "[method]writer.write" (func $write (param i32 i32 i32 i32)))
  (import "skink:hook/outbox@0.1.0" "finish" (func $finish (param i32 i32)))

  ;; Adds empty files a000000, a000001, and so on until it is told to stop.
  (func (export "skink:hook/transform@0.1.0#transform") (param $context i32) (result i32)
    (local $n i32) (local $left i32) (local $digit i32)
    (call $outbox (local.get $context) (i32.const 128))
    (loop $more
      (i32.store8 (i32.const 64) (i32.const 0x61))
      (local.set $left (local.get $n))
      (local.set $digit (i32.const 6))
      (loop $digits
        (i32.store8 (i32.add (i32.const 64) (local.get $digit))
          (i32.add (i32.const 0x30) (i32.rem_u (local.get $left) (i32.const 10))))
        (local.set $left (i32.div_u (local.get $left) (i32.const 10)))
        (local.set $digit (i32.sub (local.get $digit) (i32.const 1)))
        (br_if $digits (local.get $digit)))
      (call $create (i32.load (i32.const 132)) (i32.const 64) (i32.const 7) (i32.const 144))
      (if (i32.eqz (i32.load8_u (i32.const 144)))
        (then
          (call $finish (i32.load (i32.const 148)) (i32.const 176))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br $more))))
    (call $drop (local.get $context))
    (call $said (i32.const 144)))
