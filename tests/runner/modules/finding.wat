;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report (param i32) (result i32)))
  (import "skink:hook/report@0.1.0" "[method]report.emit" (func $emit (param i32 i32 i32)))

  ;; One finding, then a trap: what was found stays.
  (data (i32.const 64) "no-binarynothing was compiled")
  (data (i32.const 96) "rulestrict")
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (i32.store8 (i32.const 256) (i32.const 1))
    (i32.store (i32.const 260) (i32.const 64)) (i32.store (i32.const 264) (i32.const 9))
    (i32.store (i32.const 268) (i32.const 73)) (i32.store (i32.const 272) (i32.const 20))
    (i32.store8 (i32.const 300) (i32.const 1)) (i32.store (i32.const 304) (i32.const 12))
    (i32.store (i32.const 320) (i32.const 512)) (i32.store (i32.const 324) (i32.const 1))
    (i32.store (i32.const 512) (i32.const 96)) (i32.store (i32.const 516) (i32.const 4))
    (i32.store (i32.const 520) (i32.const 100)) (i32.store (i32.const 524) (i32.const 6))
    (call $emit (call $report (local.get $context)) (i32.const 256) (i32.const 1))
    (unreachable))
