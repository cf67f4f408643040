;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/report@0.1.0" "[method]report.emit" (func $emit (param i32 i32 i32)))

  ;; One finding whose message is as long as the text below says.
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (drop (memory.grow (i32.const 3000)))
    (memory.fill (i32.const 131072) (i32.const 0x78) (i32.const 1048576))
    (i32.store (i32.const 268) (i32.const 131072))
    (i32.store (i32.const 272) (i32.const LENGTH))
    (call $emit (call $report (local.get $context)) (i32.const 256) (i32.const 1))
    (call $drop (local.get $context))
    (i32.const 0))
