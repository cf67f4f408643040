;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[method]context.results" (func $results (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.open" (func $open (param i32 i32 i32 i32)))
  (import "skink:hook/report@0.1.0" "[method]report.emit" (func $emit (param i32 i32 i32)))
  (import "skink:hook/report@0.1.0" "[method]report.log" (func $log (param i32 i32 i32)))
  (import "skink:hook/report@0.1.0" "[method]report.attach" (func $attach (param i32 i32 i32 i32 i32 i32)))

  ;; Clears the screen, writes the clipboard, turns the direction of the text, forges a line of the host; C1
  ;; controls, a zero width space, a tag.
  (data (i32.const 64)
    "\1b[2J\1b]52;c;aGk=\07\0dX\e2\80\aegnp\e2\81\a6\0a[host] evil passed\0a\c2\9b31m\e2\80\8b\e2\80\a8\f3\a0\81\81\7f\08\00")
  ;; The same without line feeds: a path or a name that is one line.
  (data (i32.const 256) "\e2\80\aegnp.exe\e2\81\a6\00")

  (func $evil (param $at i32)
    (i32.store (local.get $at) (i32.const 64))
    (i32.store offset=4 (local.get $at) (call $length (i32.const 64))))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $report i32)
    (local.set $report (call $report (local.get $context)))
    ;; A finding: code, message, package, file and help.
    (call $evil (i32.const 516))
    (call $evil (i32.const 524))
    (i32.store8 (i32.const 532) (i32.const 1)) (call $evil (i32.const 536))
    (i32.store8 (i32.const 544) (i32.const 1)) (call $evil (i32.const 548))
    (i32.store8 (i32.const 564) (i32.const 1)) (call $evil (i32.const 568))
    (call $emit (local.get $report) (i32.const 512) (i32.const 1))
    (call $log (local.get $report) (i32.const 64) (call $length (i32.const 64)))
    ;; Refused requests: the audit quotes them.
    (call $results (local.get $context) (i32.const 128))
    (call $open (i32.load (i32.const 132)) (i32.const 64) (call $length (i32.const 64)) (i32.const 144))
    (call $open (i32.load (i32.const 132)) (i32.const 256) (call $length (i32.const 256)) (i32.const 144))
    (call $attach (local.get $report)
      (i32.const 64) (call $length (i32.const 64)) (i32.const 64) (i32.const 1) (i32.const 144))
    (call $attach (local.get $report)
      (i32.const 256) (call $length (i32.const 256)) (i32.const 64) (i32.const 1) (i32.const 144))
    (call $drop (local.get $context))
    (call $fail (i32.const 64) (call $length (i32.const 64))))
