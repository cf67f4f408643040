;; world: allocate-hook
  (import "skink:hook/allocate-context@0.1.0" "[method]context.job" (func $job (param i32) (result i32)))
  (import "skink:hook/allocate-context@0.1.0" "[method]context.worker" (func $worker (param i32 i32 i32 i32)))
  (import "skink:hook/allocate-context@0.1.0" "[method]context.constraint"
    (func $constraint (param i32 i32 i32 i32)))
  (import "skink:hook/allocate-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/job@0.1.0" "[method]job.package" (func $package (param i32 i32)))
  (import "skink:hook/job@0.1.0" "[method]job.settings" (func $settings (param i32 i32)))
  (import "skink:hook/job@0.1.0" "[resource-drop]job" (func $drop_job (param i32)))

  (data (i32.const 256) "hostlabel")
  (data (i32.const 288) "kept")
  (data (i32.const 320) "\1b[31m\nyes\u{202e}<b>")
  (data (i32.const 352) "NaN")
  (global $calls (mut i32) (i32.const 0))

  ;; Answers as the first letter of the package's name says:
  ;; y(es), n(o, with hostile text), a(bstain), s(ays the settings), w(orker's label), c(onstraint's label),
  ;; k(eeps something for the next call), f(loat: whether a NaN is canonical), t(rap), l(oop), m(emory), g(row a
  ;; little), o(ther failure).
  (func (export "skink:hook/allocate@0.1.0#allocate") (param $context i32) (result i32)
    (local $about i32)
    (local $letter i32)
    (local.set $about (call $job (local.get $context)))
    (call $package (local.get $about) (i32.const 128))
    (call $settings (local.get $about) (i32.const 136))
    (call $worker (local.get $context) (i32.const 256) (i32.const 9) (i32.const 144))
    (call $constraint (local.get $context) (i32.const 256) (i32.const 9) (i32.const 152))
    (call $drop_job (local.get $about))
    (call $drop (local.get $context))
    (local.set $letter (i32.load8_u (i32.load (i32.const 128))))
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (if (i32.eq (local.get $letter) (i32.const 110)) ;; n
      (then (return (call $fail (i32.const 320) (i32.const 15)))))
    (if (i32.eq (local.get $letter) (i32.const 97)) ;; a
      (then
        (i32.store8 (i32.const 16) (i32.const 0))
        (i32.store8 (i32.const 20) (i32.const 2))
        (return (i32.const 16))))
    (if (i32.eq (local.get $letter) (i32.const 115)) ;; s
      (then (return (call $fail (i32.load (i32.const 136)) (i32.load (i32.const 140))))))
    (if (i32.eq (local.get $letter) (i32.const 119)) ;; w
      (then (return (call $first (i32.const 144)))))
    (if (i32.eq (local.get $letter) (i32.const 99)) ;; c
      (then (return (call $first (i32.const 152)))))
    (if (i32.eq (local.get $letter) (i32.const 107)) ;; k
      (then
        (if (i32.ne (global.get $calls) (i32.const 1))
          (then (return (call $fail (i32.const 288) (i32.const 4)))))
        (if (i32.load (i32.const 100000))
          (then (return (call $fail (i32.const 288) (i32.const 4)))))
        (i32.store (i32.const 100000) (i32.const 1))
        (return (i32.const 0))))
    (if (i32.eq (local.get $letter) (i32.const 102)) ;; f
      (then
        (if (i32.ne
              (i32.reinterpret_f32 (f32.div (f32.load (i32.const 0)) (f32.load (i32.const 0))))
              (i32.const 0x7fc00000))
          (then (return (call $fail (i32.const 352) (i32.const 3)))))
        (return (i32.const 0))))
    (if (i32.eq (local.get $letter) (i32.const 116)) ;; t
      (then (unreachable)))
    (if (i32.eq (local.get $letter) (i32.const 108)) ;; l
      (then (loop $for_ever (br $for_ever))))
    (if (i32.eq (local.get $letter) (i32.const 109)) ;; m
      (then
        (loop $more
          (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
        (unreachable)))
    (if (i32.eq (local.get $letter) (i32.const 103)) ;; g: 4 MiB
      (then (if (i32.eq (memory.grow (i32.const 64)) (i32.const -1)) (then (unreachable)))))
    (if (i32.eq (local.get $letter) (i32.const 111)) ;; o
      (then (return (call $failure (i32.const 288) (i32.const 4)))))
    (i32.const 0))

  ;; Says no, with the first text of the list at `$list`; yes where there is none.
  (func $first (param $list i32) (result i32)
    (if (i32.eqz (i32.load offset=4 (local.get $list))) (then (return (i32.const 0))))
    (call $fail
      (i32.load (i32.load (local.get $list)))
      (i32.load offset=4 (i32.load (local.get $list)))))
