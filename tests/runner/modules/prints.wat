;; world: check-with-stdout
  (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $stdout (result i32)))
  (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
    (func $print (param i32 i32 i32 i32)))
  (import "wasi:io/streams@0.2.0" "[resource-drop]output-stream" (func $drop_stream (param i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))

  ;; Two lines, of which the second never ends.
  (data (i32.const 64) "one\nand a half")
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (local $stream i32)
    (call $drop (local.get $context))
    (local.set $stream (call $stdout))
    (call $print (local.get $stream) (i32.const 64) (i32.const 3) (i32.const 128))
    (call $print (local.get $stream) (i32.const 67) (i32.const 0) (i32.const 128))
    (call $print (local.get $stream) (i32.const 67) (i32.const 11) (i32.const 128))
    (call $drop_stream (local.get $stream))
    (i32.const 0))
