;; world: pre-chroot-hook
  (import "skink:hook/pre-chroot-context@0.1.0" "[method]context.effects" (func $effects (param i32) (result i32)))
  (import "skink:hook/pre-chroot-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/effects@0.1.0" "[method]effects.emulate" (func $emulate (param i32 i32 i32 i32)))
  (import "skink:hook/effects@0.1.0" "[method]effect.undo" (func $undo (param i32 i32)))

  ;; What is no architecture of the host's table: what the kernel takes for an entry, programs of this machine by their
  ;; first bytes, files, names of entries, names that look like others.
  (data (i32.const 1024)
    ":x:M::\\x7fELF\\x02\\x01\\x01::/bin/sh:\00:x:E::rpm::/tmp/evil:F\00aarch64:M::\\x7fELF::/tmp/evil:\00"
    "\7fELF\02\01\01\00aarch64/../x86_64\00../aarch64\00/usr/bin/qemu-aarch64-static\00/bin/sh\00qemu-aarch64\00"
    "skink-aarch64\00aarch64\0a:y:E::rpm::/bin/sh:\00AARCH64\00aarch64 \00 aarch64\00*\00register\00status\00-1\00"
    "\1b[2J\00a\e2\80\8barch64\00aarch64_be\00mips\00\00")
  (data (i32.const 960) "4096 bytes\00")
  (data (i32.const 976) "aarch64\00nul")
  (data (i32.const 992) "aarch64\00")
  (data (i32.const 1004) "no effect")

  (func $try (param $effects i32) (param $name i32) (param $length i32) (result i32)
    (call $emulate (local.get $effects) (local.get $name) (local.get $length) (i32.const 144))
    (i32.eqz (call $is_invalid (i32.const 144))))

  (func (export "skink:hook/pre-chroot@0.1.0#prepare") (param $context i32) (result i32)
    (local $effects i32) (local $name i32) (local $size i32)
    (local.set $effects (call $effects (local.get $context)))
    (call $drop (local.get $context))
    (local.set $name (i32.const 1024))
    (loop $next
      (local.set $size (call $length (local.get $name)))
      (if (call $try (local.get $effects) (local.get $name) (local.get $size))
        (then (return (call $failure (local.get $name) (local.get $size)))))
      (local.set $name (i32.add (local.get $name) (i32.add (local.get $size) (i32.const 1))))
      (br_if $next (i32.load8_u (local.get $name))))
    ;; Nothing, a zero byte within, and a long text.
    (if (call $try (local.get $effects) (i32.const 976) (i32.const 0))
      (then (return (call $failure (i32.const 976) (i32.const 0)))))
    (if (call $try (local.get $effects) (i32.const 976) (i32.const 11))
      (then (return (call $failure (i32.const 976) (i32.const 7)))))
    (memory.fill (i32.const 65536) (i32.const 0x61) (i32.const 4096))
    (if (call $try (local.get $effects) (i32.const 65536) (i32.const 4096))
      (then (return (call $failure (i32.const 960) (i32.const 10)))))
    ;; An honest name, so that it is known that some are taken.
    (call $emulate (local.get $effects) (i32.const 992) (i32.const 7) (i32.const 144))
    (if (i32.load8_u (i32.const 144)) (then (return (call $said (i32.const 144)))))
    (if (i32.eqz (i32.load8_u (i32.const 148))) (then (return (call $failure (i32.const 1004) (i32.const 9)))))
    ;; What is undone is not there to be undone again.
    (call $undo (i32.load (i32.const 152)) (i32.const 176))
    (if (i32.load8_u (i32.const 176)) (then (return (call $said (i32.const 176)))))
    (call $undo (i32.load (i32.const 152)) (i32.const 176))
    (call $said (i32.const 176)))
