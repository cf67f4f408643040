//! The two processes between us and the real `build`.
//!
//! The *outer* one makes a pid and a mount namespace; the *inner* one is pid 1 there: it makes mounts
//! private, mounts a `/proc` of its own, starts the script in a process group of its own, forwards signals
//! to that group, reaps, and ends with the script. With pid 1 end all processes and mounts of the build.
//!
//! Invariant: each process dies with the one before it, also on `kill -9`. Each asks the kernel for a death
//! signal and then looks whether the one before it still holds its end of a pipe, so that no moment is left
//! in which its death goes unseen.
//!
//! Both are our own program, started again with the verb [`INIT_VERB`], so that no code of ours runs between
//! a fork and an exec. How the build ended goes into a file: the exit code of a process cannot tell a script
//! that exits with 137 from one that was killed.

use crate::nspawn::Wrapper;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_change};
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use rustix::thread::UnshareFlags;
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

/// The verb under which our own program is the build's first process.
pub const INIT_VERB: &str = "__init";
pub(crate) const OUTER: &str = "outer";
const INNER: &str = "inner";

/// The exit code where nothing could be set up; the file tells it from the script's own.
const NOT_SET_UP: i32 = 125;

/// How long what is left of a build may take to end by itself: the script's log writer empties its pipe
/// then. After the first, what still runs in the build root is killed; after the second, everything.
const LEFT_ALONE: Duration = Duration::from_millis(500);
const LEFT_OVER: Duration = Duration::from_secs(5);

/// How the script ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With an exit code.
    Exited(u8),
    /// By a signal.
    Killed(i32),
}

fn end_file(scratch: &Path) -> PathBuf {
    scratch.join("build.end")
}

/// Removes what an earlier run left in the folder.
pub(crate) fn forget_end(scratch: &Path) -> io::Result<()> {
    match fs::remove_file(end_file(scratch)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// How the script ended, or why it was not started; `None` where its first process could not say.
pub(crate) fn read_end(scratch: &Path) -> io::Result<Option<Result<End, String>>> {
    let text = match fs::read_to_string(end_file(scratch)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    Ok(parse_end(&text))
}

fn parse_end(text: &str) -> Option<Result<End, String>> {
    match text.split_once(' ')? {
        ("exited", code) => Some(Ok(End::Exited(code.parse().ok()?))),
        ("killed", signal) => Some(Ok(End::Killed(signal.parse().ok()?))),
        ("not-set-up", why) => Some(Err(why.to_owned())),
        _ => None,
    }
}

/// The whole life of the build's first processes. Call it first thing in `main` when the first argument is
/// [`INIT_VERB`], with the arguments after it.
pub fn init_main(args: &[OsString]) -> ! {
    let [stage, scratch, command @ ..] = args else { std::process::exit(NOT_SET_UP) };
    let scratch = Path::new(scratch);
    let done = if stage == OUTER { outer(scratch, command) } else { inner(scratch, command) };
    let code = done.unwrap_or_else(|why| {
        // Without the file, the caller reports the process as lost.
        let _ = fs::write(end_file(scratch), format!("not-set-up {why}"));
        NOT_SET_UP
    });
    std::process::exit(code)
}

fn outer(scratch: &Path, command: &[OsString]) -> Result<i32, String> {
    die_with_parent()?;
    let mut signals = signals()?;
    own_namespaces().map_err(|e| format!("unshare: {e}"))?;
    let mut child = Command::new("/proc/self/exe")
        .arg0("skink")
        .args([INIT_VERB, INNER])
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

fn inner(scratch: &Path, command: &[OsString]) -> Result<i32, String> {
    die_with_parent()?;
    let mut signals = signals()?;
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).map_err(|e| format!("making mounts private: {e}"))?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", "/proc", "proc", flags, None).map_err(|e| format!("mounting /proc: {e}"))?;
    Wrapper::paths(scratch).mount().map_err(|e| format!("wrapping systemd-nspawn: {e}"))?;

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
    let (text, code) = match end {
        End::Exited(code) => (format!("exited {code}"), i32::from(code)),
        End::Killed(signal) => (format!("killed {signal}"), 128 + signal),
    };
    fs::write(end_file(scratch), text).map_err(|e| format!("noting the end: {e}"))?;
    Ok(code)
}

fn own_namespaces() -> rustix::io::Result<()> {
    // Deprecated because other flags could take descriptors away from other threads; there are none here.
    #[expect(deprecated, reason = "the replacement is unsafe for flags that are not used here")]
    rustix::thread::unshare(UnshareFlags::NEWPID | UnshareFlags::NEWNS)
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

struct Reaped {
    /// The end of the process that was asked for.
    end: Option<End>,
    /// Whether there are processes left.
    left: bool,
}

/// Reaps all that have ended.
fn reap(wanted: Option<Pid>) -> Reaped {
    let mut end = None;
    loop {
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) if Some(pid) == wanted => end = end_of(status),
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
            Ok(None) => return Reaped { end, left: true },
            Err(_) => return Reaped { end, left: false },
        }
    }
}

fn end_of(status: WaitStatus) -> Option<End> {
    let exited = status.exit_status().and_then(|code| u8::try_from(code).ok()).map(End::Exited);
    exited.or_else(|| status.terminating_signal().map(End::Killed))
}

/// Lets the script's log writer come to its end; what a recipe left running would hold it up.
fn wait_for_the_rest() {
    let start = Instant::now();
    // Most are gone at once.
    let mut pause = Duration::from_micros(250);
    while reap(None).left && start.elapsed() < LEFT_OVER {
        if start.elapsed() > LEFT_ALONE {
            kill_in_build_roots();
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// Kills what runs with a root folder other than ours.
fn kill_in_build_roots() {
    let Ok(processes) = fs::read_dir("/proc") else { return };
    for process in processes.filter_map(Result::ok) {
        let pid = process.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
        let root = fs::read_link(process.path().join("root"));
        if let (Some(pid), Ok(root)) = (pid, root)
            && root != Path::new("/")
        {
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_read_back() {
        let rows = [
            ("exited 137", Some(Ok(End::Exited(137)))),
            ("killed 9", Some(Ok(End::Killed(9)))),
            ("not-set-up unshare: no", Some(Err("unshare: no".to_owned()))),
            ("exited 256", None),
            ("exited", None),
            ("", None),
        ];
        for (text, want) in rows {
            assert_eq!(parse_end(text), want, "{text}");
        }
    }
}
