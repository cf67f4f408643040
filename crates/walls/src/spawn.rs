//! All unsafe code of this crate: making the child's process, and raw system calls that have no safe wrapper.
//!
//! Between `clone3` and `exec` the child is a copy of one thread of a program with many: a lock may be held
//! for ever, the heap may be half-written. Invariant: until `exec` the child makes plain system calls on
//! memory that was laid out before, allocates nothing and returns to no caller.

#![allow(
    unsafe_code,
    reason = "clone3, exec and a few calls that neither the standard library nor rustix wrap"
)]

use libc::{c_int, c_long, c_void};
use rustix::net::{AddressFamily, SocketType, sockopt};
use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

/// Where the child finds its end of the socket.
pub(crate) const SOCKET: RawFd = 3;

/// Where the child tells, until it is the program, what went wrong. Closed by `exec`.
const REPORT: RawFd = 4;

/// The lowest number that a descriptor of [`Launch`] may have, so that none is overwritten before it is used.
pub(crate) const FIRST_FREE: RawFd = 16;

/// Everything that the child needs, laid out before it is made.
pub(crate) struct Launch<'a> {
    /// The program; also its only argument. The environment is empty.
    pub(crate) program: &'a CStr,
    /// Namespaces beyond pid, mount, ipc and uts: `CLONE_NEW*`.
    pub(crate) namespaces: c_int,
    /// A network namespace to enter.
    pub(crate) network: Option<BorrowedFd<'a>>,
    /// `/dev/null`, for standard input and output.
    pub(crate) null: BorrowedFd<'a>,
    /// Becomes standard error.
    pub(crate) stderr: BorrowedFd<'a>,
    /// Becomes [`SOCKET`]. The child becomes the program as soon as there is something to read.
    pub(crate) socket: BorrowedFd<'a>,
    /// Takes a [`Report`] if something fails, and closes when the child is the program.
    pub(crate) report: BorrowedFd<'a>,
}

/// A child that was made.
pub(crate) struct Made {
    pub(crate) pid: u32,
    pub(crate) pidfd: OwnedFd,
}

/// What a child writes that could not become the program: step and errno, little endian.
pub(crate) type Report = [u8; 5];

/// The step of a [`Report`], for people.
pub(crate) fn step_name(step: u8) -> &'static str {
    match step {
        1 => "enter the network namespace",
        2 => "tie it to its parent",
        3 => "lay out its descriptors",
        4 => "wait for its parent",
        5 => "execute the program",
        _ => "an unknown step",
    }
}

/// Makes the child. It waits until its socket can be read, then becomes the program.
pub(crate) fn make(launch: &Launch<'_>) -> io::Result<Made> {
    let basic = libc::CLONE_PIDFD | libc::CLONE_NEWPID | libc::CLONE_NEWNS | libc::CLONE_NEWIPC;
    let flags = basic | libc::CLONE_NEWUTS | launch.namespaces;
    let mut pidfd: RawFd = -1;
    // SAFETY: all fields of `clone_args` are integers, for which zero is a value.
    let mut args: libc::clone_args = unsafe { MaybeUninit::zeroed().assume_init() };
    args.flags = u64::from(flags.cast_unsigned());
    args.pidfd = (&raw mut pidfd).expose_provenance() as u64;
    args.exit_signal = u64::from(libc::SIGCHLD.cast_unsigned());
    let _blocked = Blocked::all();
    // SAFETY: `args` lives through the call. There is no CLONE_VM, so the child has memory of its own and runs
    // on a copy of this stack; it keeps the invariant of this module and never returns from `run`.
    let pid = unsafe { libc::syscall(libc::SYS_clone3, &raw const args, size_of::<libc::clone_args>()) };
    match u32::try_from(pid) {
        Ok(0) => run(launch),
        // SAFETY: with CLONE_PIDFD the kernel has stored a new descriptor that nobody else owns.
        Ok(pid) => Ok(Made { pid, pidfd: unsafe { OwnedFd::from_raw_fd(pidfd) } }),
        Err(_) => Err(io::Error::last_os_error()),
    }
}

/// The child's way from `clone3` to `exec`.
fn run(launch: &Launch<'_>) -> ! {
    let mut to = launch.report.as_raw_fd();
    let step = prepare(launch, &mut to);
    let [a, b, c, d] = errno().to_le_bytes();
    let report: Report = [step, a, b, c, d];
    // SAFETY: `report` outlives the call; both calls are async-signal-safe.
    unsafe {
        libc::write(to, report.as_ptr().cast(), report.len());
        libc::_exit(127)
    }
}

/// Returns only when a step fails, and then its number. `report` follows the descriptor that moves.
fn prepare(launch: &Launch<'_>, report: &mut RawFd) -> u8 {
    let argv = [launch.program.as_ptr(), ptr::null()];
    let envp = [ptr::null()];
    // SAFETY: all pointers are to memory that lives until `exec`; every call is async-signal-safe.
    unsafe {
        for signal in 1..=64 {
            libc::signal(signal, libc::SIG_DFL);
        }
        if let Some(network) = launch.network
            && libc::setns(network.as_raw_fd(), libc::CLONE_NEWNET) != 0
        {
            return 1;
        }
        // A session of its own: no terminal, and no process group shared with the parent.
        if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 || libc::setsid() < 0 {
            return 2;
        }
        let targets = [
            (launch.null.as_raw_fd(), 0, 0),
            (launch.null.as_raw_fd(), 1, 0),
            (launch.stderr.as_raw_fd(), 2, 0),
            (launch.socket.as_raw_fd(), SOCKET, 0),
            (launch.report.as_raw_fd(), REPORT, libc::O_CLOEXEC),
        ];
        for (from, to, flags) in targets {
            if libc::dup3(from, to, flags) < 0 {
                return 3;
            }
        }
        *report = REPORT;
        if libc::syscall(libc::SYS_close_range, REPORT + 1, c_int::MAX, 0) != 0 {
            return 3;
        }
        let mut poll = libc::pollfd { fd: SOCKET, events: libc::POLLIN, revents: 0 };
        while libc::poll(&raw mut poll, 1, -1) < 0 {
            if errno() != libc::EINTR {
                return 4;
            }
        }
        // The parent has died before its death could be signalled.
        if poll.revents & libc::POLLHUP != 0 {
            libc::_exit(127);
        }
        let mut none = MaybeUninit::uninit();
        libc::sigemptyset(none.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, none.as_ptr(), ptr::null_mut());
        libc::execve(launch.program.as_ptr(), argv.as_ptr(), envp.as_ptr());
    }
    5
}

fn errno() -> c_int {
    // SAFETY: the pointer is to this thread's errno.
    unsafe { *libc::__errno_location() }
}

/// All signals of this thread blocked, until dropped: none of the parent's handlers may run in the child.
struct Blocked(libc::sigset_t);

impl Blocked {
    fn all() -> Self {
        let mut all = MaybeUninit::uninit();
        let mut before = MaybeUninit::uninit();
        // SAFETY: the first call initialises `all`, the second `before`; neither can fail with these arguments.
        unsafe {
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            Self(before.assume_init())
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the set came from the kernel.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, ptr::null_mut()) };
    }
}

/// Makes this process learn how its children end, in case its own parent made it ignore that.
pub(crate) fn learn_of_children() {
    let mut now = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: the kernel fills in `now`, whose fields are integers; the default action runs no code of ours.
    unsafe {
        libc::sigaction(libc::SIGCHLD, ptr::null(), now.as_mut_ptr());
        if now.assume_init().sa_sigaction == libc::SIG_IGN {
            libc::signal(libc::SIGCHLD, libc::SIG_DFL);
        }
    }
}

/// A new, empty network namespace, kept alive by the descriptor.
pub(crate) fn empty_network() -> io::Result<OwnedFd> {
    let make = || {
        // SAFETY: only the network namespace of this thread changes, and the thread ends right after.
        match unsafe { libc::unshare(libc::CLONE_NEWNET) } {
            0 => File::open("/proc/thread-self/ns/net").map(OwnedFd::from),
            _ => Err(io::Error::last_os_error()),
        }
    };
    let thread = std::thread::Builder::new().name("network".to_owned()).spawn(make)?;
    thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread has panicked")))
}

/// Whether this process has one thread only.
pub(crate) fn single_threaded() -> bool {
    // SAFETY: this unshares nothing; the kernel answers EINVAL where there are other threads.
    unsafe { libc::unshare(libc::CLONE_THREAD) == 0 }
}

/// In the child: the socket that the spawner has laid at [`SOCKET`], if it is there. Call it once, first.
pub(crate) fn inherited_socket() -> Option<OwnedFd> {
    // SAFETY: the borrow ends before anyone could close the descriptor; if it is not open, the calls fail.
    let socket = unsafe { BorrowedFd::borrow_raw(SOCKET) };
    let stream = sockopt::socket_type(socket).ok()? == SocketType::STREAM;
    let local = sockopt::socket_domain(socket).ok()? == AddressFamily::UNIX;
    rustix::io::fcntl_setfd(socket, rustix::io::FdFlags::CLOEXEC).ok()?;
    // SAFETY: the spawner made this descriptor for us; the caller has checked that it started us.
    (stream && local).then(|| unsafe { OwnedFd::from_raw_fd(SOCKET) })
}

/// System calls that the walls must refuse and that nothing else wraps. Each would succeed, or fail with
/// something else than `EPERM`, if the filter let it through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forbidden {
    Fork,
    Clone3,
    Execute,
    Trace,
    ReadMemory,
    Unshare,
    Personality,
    Keyring,
    Bpf,
    IoUring,
    UserFault,
    PerfEvents,
}

/// Tries a forbidden call.
pub(crate) fn attempt(call: Forbidden) -> io::Result<()> {
    let zero: c_long = 0;
    // Large enough for the structures of all calls below that take one.
    let mut scratch = [0_u64; 32];
    let buffer: *mut c_void = scratch.as_mut_ptr().cast();
    let empty = c"".as_ptr();
    // SAFETY: pointers are to memory that is large enough and outlives the call. A process that is made by
    // mistake shares no memory with us and ends at once.
    let done = unsafe {
        match call {
            Forbidden::Fork => libc::syscall(libc::SYS_clone, libc::SIGCHLD, zero, zero, zero, zero),
            Forbidden::Clone3 => libc::syscall(libc::SYS_clone3, buffer, 88_usize),
            Forbidden::Execute => libc::syscall(libc::SYS_execve, empty, zero, zero),
            Forbidden::Trace => libc::syscall(libc::SYS_ptrace, libc::PTRACE_TRACEME, zero, zero, zero),
            Forbidden::ReadMemory => {
                libc::syscall(libc::SYS_process_vm_readv, 1, zero, zero, zero, zero, zero)
            }
            Forbidden::Unshare => libc::syscall(libc::SYS_unshare, libc::CLONE_NEWUSER),
            Forbidden::Personality => libc::syscall(libc::SYS_personality, 0xffff_ffff_u32),
            Forbidden::Keyring => libc::syscall(libc::SYS_keyctl, zero, -3_i32, 1),
            Forbidden::Bpf => libc::syscall(libc::SYS_bpf, zero, buffer, 48),
            Forbidden::IoUring => libc::syscall(libc::SYS_io_uring_setup, 1, buffer),
            Forbidden::UserFault => libc::syscall(libc::SYS_userfaultfd, 1),
            Forbidden::PerfEvents => libc::syscall(libc::SYS_perf_event_open, buffer, zero, -1, -1, zero),
        }
    };
    match (done, call) {
        (0, Forbidden::Fork | Forbidden::Clone3) if std::process::id() != 1 => {
            // SAFETY: ends the process that was made by mistake, running nothing of ours.
            unsafe { libc::_exit(0) }
        }
        (-1, _) => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
