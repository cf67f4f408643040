;; world: every-phase
  (import "skink:hook/pre-chroot-context@0.1.0" "[method]context.job" (func $job_of_prepare (param i32) (result i32)))
  (import "skink:hook/pre-chroot-context@0.1.0" "[method]context.report"
    (func $report_of_prepare (param i32) (result i32)))
  (import "skink:hook/pre-chroot-context@0.1.0" "[resource-drop]context" (func $drop_prepare (param i32)))
  (import "skink:hook/transform-context@0.1.0" "[method]context.job"
    (func $job_of_transform (param i32) (result i32)))
  (import "skink:hook/transform-context@0.1.0" "[method]context.report"
    (func $report_of_transform (param i32) (result i32)))
  (import "skink:hook/transform-context@0.1.0" "[resource-drop]context" (func $drop_transform (param i32)))
  (import "skink:hook/check-context@0.1.0" "[method]context.job" (func $job_of_check (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[method]context.report" (func $report_of_check (param i32) (result i32)))
  (import "skink:hook/check-context@0.1.0" "[method]context.results" (func $results (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop_check (param i32)))
  (import "skink:hook/cleanup-context@0.1.0" "[method]context.job" (func $job_of_cleanup (param i32) (result i32)))
  (import "skink:hook/cleanup-context@0.1.0" "[method]context.report"
    (func $report_of_cleanup (param i32) (result i32)))
  (import "skink:hook/cleanup-context@0.1.0" "[resource-drop]context" (func $drop_cleanup (param i32)))
  (import "skink:hook/job@0.1.0" "[method]job.settings" (func $settings (param i32 i32)))
  (import "skink:hook/report@0.1.0" "[method]report.log" (func $log (param i32 i32 i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.open" (func $open (param i32 i32 i32 i32)))

  ;; Tells who it is, its settings and, as a check, whether it sees what another hook added to the results.
  (data (i32.const 64) "WHO\00")
  (data (i32.const 256) "OTHER/added.txt\00")
  (data (i32.const 288) "sees added.txt\00")
  (data (i32.const 320) "not content\00")

  (func $tell (param $job i32) (param $report i32)
    (call $log (local.get $report) (i32.const 64) (call $length (i32.const 64)))
    (call $settings (local.get $job) (i32.const 128))
    (call $log (local.get $report) (i32.load (i32.const 128)) (i32.load (i32.const 132))))

  (func (export "skink:hook/pre-chroot@0.1.0#prepare") (param $context i32) (result i32)
    (call $tell (call $job_of_prepare (local.get $context)) (call $report_of_prepare (local.get $context)))
    (call $drop_prepare (local.get $context))
    (i32.const 0))

  (func (export "skink:hook/transform@0.1.0#transform") (param $context i32) (result i32)
    (call $tell (call $job_of_transform (local.get $context)) (call $report_of_transform (local.get $context)))
    (call $drop_transform (local.get $context))
    (i32.const 0))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $tell (call $job_of_check (local.get $context)) (call $report_of_check (local.get $context)))
    (call $results (local.get $context) (i32.const 144))
    (if (i32.eqz (i32.load8_u (i32.const 144)))
      (then
        (call $open (i32.load (i32.const 148)) (i32.const 256) (call $length (i32.const 256)) (i32.const 176))
        (if (i32.eqz (i32.load8_u (i32.const 176)))
          (then
            (call $log (call $report_of_check (local.get $context))
              (i32.const 288) (call $length (i32.const 288)))))))
    (call $drop_check (local.get $context))
    VERDICT)

  (func (export "skink:hook/cleanup@0.1.0#cleanup") (param $context i32) (result i32)
    (call $tell (call $job_of_cleanup (local.get $context)) (call $report_of_cleanup (local.get $context)))
    (call $drop_cleanup (local.get $context))
    (i32.const 0))
