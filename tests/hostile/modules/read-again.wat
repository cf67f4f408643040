;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.results" (func $results (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.read" (func $read (param i32 i32 i32 i64 i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.open" (func $open (param i32 i32 i32 i32)))
  (import "skink:hook/files@0.1.0" "[resource-drop]file" (func $close (param i32)))

  (data (i32.const 960) "sub/inner.txt\00")
  (data (i32.const 992) "what lies elsewhere was read\00")

  ;; Reads a file again and again, until it was there and was not there two thousand times each: only a folder that
  ;; somebody swaps all the time does that. Content if nothing but the honest `inner` was ever read.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $tree i32) (local $heap i32) (local $there i32) (local $gone i32)
    (call $results (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (if (i32.load8_u (i32.const 128)) (then (return (call $said (i32.const 128)))))
    (local.set $tree (i32.load (i32.const 132)))
    (local.set $heap (global.get $free))
    (loop $next
      (global.set $free (local.get $heap))
      (call $read (local.get $tree) (i32.const 960) (call $length (i32.const 960)) (i64.const 100) (i32.const 144))
      (if (i32.load8_u (i32.const 144))
        (then (local.set $gone (i32.add (local.get $gone) (i32.const 1))))
        (else
          (local.set $there (i32.add (local.get $there) (i32.const 1)))
          (if (i32.ne (i32.load8_u (i32.load (i32.const 148))) (i32.const 0x69))
            (then (return (call $fail (i32.const 992) (call $length (i32.const 992))))))))
      (call $open (local.get $tree) (i32.const 960) (call $length (i32.const 960)) (i32.const 176))
      (if (i32.eqz (i32.load8_u (i32.const 176))) (then (call $close (i32.load (i32.const 180)))))
      (br_if $next (i32.lt_u (local.get $there) (i32.const 2000)))
      (br_if $next (i32.lt_u (local.get $gone) (i32.const 2000))))
    (i32.const 0))
