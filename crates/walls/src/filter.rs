//! The seccomp filter: an allow-list of system calls. What is not on it fails with `EPERM`.
//!
//! Three filters are stacked. The first answers `clone3` with `ENOSYS`, because its flags are behind a pointer
//! that a filter cannot follow; the C library then uses `clone`, whose flags it can see. The second is the
//! allow-list, together with what it still takes to finish the walls ([`FINISHING`]). The third, a short one, forbids
//! that again: so the long filter is in place before a call is known, and only the short one costs the call time.
//! A foreign architecture's calls kill the process.

use crate::{Profile, WallsError};
use libc::{c_int, c_long};
use seccompiler::{
    BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, apply_filter,
};
use std::collections::BTreeMap;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Memory, threads, signals, time, and descriptors that are open already. Both profiles.
const COMMON: &[c_long] = &[
    // Memory. `mmap` and `mprotect` are conditional.
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_membarrier,
    // Threads. `clone` is conditional, `clone3` is answered by the first filter; naming one is `prctl`.
    libc::SYS_clone3,
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

/// Installs the first two filters.
pub(crate) fn install(profile: Profile) -> Result<Last, WallsError> {
    let clone3 = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    apply_filter(&program(clone3, SeccompAction::Allow, SeccompAction::Errno(errno(libc::ENOSYS)))?)?;
    apply_filter(&allowed(profile)?)?;
    Ok(Last(last()?))
}

impl Last {
    /// Installs the third. There is no way back.
    pub(crate) fn install(&self) -> Result<(), WallsError> {
        Ok(apply_filter(&self.0)?)
    }
}

/// The allow-list of `profile`, and what it takes to finish the walls.
fn allowed(profile: Profile) -> Result<BpfProgram, Error> {
    let mut rules = rules(profile).map_err(Error::Backend)?;
    rules.extend(FINISHING.iter().map(|call| (*call, Vec::new())));
    rules.extend([(libc::SYS_prctl, Vec::new()), (libc::SYS_prlimit64, Vec::new())]);
    program(rules, SeccompAction::Errno(errno(libc::EPERM)), SeccompAction::Allow)
}

/// Forbids what it took to finish the walls.
fn last() -> Result<BpfProgram, Error> {
    let mut rules: Rules = FINISHING.iter().map(|call| (*call, Vec::new())).collect();
    let other = |argument, than| all(&[(argument, SeccompCmpOp::Ne, than)]).map_err(Error::Backend);
    rules.insert(libc::SYS_prctl, other(0, number(libc::PR_SET_NAME))?);
    // Reading a limit of its own; never setting one.
    let mut limits = other(0, 0)?;
    limits.extend(other(2, 0)?);
    rules.insert(libc::SYS_prlimit64, limits);
    program(rules, SeccompAction::Allow, SeccompAction::Errno(errno(libc::EPERM)))
}

fn errno(number: c_int) -> u32 {
    number.cast_unsigned()
}

fn program(rules: Rules, otherwise: SeccompAction, listed: SeccompAction) -> Result<BpfProgram, Error> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(Error::Backend)?;
    let filter = SeccompFilter::new(rules, otherwise, listed, arch).map_err(Error::Backend)?;
    BpfProgram::try_from(filter).map_err(Error::Backend)
}

fn rules(profile: Profile) -> Result<Rules, BackendError> {
    let mut rules: Rules = COMMON.iter().chain(COMMON_OLD).map(|call| (*call, Vec::new())).collect();
    if profile == Profile::Runner {
        rules.extend(FILES.iter().map(|call| (*call, Vec::new())));
    }
    rules.extend([
        (libc::SYS_mmap, memory(profile)?),
        (libc::SYS_mprotect, memory(profile)?),
        (libc::SYS_clone, threads()?),
        (libc::SYS_tgkill, all(&[(0, SeccompCmpOp::Eq, 1)])?),
        (libc::SYS_fcntl, descriptors()?),
    ]);
    Ok(rules)
}

/// Memory is writable or executable, never both at once; the compiler's is never executable.
fn memory(profile: Profile) -> Result<Vec<SeccompRule>, BackendError> {
    let without = |bit| (2, SeccompCmpOp::MaskedEq(number(bit)), 0);
    let mut rules = all(&[without(libc::PROT_EXEC)])?;
    if profile == Profile::Runner {
        rules.extend(all(&[without(libc::PROT_WRITE)])?);
    }
    Ok(rules)
}

/// Threads of this process, in its namespaces; no process.
fn threads() -> Result<Vec<SeccompRule>, BackendError> {
    let thread = number(libc::CLONE_THREAD);
    let namespaces = libc::CLONE_NEWUSER
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWNET
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWCGROUP;
    all(&[(0, SeccompCmpOp::MaskedEq(thread | number(namespaces)), thread)])
}

/// No locks, leases, or signals to others.
fn descriptors() -> Result<Vec<SeccompRule>, BackendError> {
    let commands = [
        libc::F_GETFD,
        libc::F_SETFD,
        libc::F_GETFL,
        libc::F_SETFL,
        libc::F_DUPFD_CLOEXEC,
        libc::F_ADD_SEALS,
        libc::F_GET_SEALS,
    ];
    commands.iter().map(|command| rule(&[(1, SeccompCmpOp::Eq, number(*command))])).collect()
}

/// One rule that holds if all conditions (argument, comparison, value) hold.
fn all(conditions: &[(u8, SeccompCmpOp, u64)]) -> Result<Vec<SeccompRule>, BackendError> {
    Ok(vec![rule(conditions)?])
}

fn rule(conditions: &[(u8, SeccompCmpOp, u64)]) -> Result<SeccompRule, BackendError> {
    let conditions = conditions.iter().map(|(argument, comparison, value)| {
        SeccompCondition::new(*argument, SeccompCmpArgLen::Qword, comparison.clone(), *value)
    });
    SeccompRule::new(conditions.collect::<Result<_, _>>()?)
}

/// A flag word as the kernel sees it: the upper half is zero.
fn number(flags: c_int) -> u64 {
    u64::from(flags.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use seccompiler::sock_filter;

    const ALLOW: u32 = 0x7fff_0000;
    const DENY: u32 = 0x0005_0000 | libc::EPERM.cast_unsigned();

    /// Runs a filter as the kernel would; only the instructions that seccompiler writes.
    fn run(program: &[sock_filter], call: c_long, args: &[u64]) -> u32 {
        let arch = if cfg!(target_arch = "x86_64") { 0xc000_003e } else { 0xc000_00b7_u32 };
        let mut data = vec![u32::try_from(call).unwrap(), arch, 0, 0];
        for at in 0..6 {
            let arg = args.get(at).copied().unwrap_or(0);
            data.extend([u32::try_from(arg & 0xffff_ffff).unwrap(), u32::try_from(arg >> 32).unwrap()]);
        }
        let (mut at, mut accumulator) = (0, 0_u32);
        loop {
            let op = &program[at];
            let jump = |holds: bool| usize::from(if holds { op.jt } else { op.jf });
            at += 1;
            match op.code {
                0x20 => accumulator = data[usize::try_from(op.k).unwrap() / 4],
                0x54 => accumulator &= op.k,
                0x05 => at += usize::try_from(op.k).unwrap(),
                0x15 => at += jump(accumulator == op.k),
                0x25 => at += jump(accumulator > op.k),
                0x35 => at += jump(accumulator >= op.k),
                0x06 => return op.k,
                code => panic!("instruction {code:#x}"),
            }
        }
    }

    /// The filters of a finished wall, without the first.
    fn finished(profile: Profile) -> [BpfProgram; 2] {
        [allowed(profile).unwrap(), last().unwrap()]
    }

    /// The strictest answer counts, and that is the smallest.
    fn answer(filters: &[BpfProgram], call: c_long, args: &[u64]) -> u32 {
        filters.iter().map(|filter| run(filter, call, args)).min().unwrap()
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
}
