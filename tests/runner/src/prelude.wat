  ;; What every module of the tests shares. It stands after the module's own imports and functions.
  ;; 0: a result that says "pass", or "done". 16: a result that is made here. 64 KiB on: the heap.
  (memory (export "memory") 2)
  (global $free (mut i32) (i32.const 65536))

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

  ;; Ends a check with `fail(text)`.
  (func $fail (param $text i32) (param $length i32) (result i32)
    (i32.store8 (i32.const 16) (i32.const 0))
    (i32.store8 (i32.const 20) (i32.const 1))
    (i32.store (i32.const 24) (local.get $text))
    (i32.store (i32.const 28) (local.get $length))
    (i32.const 16))

  ;; Ends the call with the result at `$result` if that is a failure, else with pass. For results whose payload
  ;; needs no more than four bytes of alignment.
  (func $said (param $result i32) (result i32)
    (if (i32.eqz (i32.load8_u (local.get $result))) (then (return (i32.const 0))))
    (i32.store8 (i32.const 16) (i32.const 1))
    (i32.store8 (i32.const 20) (i32.load8_u offset=4 (local.get $result)))
    (i32.store (i32.const 24) (i32.load offset=8 (local.get $result)))
    (i32.store (i32.const 28) (i32.load offset=12 (local.get $result)))
    (i32.const 16))
