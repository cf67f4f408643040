//! A running child, from the parent's side.

use crate::slot::Slot;
use crate::spawn::Made;
use crate::tail::Tail;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Signal, WaitId, WaitIdOptions, pidfd_send_signal, waitid};
use skink_job::SafeText;
use skink_protocol::{Channel, ExitStatus};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Instant;

/// A walled child. Dropped, it is killed and reaped: with it ends every process it could have started, for it
/// is pid 1 of its pid namespace.
#[derive(Debug)]
pub struct Child {
    /// The parent's end of the socket.
    pub channel: Channel,
    process: Process,
}

/// How a child ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildEnd {
    /// Its exit code, or the signal that ended it. As pid 1 of its namespace it dies of no signal that it
    /// sends itself, so an `abort()` shows as the fault that follows it: `SIGSEGV`, or `SIGTRAP` on aarch64.
    /// `None` if something else in this process has waited for it.
    pub status: Option<ExitStatus>,
    /// Whether it still ran at the deadline, and was killed.
    pub timed_out: bool,
    /// The first 64 KiB that it wrote to its standard error.
    pub stderr: SafeText,
}

impl Child {
    /// Takes over a child that was made.
    pub(crate) fn new(channel: Channel, made: Made, tail: Tail, slot: Option<Slot>) -> Self {
        let process = Process { pid: made.pid, pidfd: made.pidfd, tail, slot, reaped: false };
        Self { channel, process }
    }

    /// Its process id, as this process sees it.
    pub fn pid(&self) -> u32 {
        self.process.pid
    }

    /// Uid and gid that own what the child may write; `None` where that is the caller (user namespace).
    pub fn owner(&self) -> Option<(u32, u32)> {
        self.process.slot.as_ref().map(|slot| (slot.uid(), slot.uid()))
    }

    /// Kills the child. It is still to be waited for. Does nothing if it has ended.
    pub fn kill(&self) {
        self.process.kill();
    }

    /// Something to kill the child with from elsewhere, also after it has ended.
    ///
    /// # Errors
    /// There is no descriptor left.
    pub fn killer(&self) -> std::io::Result<Killer> {
        self.process.pidfd.try_clone().map(Killer)
    }

    /// Closes the socket and waits for the child's end; kills it at `deadline`.
    pub fn wait(self, deadline: Instant) -> ChildEnd {
        let Self { channel, mut process } = self;
        drop(channel);
        let timed_out = !process.ends_before(deadline);
        if timed_out {
            process.kill();
        }
        let status = process.reap();
        let stderr = process.tail.read();
        ChildEnd { status, timed_out, stderr }
    }
}

/// Kills one child.
#[derive(Debug)]
pub struct Killer(OwnedFd);

impl Killer {
    /// Kills the child. Does nothing if it has ended.
    pub fn kill(&self) {
        // Fails only if the process has ended.
        let _ = pidfd_send_signal(&self.0, Signal::KILL);
    }
}

impl AsFd for Child {
    /// The pidfd: readable when the child has ended.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.process.pidfd.as_fd()
    }
}

/// The process itself, reaped at the latest when dropped.
#[derive(Debug)]
struct Process {
    pid: u32,
    pidfd: OwnedFd,
    tail: Tail,
    /// Given back after the process is reaped: fields are dropped after `drop`.
    slot: Option<Slot>,
    reaped: bool,
}

impl Process {
    fn kill(&self) {
        // Fails only if the process has ended.
        let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
    }

    fn ends_before(&self, deadline: Instant) -> bool {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).unwrap_or(Timespec { tv_sec: i64::MAX, tv_nsec: 0 });
            match poll(&mut [PollFd::new(&self.pidfd, PollFlags::IN)], Some(&left)) {
                Ok(0) => return false,
                Ok(_) => return true,
                Err(Errno::INTR) => {}
                // Cannot happen with one valid descriptor; killing is the safe answer.
                Err(_) => return false,
            }
        }
    }

    fn reap(&mut self) -> Option<ExitStatus> {
        self.reaped = true;
        loop {
            match waitid(WaitId::PidFd(self.pidfd.as_fd()), WaitIdOptions::EXITED) {
                Ok(status) => {
                    let status = status?;
                    let code = status.exit_status().map(ExitStatus::Code);
                    return code.or_else(|| status.terminating_signal().map(ExitStatus::Signal));
                }
                Err(Errno::INTR) => {}
                Err(_) => return None,
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.reaped {
            self.kill();
            self.reap();
        }
    }
}
