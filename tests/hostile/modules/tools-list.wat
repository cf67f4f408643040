;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.tools" (func $tools (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/tools@0.1.0" "[method]tool.name" (func $name (param i32 i32)))
  (import "skink:hook/report@0.1.0" "[method]report.log" (func $log (param i32 i32 i32)))

  ;; Logs the name of each tool that it is given.
  (data (i32.const 64) "that is all\00")
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $report i32) (local $tool i32) (local $left i32)
    (local.set $report (call $report (local.get $context)))
    (call $tools (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (local.set $tool (i32.load (i32.const 128)))
    (local.set $left (i32.load (i32.const 132)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $left)))
        (call $name (i32.load (local.get $tool)) (i32.const 144))
        (call $log (local.get $report) (i32.load (i32.const 144)) (i32.load (i32.const 148)))
        (local.set $tool (i32.add (local.get $tool) (i32.const 4)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next)))
    (call $log (local.get $report) (i32.const 64) (call $length (i32.const 64)))
    (i32.const 0))
