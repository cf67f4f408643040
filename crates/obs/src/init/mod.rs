//! The two processes between us and the real `build`.
//!
//! The *outer* one makes a pid and a mount namespace; the *inner* one is pid 1 there: it makes mounts
//! private, mounts a `/proc` of its own, starts the script in a process group of its own, forwards signals
//! to that group, reaps, and ends with the script. With pid 1 end all processes and mounts of the build.
//!
//! Where programs of other architectures are to run, the outer one makes a user and a network namespace, too
//! ([`Around::User`]), and the inner one sets up what is in [`crate::emulation`]. A native build has neither.
//!
//! Invariant: each process dies with the one before it, also on `kill -9`. Each asks the kernel for a death
//! signal and then looks whether the one before it still holds its end of a pipe, so that no moment is left
//! in which its death goes unseen.
//!
//! Both are our own program, started again with the verb [`INIT_VERB`], so that no code of ours runs between
//! a fork and an exec. How the build ended goes into a file: the exit code of a process cannot tell a script
//! that exits with 137 from one that was killed.

mod end;
mod probe;
mod reap;

use crate::emulation;
use crate::nspawn::Wrapper;
pub(crate) use end::{End, forget_end, read_end};
pub use probe::probe;
use reap::{reap, wait_for_the_rest};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_change};
use rustix::process::{Pid, Signal};
use rustix::thread::UnshareFlags;
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// The verb under which our own program is the build's first process.
pub const INIT_VERB: &str = "__init";
pub(crate) const OUTER: &str = "outer";
const INNER: &str = "inner";

/// The exit code where nothing could be set up; the file tells it from the script's own.
const NOT_SET_UP: i32 = 125;

/// What is around a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Around {
    /// A pid and a mount namespace.
    Host,
    /// A user and a network namespace, too. The outer process's standard input is the socket over which its ids
    /// are mapped.
    User,
}

impl Around {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::User => "user",
        }
    }

    fn from_word(word: &OsStr) -> Option<Self> {
        [Self::Host, Self::User].into_iter().find(|around| word == around.as_str())
    }
}

/// The whole life of the build's first processes. Call it first thing in `main` when the first argument is
/// [`INIT_VERB`], with the arguments after it.
pub fn init_main(args: &[OsString]) -> ! {
    if let [stage] = args
        && stage == probe::PROBE
    {
        std::process::exit(probe::main());
    }
    let [stage, around, scratch, command @ ..] = args else { std::process::exit(NOT_SET_UP) };
    let Some(around) = Around::from_word(around) else { std::process::exit(NOT_SET_UP) };
    let scratch = Path::new(scratch);
    let done = if stage == OUTER { outer(around, scratch, command) } else { inner(around, scratch, command) };
    let code = done.unwrap_or_else(|why| {
        end::note_not_set_up(scratch, &why);
        NOT_SET_UP
    });
    std::process::exit(code)
}

fn outer(around: Around, scratch: &Path, command: &[OsString]) -> Result<i32, String> {
    die_with_parent()?;
    let mut signals = signals()?;
    match around {
        Around::Host => own_namespaces().map_err(|e| format!("unshare: {e}"))?,
        Around::User => own_user_namespace()?,
    }
    // The exec gives it the capabilities of its user namespace, which takes a death signal away: it asks for its own.
    let mut child = Command::new("/proc/self/exe")
        .arg0("skink")
        .args([INIT_VERB, INNER, around.as_str()])
        .arg(scratch)
        .args(command)
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|e| format!("starting pid 1: {e}"))?;
    // `wait` would close it too early.
    let _lifeline = child.stdin.take();
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    loop {
        if let Some(status) = child.try_wait().map_err(|e| format!("waiting: {e}"))? {
            return Ok(status.code().unwrap_or(NOT_SET_UP));
        }
        for signal in signals.wait().filter_map(to_be_forwarded) {
            if let Some(pid) = pid {
                let _ = rustix::process::kill_process(pid, signal);
            }
        }
    }
}

fn inner(around: Around, scratch: &Path, command: &[OsString]) -> Result<i32, String> {
    die_with_parent()?;
    let mut signals = signals()?;
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).map_err(|e| format!("making mounts private: {e}"))?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", "/proc", "proc", flags, None).map_err(|e| format!("mounting /proc: {e}"))?;
    match around {
        Around::Host => {
            Wrapper::paths(scratch).mount().map_err(|e| format!("wrapping systemd-nspawn: {e}"))?
        }
        Around::User => emulation::set_up(scratch)?,
    }

    let (script, args) = command.split_first().ok_or("no script")?;
    let child = Command::new(script)
        .args(args)
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|e| format!("starting {}: {e}", script.display()))?;
    let build = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or("no process id")?;
    let end = loop {
        if let Some(end) = reap(Some(build)).end {
            break end;
        }
        for signal in signals.wait().filter_map(to_be_forwarded) {
            let _ = rustix::process::kill_process_group(build, signal);
        }
    };
    wait_for_the_rest();
    end::note(scratch, end).map_err(|e| format!("noting the end: {e}"))?;
    Ok(match end {
        End::Exited(code) => i32::from(code),
        End::Killed(signal) => 128 + signal,
    })
}

fn own_namespaces() -> rustix::io::Result<()> {
    // Deprecated because other flags could take descriptors away from other threads; there are none here.
    #[expect(deprecated, reason = "the replacement is unsafe for flags that are not used here")]
    rustix::thread::unshare(UnshareFlags::NEWPID | UnshareFlags::NEWNS)
}

/// A build in a user namespace can mount sysfs only where the network is its own, too.
fn own_user_namespace() -> Result<(), String> {
    let parent = parent_socket().map_err(|e| format!("talking to the parent: {e}"))?;
    let beside = UnshareFlags::NEWPID | UnshareFlags::NEWNS | UnshareFlags::NEWNET;
    skink_walls::enter_user_namespace(beside, &parent).map_err(|e| e.to_string())?;
    // The new namespace gave capabilities, and that may have taken the death signal away.
    die_with_parent()
}

/// The standard input, where that is a socket.
fn parent_socket() -> io::Result<UnixStream> {
    Ok(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?))
}

fn die_with_parent() -> Result<(), String> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|e| format!("asking for a death signal: {e}"))?;
    let stdin = io::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&now)).map_err(|e| format!("looking for the parent: {e}"))?;
    let gone = fds.iter().any(|fd| fd.revents().contains(PollFlags::HUP));
    if gone { Err("the parent is gone".to_owned()) } else { Ok(()) }
}

fn signals() -> Result<Signals, String> {
    Signals::new([SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGCHLD]).map_err(|e| format!("catching signals: {e}"))
}

fn to_be_forwarded(raw: i32) -> Option<Signal> {
    Signal::from_named_raw(raw).filter(|signal| *signal != Signal::CHILD)
}
