//! The seccomp filter: an allow-list of system calls. What is not on it fails with `EPERM`.
//!
//! `clone3` fails with `ENOSYS`, because its flags are behind a pointer that a filter cannot follow; the C library then
//! uses `clone`, whose flags it can see. Two filters are stacked. The first is the allow-list, together with what it
//! still takes to finish the walls ([`FINISHING`]). The second, a short one, forbids that again: so the long filter is
//! in place before a call is known, and only the short one costs the call time.
//! A foreign architecture's calls kill the process.

use crate::bpf::{Answer, Filter, Mask, OneOf};
use crate::error::trying;
use crate::{Profile, WallsError};
use libc::{c_int, c_long};
use rustix::io::Errno;
use seccompiler::{BpfProgram, apply_filter};
use std::collections::BTreeMap;

/// Memory, threads, signals, time, and descriptors that are open already. Both profiles.
const COMMON: &[c_long] = &[
    // Memory. `mmap` and `mprotect` are conditional.
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_membarrier,
    // Threads. `clone` is conditional, `clone3` does not exist; naming one is `prctl`.
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getcpu,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_restart_syscall,
    // Signals of its own. `tgkill` is conditional.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    // Who and when.
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getrusage,
    libc::SYS_uname,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    // Open descriptors. `fcntl` is conditional.
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_preadv,
    libc::SYS_pwritev,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_statx,
    libc::SYS_newfstatat,
    libc::SYS_ftruncate,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_memfd_create,
    // The socket to the parent, and waiting.
    libc::SYS_sendmsg,
    libc::SYS_recvmsg,
    libc::SYS_ppoll,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
];

/// Older calls that newer architectures left out, and the C library still makes on this one.
#[cfg(target_arch = "x86_64")]
const COMMON_OLD: &[c_long] = &[libc::SYS_poll, libc::SYS_epoll_wait, libc::SYS_time];
#[cfg(not(target_arch = "x86_64"))]
const COMMON_OLD: &[c_long] = &[];

/// Files below handed directories; Landlock says which. Runner only.
const FILES: &[c_long] = &[
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_getdents64,
    libc::SYS_readlinkat,
    libc::SYS_fstatfs,
    libc::SYS_fallocate,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_copy_file_range,
    libc::SYS_mkdirat,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_unlinkat,
];

/// What it takes to finish the walls: Landlock's rules, lower resource limits, the last filter, and the question
/// whether there is one thread only. Beside these, `prctl` and `prlimit64` are allowed with any argument.
const FINISHING: &[c_long] =
    &[libc::SYS_landlock_add_rule, libc::SYS_landlock_restrict_self, libc::SYS_seccomp, libc::SYS_unshare];

/// The filter that is still to be installed. Until then the process may finish its walls.
pub(crate) struct Last(BpfProgram);

/// Installs the first filter.
pub(crate) fn install(profile: Profile) -> Result<Last, WallsError> {
    apply_filter(&program(&allowed(profile))?)?;
    Ok(Last(program(&last())?))
}

impl Last {
    /// Installs the second. There is no way back.
    pub(crate) fn install(&self) -> Result<(), WallsError> {
        Ok(apply_filter(&self.0)?)
    }
}

fn program(filter: &Filter) -> Result<BpfProgram, WallsError> {
    filter.assemble().ok_or(Errno::TOOBIG).map_err(trying("write the seccomp filter"))
}

/// The allow-list of `profile`, and what it takes to finish the walls.
fn allowed(profile: Profile) -> Filter {
    let files = if profile == Profile::Runner { FILES } else { &[] };
    let always = [COMMON, COMMON_OLD, files, FINISHING, &[libc::SYS_prctl, libc::SYS_prlimit64]];
    let mut calls: BTreeMap<_, _> = always.into_iter().flatten().map(|call| (*call, Answer::Allow)).collect();
    calls.extend([
        (libc::SYS_clone3, Answer::Errno(libc::ENOSYS)),
        (libc::SYS_mmap, memory(profile)),
        (libc::SYS_mprotect, memory(profile)),
        (libc::SYS_clone, threads()),
        (libc::SYS_tgkill, Answer::If(vec![whole(0, [1])])),
        (libc::SYS_fcntl, descriptors()),
    ]);
    Filter { calls, otherwise: Answer::Errno(libc::EPERM) }
}

/// Forbids what it took to finish the walls.
fn last() -> Filter {
    let mut calls: BTreeMap<_, _> =
        FINISHING.iter().map(|call| (*call, Answer::Errno(libc::EPERM))).collect();
    calls.insert(libc::SYS_prctl, Answer::If(vec![whole(0, [libc::PR_SET_NAME])]));
    // Reading a limit of its own; never setting one.
    calls.insert(libc::SYS_prlimit64, Answer::If(vec![whole(0, [0]), whole(2, [0])]));
    Filter { calls, otherwise: Answer::Allow }
}

/// Memory is writable or executable, never both at once; the compiler's is never executable.
fn memory(profile: Profile) -> Answer {
    let allowed: &[c_int] = match profile {
        Profile::Runner => &[0, libc::PROT_WRITE, libc::PROT_EXEC],
        Profile::Compiler => &[0, libc::PROT_WRITE],
    };
    Answer::If(vec![bits(2, libc::PROT_WRITE | libc::PROT_EXEC, allowed.iter().copied())])
}

/// Threads of this process, in its namespaces; no process.
fn threads() -> Answer {
    let namespaces = libc::CLONE_NEWUSER
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWNET
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWCGROUP;
    Answer::If(vec![bits(0, libc::CLONE_THREAD | namespaces, [libc::CLONE_THREAD])])
}

/// No locks, leases, or signals to others.
fn descriptors() -> Answer {
    let commands = [
        libc::F_GETFD,
        libc::F_SETFD,
        libc::F_GETFL,
        libc::F_SETFL,
        libc::F_DUPFD_CLOEXEC,
        libc::F_ADD_SEALS,
        libc::F_GET_SEALS,
    ];
    Answer::If(vec![whole(1, commands)])
}

/// The whole argument is one of these.
fn whole(argument: u32, values: impl IntoIterator<Item = c_int>) -> OneOf {
    one_of(argument, Mask::Whole, values)
}

/// These flags of the argument are in one of these states.
fn bits(argument: u32, flags: c_int, values: impl IntoIterator<Item = c_int>) -> OneOf {
    one_of(argument, Mask::Bits(flags.cast_unsigned()), values)
}

fn one_of(argument: u32, mask: Mask, values: impl IntoIterator<Item = c_int>) -> OneOf {
    OneOf { argument, mask, values: values.into_iter().map(c_int::cast_unsigned).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bpf::tests::{ALLOW, DENY, meaning, run};

    /// The filters of a finished wall.
    fn finished(profile: Profile) -> [BpfProgram; 2] {
        [allowed(profile), last()].map(|filter| filter.assemble().unwrap())
    }

    /// The strictest answer counts, and that is the smallest.
    fn answer(filters: &[BpfProgram], call: c_long, args: &[u64]) -> u32 {
        filters.iter().map(|filter| run(filter, call, args)).min().unwrap()
    }

    /// A flag word as the kernel sees it: the upper half is zero.
    fn number(flags: c_int) -> u64 {
        u64::from(flags.cast_unsigned())
    }

    #[test]
    fn arguments_decide_where_they_must() {
        let flags = |flags: &[c_int]| number(flags.iter().fold(0, |all, flag| all | flag));
        let thread = [libc::CLONE_VM, libc::CLONE_FILES, libc::CLONE_SIGHAND, libc::CLONE_THREAD];
        let wx = flags(&[libc::PROT_READ, libc::PROT_WRITE, libc::PROT_EXEC]);
        let rx = flags(&[libc::PROT_READ, libc::PROT_EXEC]);
        let rw = flags(&[libc::PROT_READ, libc::PROT_WRITE]);
        // Call, arguments, allowed to the runner, allowed to the compiler.
        let rows: &[(c_long, &[u64], bool, bool)] = &[
            (libc::SYS_read, &[3], true, true),
            (libc::SYS_mmap, &[0, 4096, rw], true, true),
            (libc::SYS_mmap, &[0, 4096, rx], true, false),
            (libc::SYS_mmap, &[0, 4096, wx], false, false),
            (libc::SYS_mprotect, &[0, 4096, rx], true, false),
            (libc::SYS_mprotect, &[0, 4096, wx], false, false),
            (libc::SYS_clone, &[flags(&thread)], true, true),
            (libc::SYS_clone, &[number(libc::SIGCHLD)], false, false),
            (libc::SYS_clone, &[flags(&[libc::CLONE_VM, libc::CLONE_VFORK])], false, false),
            (libc::SYS_clone, &[flags(&thread) | number(libc::CLONE_NEWNET)], false, false),
            (libc::SYS_tgkill, &[1, 5, 6], true, true),
            (libc::SYS_tgkill, &[2, 5, 6], false, false),
            (libc::SYS_prctl, &[number(libc::PR_SET_NAME)], true, true),
            (libc::SYS_prctl, &[number(libc::PR_SET_DUMPABLE), 1], false, false),
            (libc::SYS_prctl, &[number(libc::PR_SET_PDEATHSIG)], false, false),
            (libc::SYS_fcntl, &[3, number(libc::F_DUPFD_CLOEXEC)], true, true),
            (libc::SYS_fcntl, &[3, number(libc::F_SETOWN), 1], false, false),
            (libc::SYS_prlimit64, &[0, 3, 0, 0xffff_0000_1000], true, true),
            (libc::SYS_prlimit64, &[0, 3, 0xffff_0000_1000, 0], false, false),
            (libc::SYS_prlimit64, &[7, 3, 0, 0xffff_0000_1000], false, false),
            (libc::SYS_openat2, &[5], true, false),
            (libc::SYS_renameat2, &[5], true, false),
        ];
        let filters = (finished(Profile::Runner), finished(Profile::Compiler));
        for (call, args, runner, compiler) in rows {
            let got = (answer(&filters.0, *call, args), answer(&filters.1, *call, args));
            let want = |allowed: &bool| if *allowed { ALLOW } else { DENY };
            assert_eq!(got, (want(runner), want(compiler)), "call {call} with {args:x?}");
        }
    }

    #[test]
    fn what_a_child_never_needs_is_refused() {
        let never = [
            libc::SYS_socket,
            libc::SYS_socketpair,
            libc::SYS_connect,
            libc::SYS_bind,
            libc::SYS_execve,
            libc::SYS_execveat,
            libc::SYS_kill,
            libc::SYS_tkill,
            libc::SYS_ptrace,
            libc::SYS_mount,
            libc::SYS_move_mount,
            libc::SYS_umount2,
            libc::SYS_pivot_root,
            libc::SYS_chroot,
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_setuid,
            libc::SYS_capset,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_pidfd_open,
            libc::SYS_pidfd_getfd,
            libc::SYS_keyctl,
            libc::SYS_add_key,
            libc::SYS_bpf,
            libc::SYS_io_uring_setup,
            libc::SYS_userfaultfd,
            libc::SYS_perf_event_open,
            libc::SYS_personality,
            libc::SYS_seccomp,
            libc::SYS_landlock_create_ruleset,
            libc::SYS_landlock_add_rule,
            libc::SYS_landlock_restrict_self,
            libc::SYS_ioctl,
            libc::SYS_linkat,
            libc::SYS_symlinkat,
            libc::SYS_mknodat,
            libc::SYS_open_by_handle_at,
            libc::SYS_setrlimit,
        ];
        for profile in [Profile::Runner, Profile::Compiler] {
            let filters = finished(profile);
            for call in never {
                assert_eq!(answer(&filters, call, &[]), DENY, "call {call} for {profile:?}");
            }
        }
    }

    #[test]
    fn before_the_last_filter_the_walls_can_be_finished_and_no_more() {
        for profile in [Profile::Runner, Profile::Compiler] {
            let [allowed, last] = finished(profile);
            for call in FINISHING {
                assert_eq!(run(&allowed, *call, &[]), ALLOW, "call {call}");
                assert_eq!(run(&last, *call, &[]), DENY, "call {call}");
            }
            for call in [libc::SYS_execve, libc::SYS_socket, libc::SYS_ptrace, libc::SYS_setns] {
                assert_eq!(run(&allowed, call, &[]), DENY, "call {call}");
            }
        }
    }
    #[test]
    fn clone3_does_not_exist() {
        for profile in [Profile::Runner, Profile::Compiler] {
            let missing = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.cast_unsigned();
            assert_eq!(answer(&finished(profile), libc::SYS_clone3, &[]), missing);
        }
    }

    #[test]
    fn every_call_is_answered_as_is_meant() {
        const X32: c_long = 0x4000_0000;
        let words = [0, 1, 2, 3, 4, 6, 7, 15, 0x1_0000, 0x2001_0000, 1030, 1034, 1 << 32, 15 | 1 << 32, !0];
        for filter in [allowed(Profile::Runner), allowed(Profile::Compiler), last()] {
            let program = filter.assemble().unwrap();
            assert!(program.len() < 150, "{} instructions", program.len());
            for call in (0..1024).flat_map(|call| [call, call | X32]).chain([X32 - 1, 0xffff_ffff]) {
                for args in words.iter().flat_map(|a| words.iter().map(|b| [*a, *b, *a])) {
                    let want = meaning(&filter, call, &args);
                    assert_eq!(run(&program, call, &args), want, "call {call:#x} with {args:x?}");
                }
            }
        }
    }
}
