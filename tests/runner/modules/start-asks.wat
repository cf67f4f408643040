;; world: check-with-stdout
  (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $stdout (result i32)))
  (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
    (func $print (param i32 i32 i32 i32)))
  (import "wasi:io/streams@0.2.0" "[resource-drop]output-stream" (func $drop_stream (param i32)))
  (import "skink:hook/check-context@0.1.0" "[resource-drop]context" (func $drop (param i32)))

  ;; Holds a handle that it got when it was made, which the call prints to.
  (global $stream (mut i32) (i32.const 0))
  (func $begin (global.set $stream (call $stdout)))
  (start $begin)

  (data (i32.const 64) "made once\n")
  (func (export "skink:hook/check@0.1.0#check") (param $context i32) (result i32)
    (call $drop (local.get $context))
    (call $print (global.get $stream) (i32.const 64) (i32.const 10) (i32.const 128))
    (call $drop_stream (global.get $stream))
    (i32.const 0))
