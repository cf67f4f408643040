;; world: cleanup-hook
  (import "skink:hook/cleanup-context@0.1.0" "[method]context.mounts" (func $mounts (param i32) (result i32)))
  (import "skink:hook/cleanup-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/mounts@0.1.0" "[method]mounts.all" (func $all (param i32 i32)))
  (import "skink:hook/mounts@0.1.0" "[method]mounts.unmount" (func $unmount (param i32 i32 i32 i32)))

  ;; Asks for the mounts, and then for the end of MOST others by number, whether they were listed or not.
  (func (export "skink:hook/cleanup@0.1.0#cleanup") (param $context i32) (result i32)
    (local $mounts i32) (local $number i32)
    (local.set $mounts (call $mounts (local.get $context)))
    (call $drop (local.get $context))
    (call $all (local.get $mounts) (i32.const 144))
    (if (i32.or (i32.load8_u (i32.const 144)) (i32.eqz (i32.const MOST)))
      (then (return (call $said (i32.const 144)))))
    (loop $next
      (call $unmount (local.get $mounts) (local.get $number) (i32.const 1) (i32.const 176))
      ;; Done, or refused for another reason.
      (if (i32.eqz (call $is_invalid (i32.const 176))) (then (return (call $said (i32.const 176)))))
      (local.set $number (i32.add (local.get $number) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $number) (i32.const MOST))))
    (call $unmount (local.get $mounts) (i32.const -1) (i32.const 1) (i32.const 176))
    (call $said (i32.const 176)))
