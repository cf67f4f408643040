;; world: check-hook
  (import "skink:hook/check-context@0.1.0" "[method]context.results" (func $results (param i32 i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.open" (func $open (param i32 i32 i32 i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.stat" (func $stat (param i32 i32 i32 i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.read" (func $read (param i32 i32 i32 i64 i32)))
  (import "skink:hook/files@0.1.0" "[method]tree.sha256" (func $sha256 (param i32 i32 i32 i32)))

  ;; Paths that leave the tree, or would if one looked twice. Each must be `invalid`, whatever is asked of it.
  (data (i32.const 1024)
    "../../etc/shadow\00a/../../x\00/etc/passwd\00./..//\00..\00.\00/\00sub/..\00./readme.txt\00readme.txt/\00"
    "sub//inner.txt\00sub/./inner.txt\00../results/readme.txt\00/proc/self/root/etc/passwd\00\00")

  (func $try (param $tree i32) (param $path i32) (param $length i32) (result i32)
    (call $open (local.get $tree) (local.get $path) (local.get $length) (i32.const 144))
    (if (i32.eqz (call $is_invalid (i32.const 144))) (then (return (i32.const 1))))
    ;; Entries need eight bytes of alignment: the failure is at eight.
    (call $stat (local.get $tree) (local.get $path) (local.get $length) (i32.const 176))
    (if (i32.ne (i32.load8_u (i32.const 184)) (i32.const 3)) (then (return (i32.const 1))))
    (call $read (local.get $tree) (local.get $path) (local.get $length) (i64.const -1) (i32.const 144))
    (if (i32.eqz (call $is_invalid (i32.const 144))) (then (return (i32.const 1))))
    (i32.store (i32.const 256) (local.get $path))
    (i32.store (i32.const 260) (local.get $length))
    (call $sha256 (local.get $tree) (i32.const 256) (i32.const 1) (i32.const 144))
    (i32.eqz (call $is_invalid (i32.const 144))))

  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $path i32) (local $tree i32) (local $size i32)
    (call $results (local.get $context) (i32.const 128))
    (call $drop (local.get $context))
    (if (i32.load8_u (i32.const 128)) (then (return (call $said (i32.const 128)))))
    (local.set $tree (i32.load (i32.const 132)))
    (local.set $path (i32.const 1024))
    (loop $next
      (local.set $size (call $length (local.get $path)))
      (if (call $try (local.get $tree) (local.get $path) (local.get $size))
        (then (return (call $fail (local.get $path) (local.get $size)))))
      (local.set $path (i32.add (local.get $path) (i32.add (local.get $size) (i32.const 1))))
      (br_if $next (i32.load8_u (local.get $path))))
    ;; An honest path, so that it is known that the tree is there.
    (call $open (local.get $tree) (i32.const 1152) (i32.const 0) (i32.const 144))
    (if (i32.eqz (call $is_invalid (i32.const 144))) (then (return (call $fail (i32.const 1024) (i32.const 0)))))
    (call $open (local.get $tree) (i32.const 960) (call $length (i32.const 960)) (i32.const 144))
    (call $said (i32.const 144)))
  (data (i32.const 960) "sub/inner.txt\00")
