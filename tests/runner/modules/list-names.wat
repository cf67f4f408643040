;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.results" (func $results (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.list" (func $list (param i32 i32)))
  (import "skink:hook/report@0.1.0" "[method]report.log" (func $log (param i32 i32 i32)))

  ;; Logs the path of each entry. An entry has 40 bytes: path, kind, size, mode, target.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $report i32) (local $entry i32) (local $left i32)
    (local.set $report (call $report (local.get $context)))
    (call $results (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (call $list (i32.load (i32.const 132)) (i32.const 144))
    (if (i32.load8_u (i32.const 144)) (then (return (call $said (i32.const 144)))))
    (local.set $entry (i32.load (i32.const 148)))
    (local.set $left (i32.load (i32.const 152)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $left)))
        (call $log (local.get $report)
          (i32.load (local.get $entry)) (i32.load offset=4 (local.get $entry)))
        (local.set $entry (i32.add (local.get $entry) (i32.const 40)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next)))
    (i32.const 0))
