;; world: PHASE-hook
  (import "skink:hook/PHASE-context@0.1.0" "[method]context.GETTER" (func $get (param i32 i32)))
  (import "skink:hook/PHASE-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))

  ;; Asks its context for one thing, and ends with the answer.
  (func (export "skink:hook/PHASE@0.1.0#EXPORT") (param $context i32) (result i32)
    (call $get (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (call $said (i32.const 128)))
