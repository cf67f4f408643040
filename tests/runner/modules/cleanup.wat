;; world: cleanup-hook
  (import "skink:hook/cleanup-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))

  (func (export "skink:hook/cleanup@0.1.0#cleanup") (param $context i32) (result i32)
    (call $drop (local.get $context))
    (i32.const 0))
