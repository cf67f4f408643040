//! A tool's calls that wait for the disk are answered at once.
//!
//! What a tool writes is gone when its call is over, so nothing of it has to reach the disk before. rpm, for one,
//! makes a database in its home and syncs it seven times; and a tool that syncs for ever would make every build of
//! the machine wait. systemd-nspawn does the same with `--suppress-sync`.
//!
//! Invariant: nothing else changes for the tool, and a call of a foreign architecture is not mistaken for one of
//! these.

use libc::{
    BPF_ABS, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, c_long,
};
use seccompiler::{apply_filter, sock_filter};

/// The calls. `msync` is none of them: programs ask by it whether memory is mapped.
const CALLS: [c_long; 5] =
    [libc::SYS_fsync, libc::SYS_fdatasync, libc::SYS_sync, libc::SYS_syncfs, libc::SYS_sync_file_range];

/// Where the kernel shows a filter the number of the call, and the architecture (`struct seccomp_data`).
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;

/// `AUDIT_ARCH_…` of what this program is compiled for.
#[cfg(target_arch = "x86_64")]
const NATIVE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const NATIVE: u32 = 0xc000_00b7;

/// From here on the calls of this process and its children succeed, and do nothing.
pub(super) fn apply() -> Result<(), seccompiler::Error> {
    apply_filter(&program())
}

fn program() -> Vec<sock_filter> {
    let calls = CALLS.len();
    let load = |field| instruction(BPF_LD | BPF_W | BPF_ABS, 0, 0, field);
    let is = |value, then, or| instruction(BPF_JMP | BPF_JEQ | BPF_K, then, or, value);
    let end = |action| instruction(BPF_RET | BPF_K, 0, 0, action);
    let mut program = vec![load(ARCHITECTURE), is(NATIVE, 0, calls + 1), load(NUMBER)];
    let numbers = CALLS.iter().map(|call| u32::try_from(*call).unwrap_or(u32::MAX));
    // Each skips the calls after it, and the first end.
    program.extend(numbers.enumerate().map(|(place, call)| is(call, calls - place, 0)));
    // An error number of 0 is success.
    program.extend([end(SECCOMP_RET_ALLOW), end(SECCOMP_RET_ERRNO)]);
    program
}

/// `then` and `or`: how many instructions a jump skips.
fn instruction(code: u32, then: usize, or: usize, k: u32) -> sock_filter {
    let (code, [jt, jf]) = (u16::try_from(code), [then, or].map(|skip| u8::try_from(skip).unwrap_or(0)));
    sock_filter { code: code.unwrap_or(0), jt, jf, k }
}
