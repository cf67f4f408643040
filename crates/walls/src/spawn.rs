//! All unsafe code of this crate: making the child's process, and raw system calls that have no safe wrapper.
//!
//! Until it becomes the program, the child runs in the memory of its parent, as after `vfork`: nothing of a large
//! program is copied for it. The thread that makes it stands still meanwhile; other threads go on, and may hold a lock
//! or be in the middle of the heap. Invariant: until `exec` the child makes plain system calls on memory that was laid
//! out before, allocates nothing, runs no handler of a signal, waits for nobody and returns to no caller.

#![allow(
    unsafe_code,
    reason = "clone, exec and a few calls that neither the standard library nor rustix wrap"
)]

use libc::{c_int, c_long, c_void};
use rustix::net::{AddressFamily, SocketType, sockopt};
use std::cell::Cell;
use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

/// Where the child finds its end of the socket.
pub(crate) const SOCKET: RawFd = 3;

/// The lowest number that a descriptor of [`Launch`] may have, so that none is overwritten before it is used.
pub(crate) const FIRST_FREE: RawFd = SOCKET + 1;

/// Bytes of the child's stack, far more than its few calls need.
const STACK: usize = 64 << 10;

/// Everything that the child needs, laid out before it is made.
pub(crate) struct Launch<'a> {
    /// The program; also its only argument. The environment is empty.
    pub(crate) program: &'a CStr,
    /// Namespaces beyond pid, ipc and uts: `CLONE_NEW*`. That of mounts is made by [`crate::enter`].
    pub(crate) namespaces: c_int,
    /// Files that the child writes in its namespaces, and what.
    pub(crate) files: &'a [(&'a CStr, String)],
    /// A network namespace to enter.
    pub(crate) network: Option<BorrowedFd<'a>>,
    /// `/dev/null`, for standard input and output.
    pub(crate) null: BorrowedFd<'a>,
    /// Becomes standard error.
    pub(crate) stderr: BorrowedFd<'a>,
    /// Becomes [`SOCKET`].
    pub(crate) socket: BorrowedFd<'a>,
}

/// A child that was made.
pub(crate) struct Made {
    pub(crate) pid: u32,
    pub(crate) pidfd: OwnedFd,
    /// Why it has ended instead of becoming the program.
    pub(crate) failure: Option<Failure>,
}

/// Why a child could not become the program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failure {
    /// At which step, for people.
    pub(crate) step: &'static str,
    /// What the kernel answered.
    pub(crate) errno: c_int,
}

/// What parent and child share.
struct Shared<'a> {
    launch: &'a Launch<'a>,
    failure: Cell<Option<Failure>>,
}

/// Makes the child, and returns when it is the program or has failed.
pub(crate) fn make(launch: &Launch<'_>) -> io::Result<Made> {
    let basic = libc::CLONE_NEWPID | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD | libc::SIGCHLD;
    let shared = Shared { launch, failure: Cell::new(None) };
    let argument = (&raw const shared).cast_mut().cast();
    let mut stack = Box::<[u8]>::new_uninit_slice(STACK);
    let top = stack.as_mut_ptr_range().end.cast();
    let mut pidfd: RawFd = -1;
    let blocked = Blocked::all();
    // SAFETY: with CLONE_VFORK this thread stands still until the child is the program or has ended, so `shared`,
    // `stack` and `pidfd` outlive its use of them, and `failure` is never used by both at once. The child has its
    // own table of handlers and of descriptors (no CLONE_SIGHAND, no CLONE_FILES), and of what it shares with us it
    // changes `failure`, its stack and this thread's errno alone. `run` keeps the invariant of this module.
    let pid = unsafe { libc::clone(run, top, flags | basic | launch.namespaces, argument, &raw mut pidfd) };
    let error = io::Error::last_os_error();
    drop(blocked);
    match u32::try_from(pid) {
        // SAFETY: with CLONE_PIDFD the kernel has stored a new descriptor that nobody else owns.
        Ok(pid) => {
            Ok(Made { pid, pidfd: unsafe { OwnedFd::from_raw_fd(pidfd) }, failure: shared.failure.get() })
        }
        Err(_) => Err(error),
    }
}

/// The child's way from `clone` to `exec`.
extern "C" fn run(shared: *mut c_void) -> c_int {
    // SAFETY: `make` hands over a `Shared` that outlives this process's use of it.
    let shared = unsafe { &*shared.cast_const().cast::<Shared<'_>>() };
    let step = prepare(shared.launch);
    shared.failure.set(Some(Failure { step, errno: errno() }));
    // SAFETY: ends the child without running anything of the parent's.
    unsafe { libc::_exit(127) }
}

/// Returns only when a step fails, and then its name.
fn prepare(launch: &Launch<'_>) -> &'static str {
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
            return "enter the network namespace";
        }
        // A session of its own: no terminal, and no process group shared with the parent.
        if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 || libc::setsid() < 0 {
            return "tie it to its parent";
        }
        let targets = [
            (launch.null.as_raw_fd(), 0),
            (launch.null.as_raw_fd(), 1),
            (launch.stderr.as_raw_fd(), 2),
            (launch.socket.as_raw_fd(), SOCKET),
        ];
        if targets.iter().any(|(from, to)| libc::dup3(*from, *to, 0) < 0)
            || libc::syscall(libc::SYS_close_range, FIRST_FREE, c_int::MAX, 0) != 0
        {
            return "lay out its descriptors";
        }
        if !launch.files.iter().all(|(file, content)| write(file, content)) {
            return "write the id maps of its user namespace";
        }
        // A parent that died before its death could be signalled has closed its end.
        let mut poll = libc::pollfd { fd: SOCKET, events: 0, revents: 0 };
        if libc::poll(&raw mut poll, 1, 0) != 0 {
            return "look after its parent";
        }
        set_blocked(0);
        libc::execve(launch.program.as_ptr(), argv.as_ptr(), envp.as_ptr());
    }
    "execute the program"
}

/// Writes a file that is there, in one call.
fn write(file: &CStr, content: &str) -> bool {
    // SAFETY: both pointers are to memory that outlives the calls, which are async-signal-safe.
    unsafe {
        let descriptor = libc::open(file.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        let written = libc::write(descriptor, content.as_ptr().cast(), content.len());
        // Not closed where it failed, for that would hide why; the child ends.
        usize::try_from(written) == Ok(content.len()) && libc::close(descriptor) == 0
    }
}

fn errno() -> c_int {
    // SAFETY: the pointer is to this thread's errno.
    unsafe { *libc::__errno_location() }
}

/// All signals of this thread blocked, until dropped: none of the parent's handlers may run in the child.
struct Blocked(u64);

impl Blocked {
    fn all() -> Self {
        Self(set_blocked(u64::MAX))
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        set_blocked(self.0);
    }
}

/// Blocks these signals of this thread, a bit each, and no others. Says which were blocked before.
///
/// Not by the C library, which would leave out those that it keeps for itself.
fn set_blocked(signals: u64) -> u64 {
    let mut before = 0_u64;
    // SAFETY: both sets have the size that the kernel is told, and outlive the call.
    unsafe {
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            libc::SIG_SETMASK,
            &raw const signals,
            &raw mut before,
            size_of::<u64>(),
        )
    };
    before
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

/// Gives this thread a mount namespace of its own, a copy of the one it is in; and its own root and working directory.
pub(crate) fn own_mounts() -> io::Result<()> {
    own(libc::CLONE_NEWNS)
}

/// Gives this thread an empty network namespace of its own.
pub(crate) fn own_network() -> io::Result<()> {
    own(libc::CLONE_NEWNET)
}

fn own(namespace: c_int) -> io::Result<()> {
    // SAFETY: neither namespace is shared memory or descriptors; only the calling thread sees another one.
    match unsafe { libc::unshare(namespace) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
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
