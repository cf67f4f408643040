  ;; What the modules share. It stands after a module's own imports and functions.
  ;; 0: a result that says "pass", or "done". 16: a result that is made here. 64: two pages for the module's own
  ;; data. 128 KiB on: the heap.
  (memory (export "memory") 3)
  (global $free (mut i32) (i32.const 131072))

  (func $alloc (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
    (local $at i32)
    (local $missing i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get $size)))
    (local.set $missing
      (i32.sub
        (i32.shr_u (i32.add (global.get $free) (i32.const 65535)) (i32.const 16))
        (memory.size)))
    (if (i32.gt_s (local.get $missing) (i32.const 0))
      (then
        (if (i32.eq (memory.grow (local.get $missing)) (i32.const -1)) (then (unreachable)))))
    (local.get $at))

  ;; The length of a text that ends with a zero byte.
  (func $length (param $text i32) (result i32)
    (local $end i32)
    (local.set $end (local.get $text))
    (loop $more
      (if (i32.load8_u (local.get $end))
        (then
          (local.set $end (i32.add (local.get $end) (i32.const 1)))
          (br $more))))
    (i32.sub (local.get $end) (local.get $text)))

  ;; Ends a check with `fail(text)`.
  (func $fail (param $text i32) (param $length i32) (result i32)
    (i32.store8 (i32.const 16) (i32.const 0))
    (i32.store8 (i32.const 20) (i32.const 1))
    (i32.store (i32.const 24) (local.get $text))
    (i32.store (i32.const 28) (local.get $length))
    (i32.const 16))

  ;; Ends any call with `failure.other(text)`.
  (func $failure (param $text i32) (param $length i32) (result i32)
    (i32.store8 (i32.const 16) (i32.const 1))
    (i32.store8 (i32.const 20) (i32.const 4))
    (i32.store (i32.const 24) (local.get $text))
    (i32.store (i32.const 28) (local.get $length))
    (i32.const 16))

  ;; Ends the call with the failure in the result at `$result`, or passes where there is none. For results whose
  ;; payload needs no more than four bytes of alignment.
  (func $said (param $result i32) (result i32)
    (if (i32.eqz (i32.load8_u (local.get $result))) (then (return (i32.const 0))))
    (i32.store8 (i32.const 16) (i32.const 1))
    (i32.store8 (i32.const 20) (i32.load8_u offset=4 (local.get $result)))
    (i32.store (i32.const 24) (i32.load offset=8 (local.get $result)))
    (i32.store (i32.const 28) (i32.load offset=12 (local.get $result)))
    (i32.const 16))

  ;; Whether the result at `$result` is the failure `invalid`.
  (func $is_invalid (param $result i32) (result i32)
    (i32.and
      (i32.load8_u (local.get $result))
      (i32.eq (i32.load8_u offset=4 (local.get $result)) (i32.const 3))))
