;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.results" (func $results (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.list" (func $list (param i32 i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.open" (func $open (param i32 i32 i32 i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.read" (func $read (param i32 i32 i32 i64 i32)))
  (import "skink:hook/report@0.1.0" "[method]report.log" (func $log (param i32 i32 i32)))

  ;; Paths behind links.
  (data (i32.const 1024)
    "to-root/etc/passwd\00to-folder/inner.txt\00loop/x\00loop\00shadow\00dangling\00chain-0\00chain-40\00self/x\00"
    "magic\00magic/etc/passwd\00\00")

  ;; An entry has 40 bytes: path, kind, size, mode, target.
  (func $look (param $report i32) (param $tree i32) (param $entry i32) (result i32)
    (if (i32.ne (i32.load8_u offset=8 (local.get $entry)) (i32.const 2)) (then (return (i32.const 0))))
    (call $log (local.get $report) (i32.load (local.get $entry)) (i32.load offset=4 (local.get $entry)))
    (call $log (local.get $report)
      (i32.load offset=32 (local.get $entry)) (i32.load offset=36 (local.get $entry)))
    (call $open (local.get $tree)
      (i32.load (local.get $entry)) (i32.load offset=4 (local.get $entry)) (i32.const 144))
    (i32.eqz (i32.load8_u (i32.const 144))))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $report i32) (local $tree i32) (local $entry i32) (local $left i32) (local $path i32) (local $size i32)
    (local.set $report (call $report (local.get $context)))
    (call $results (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (if (i32.load8_u (i32.const 128)) (then (return (call $said (i32.const 128)))))
    (local.set $tree (i32.load (i32.const 132)))
    (call $list (local.get $tree) (i32.const 160))
    (if (i32.load8_u (i32.const 160)) (then (return (call $said (i32.const 160)))))
    (local.set $entry (i32.load (i32.const 164)))
    (local.set $left (i32.load (i32.const 168)))
    (loop $next
      (if (call $look (local.get $report) (local.get $tree) (local.get $entry))
        (then
          (return
            (call $fail (i32.load (local.get $entry)) (i32.load offset=4 (local.get $entry))))))
      (local.set $entry (i32.add (local.get $entry) (i32.const 40)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $next (local.get $left)))
    (local.set $path (i32.const 1024))
    (loop $behind
      (local.set $size (call $length (local.get $path)))
      (call $read (local.get $tree) (local.get $path) (local.get $size) (i64.const -1) (i32.const 144))
      (if (i32.eqz (i32.load8_u (i32.const 144)))
        (then (return (call $fail (local.get $path) (local.get $size)))))
      (local.set $path (i32.add (local.get $path) (i32.add (local.get $size) (i32.const 1))))
      (br_if $behind (i32.load8_u (local.get $path))))
    (i32.const 0))
