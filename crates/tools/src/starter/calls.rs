//! System calls that a tool does not get: filters of the kernel's own small machine, which end with the tool.
//!
//! seccompiler can install such programs, but those that it writes end a process of any other architecture than this
//! program's, and a tool may be one.

mod attach;
mod unsynced;

use libc::{
    BPF_ABS, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, c_long,
};
use seccompiler::{apply_filter, sock_filter};

/// From here on, for this process and its children.
pub(super) fn apply() -> Result<(), seccompiler::Error> {
    apply_filter(&attach::program())?;
    apply_filter(&unsynced::program())
}

/// Where the kernel shows a filter the number of the call, the architecture, and the lower half of the second argument
/// (`struct seccomp_data`, on a machine of little endian).
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const SECOND_ARGUMENT: u32 = 24;

/// `AUDIT_ARCH_…` of what this program is compiled for.
#[cfg(target_arch = "x86_64")]
const NATIVE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const NATIVE: u32 = 0xc000_00b7;

/// That of the programs of 32 bits which such a kernel runs too.
#[cfg(target_arch = "x86_64")]
const OF_32_BITS: u32 = 0x4000_0003;
#[cfg(target_arch = "aarch64")]
const OF_32_BITS: u32 = 0x4000_0028;

/// Takes a word of what the kernel shows.
fn load(field: u32) -> sock_filter {
    instruction(BPF_LD | BPF_W | BPF_ABS, 0, 0, field)
}

/// Skips so many instructions where the word is this one, and so many where it is not.
fn is(value: u32, then: usize, or: usize) -> sock_filter {
    instruction(BPF_JMP | BPF_JEQ | BPF_K, then, or, value)
}

/// The call is made.
fn allow() -> sock_filter {
    instruction(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW)
}

/// The call is answered at once; no error is success.
fn answer(error: u32) -> sock_filter {
    instruction(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | error)
}

fn number(call: c_long) -> u32 {
    u32::try_from(call).unwrap_or(u32::MAX)
}

fn instruction(code: u32, then: usize, or: usize, k: u32) -> sock_filter {
    let (code, [jt, jf]) = (u16::try_from(code), [then, or].map(|skip| u8::try_from(skip).unwrap_or(0)));
    sock_filter { code: code.unwrap_or(0), jt, jf, k }
}
