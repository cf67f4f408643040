//! The report of a trap: the guest's stack with names as people know them, and its last calls.

use skink_host::cut;
use skink_protocol::{RawCrash, RawFrame};
use wasmtime::{FrameInfo, WasmBacktrace};

/// Bytes of the message, and of one function's name.
const MAX_TEXT: usize = 4096;

/// Builds the report of `error`.
pub(crate) fn report(error: &wasmtime::Error, host_calls: Vec<String>) -> RawCrash {
    let frames = match error.downcast_ref::<WasmBacktrace>() {
        Some(backtrace) => backtrace.frames().iter().map(frame).collect(),
        None => Vec::new(),
    };
    RawCrash { message: cut(&error.root_cause().to_string(), MAX_TEXT), frames, host_calls }
}

fn frame(info: &FrameInfo) -> RawFrame {
    let function = match info.func_name() {
        Some(name) => demangled(name),
        None => format!("function {}", info.func_index()),
    };
    let offset = info.module_offset().and_then(|offset| u64::try_from(offset).ok());
    RawFrame { function, offset }
}

/// A name without the hash that Rust puts at its end.
fn demangled(name: &str) -> String {
    // The alternate form leaves the hash out.
    cut(&format!("{:#}", rustc_demangle::demangle(name)), MAX_TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_demangled() {
        let rows = [
            ("_ZN4core6option13expect_failed17h0123456789abcdefE", "core::option::expect_failed"),
            ("_RNvCs1234_7mycrate3foo", "mycrate::foo"),
            ("plain", "plain"),
        ];
        for (raw, want) in rows {
            assert_eq!(demangled(raw), want);
        }
    }
}
