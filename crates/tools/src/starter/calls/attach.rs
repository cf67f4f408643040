//! A tool does not attach loop devices, nor make new ones.
//!
//! Loop devices are the machine's and outlive who attached them, with the file that they hold, while a tool is gone with
//! its namespaces. By itself a tool has no such device; this is for those that an admin lists, and for modes that let
//! everybody. A user namespace can mount nothing of a disk, so the device would be of little use there.
//!
//! Invariant: that holds in each architecture in which the kernel makes calls, since it is a wall.

use super::{ARCHITECTURE, NATIVE, NUMBER, OF_32_BITS, SECOND_ARGUMENT, allow, answer, is, load, number};
use seccompiler::sock_filter;

/// `LOOP_SET_FD`, `LOOP_CONFIGURE`, `LOOP_CTL_ADD` and `LOOP_CTL_GET_FREE`, which makes one where none is free.
const REQUESTS: [u32; 4] = [0x4c00, 0x4c0a, 0x4c80, 0x4c82];

/// `ioctl` in each set of calls of 32 bits, and in that of x86-64 with pointers of 32 bits (`x32`).
const IOCTL_OF_32_BITS: u32 = 54;
const IOCTL_OF_X32: u32 = 0x4000_0000 + 514;

pub(super) fn program() -> Vec<sock_filter> {
    let requests = REQUESTS.len();
    let mut program = vec![
        load(ARCHITECTURE),
        is(OF_32_BITS, 4, 0),
        is(NATIVE, 0, requests + 6),
        load(NUMBER),
        is(number(libc::SYS_ioctl), 3, 0),
        is(IOCTL_OF_X32, 2, requests + 3),
        // Of 32 bits.
        load(NUMBER),
        is(IOCTL_OF_32_BITS, 0, requests + 1),
        load(SECOND_ARGUMENT),
    ];
    // Each skips the requests after it, and the first end.
    program.extend(REQUESTS.iter().enumerate().map(|(place, request)| is(*request, requests - place, 0)));
    program.extend([allow(), answer(libc::EPERM.unsigned_abs())]);
    program
}
