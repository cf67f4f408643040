//! A tool's calls that wait for the disk are answered at once.
//!
//! What a tool writes is gone when its call is over, so nothing of it has to reach the disk before. rpm, for one,
//! makes a database in its home and syncs it seven times; and a tool that syncs for ever would make every build of
//! the machine wait. systemd-nspawn does the same with `--suppress-sync`.
//!
//! Invariant: nothing else changes for the tool, and a call of a foreign architecture is not mistaken for one of
//! these.

use super::{ARCHITECTURE, NATIVE, NUMBER, allow, answer, is, load, number};
use libc::c_long;
use seccompiler::sock_filter;

/// The calls. `msync` is none of them: programs ask by it whether memory is mapped.
const CALLS: [c_long; 5] =
    [libc::SYS_fsync, libc::SYS_fdatasync, libc::SYS_sync, libc::SYS_syncfs, libc::SYS_sync_file_range];

pub(super) fn program() -> Vec<sock_filter> {
    let calls = CALLS.len();
    let mut program = vec![load(ARCHITECTURE), is(NATIVE, 0, calls + 1), load(NUMBER)];
    // Each skips the calls after it, and the first end.
    program.extend(CALLS.iter().enumerate().map(|(place, call)| is(number(*call), calls - place, 0)));
    program.extend([allow(), answer(0)]);
    program
}
