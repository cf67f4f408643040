;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.tools" (func $tools (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/tools@0.1.0" "[method]tool.spawn" (func $spawn (param i32 i32 i32 i32 i32 i32)))
  (import "skink:hook/tools@0.1.0" "[method]process.wait" (func $wait (param i32 i32)))
  (import "skink:hook/tools@0.1.0" "[method]process.kill" (func $kill (param i32 i32)))

  ;; Lets a granted tool, `touch`, change what it may only read. The last path is one that it may write.
  (data (i32.const 1024)
    "/job/results/readme.txt\00/job/results/planted\00/job/results/sub/planted\00/planted\00/etc/planted\00"
    "/usr/planted\00/job/planted\00/job/inputs/planted\00\00")
  (data (i32.const 960) "/job/scratch/allowed\00")
  (data (i32.const 992) "the tool did not run\00")

  ;; Whether `touch PATH` succeeded. -1 where it could not be asked.
  (func $touch (param $tool i32) (param $path i32) (result i32)
    (i32.store (i32.const 256) (local.get $path))
    (i32.store (i32.const 260) (call $length (local.get $path)))
    (call $spawn (local.get $tool)
      (i32.const 256) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 144))
    (if (i32.load8_u (i32.const 144)) (then (return (i32.const -1))))
    (call $wait (i32.load (i32.const 148)) (i32.const 176))
    (if (i32.load8_u (i32.const 176)) (then (return (i32.const -1))))
    ;; Its complaint is not read; that would keep it open.
    (call $kill (i32.load (i32.const 148)) (i32.const 208))
    (i32.eqz (i32.or (i32.load8_u (i32.const 180)) (i32.load (i32.const 184)))))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $tool i32) (local $path i32)
    (call $tools (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (local.set $tool (i32.load (i32.load (i32.const 128))))
    (local.set $path (i32.const 1024))
    (loop $next
      (if (call $touch (local.get $tool) (local.get $path))
        (then (return (call $fail (local.get $path) (call $length (local.get $path))))))
      (local.set $path
        (i32.add (local.get $path) (i32.add (call $length (local.get $path)) (i32.const 1))))
      (br_if $next (i32.load8_u (local.get $path))))
    (if (i32.ne (call $touch (local.get $tool) (i32.const 960)) (i32.const 1))
      (then (return (call $fail (i32.const 992) (call $length (i32.const 992))))))
    (i32.const 0))
