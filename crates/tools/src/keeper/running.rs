//! The processes of one run.

use super::bounds::Bounds;
use super::{Keeper, Way};
use crate::process::End;
use crate::{ToolsError, builder, starter};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use skink_job::{LimitKind, SafeText};
use skink_protocol::{ExitStatus, Stream};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// How long bubblewrap may take to build a root, and a killed process to die.
const PATIENCE: Duration = Duration::from_secs(10);

/// The clock is looked at so often: another run of the call may have begun to spend the same time.
const TICK: Duration = Duration::from_millis(100);

/// The scratch folder is measured so often, and a slow measurement ten times less often than it takes.
const MEASURE: Duration = Duration::from_millis(250);

/// The end of a run, and what could not be cleaned up.
pub(super) type Ended = (End, Option<String>);

/// A run whose tool has got its order.
pub(super) struct Running {
    /// bubblewrap outside of the namespaces.
    monitor: Child,
    monitor_fd: OwnedFd,
    /// Pid 1 of the namespace.
    init_fd: Option<OwnedFd>,
    socket: UnixStream,
    /// Standard output and standard error until their ends.
    streams: Vec<(Stream, OwnedFd)>,
    bounds: Bounds,
}

impl Running {
    /// Starts bubblewrap, waits for the starter and gives it the order.
    pub(super) fn start(keeper: &Keeper) -> Result<Self, Ended> {
        let system = |what| move |e: io::Error| (End::Failed(ToolsError::system(what)(e).to_string()), None);
        let (socket, theirs) = UnixStream::pair().map_err(system("make a socket"))?;
        let mut command = match &keeper.way {
            Way::Plain { root } => keeper.launcher.command(root),
            Way::Builder { arguments } => keeper.launcher.builder(arguments),
        };
        let bounds = Bounds::new(keeper);
        command.stdin(OwnedFd::from(theirs)).stdout(Stdio::piped()).stderr(Stdio::piped());
        let spawned = command.spawn();
        // Holds the tool's end of the socket.
        drop(command);
        let mut monitor = spawned.map_err(|e| (keeper.no_bubblewrap(e), None))?;
        bounds.take_early(monitor.id());
        let monitor_fd = match pidfd(monitor.id()) {
            Ok(fd) => fd,
            Err(e) => {
                let _ = monitor.kill().and_then(|()| monitor.wait());
                return Err(system("watch bubblewrap")(e));
            }
        };
        let stdout = monitor.stdout.take().map(|s| (Stream::Stdout, OwnedFd::from(s)));
        let stderr = monitor.stderr.take().map(|s| (Stream::Stderr, OwnedFd::from(s)));
        let streams = stdout.into_iter().chain(stderr).collect();
        let mut running = Self { monitor, monitor_fd, init_fd: None, socket, streams, bounds };
        match running.map_ids(keeper).and_then(|()| running.give_order(keeper)) {
            Ok(()) => Ok(running),
            Err(e) => Err(running.fail_to_start(keeper, &e)),
        }
    }

    /// A builder waits for that.
    fn map_ids(&self, keeper: &Keeper) -> io::Result<()> {
        match &keeper.way {
            Way::Plain { .. } => Ok(()),
            Way::Builder { .. } => skink_walls::map_ids(self.monitor.id(), &builder::ids(), &self.socket)
                .map_err(io::Error::other),
        }
    }

    fn give_order(&mut self, keeper: &Keeper) -> io::Result<()> {
        // Above zero, which would mean to wait for ever.
        let patience = keeper.account.left(Instant::now()).unwrap_or_default();
        let patience = patience.clamp(Duration::from_millis(1), PATIENCE);
        self.socket.set_read_timeout(Some(patience))?;
        self.socket.set_write_timeout(Some(patience))?;
        let mut ready = [0];
        self.socket.read_exact(&mut ready)?;
        if ready != [starter::READY] {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not the starter that runs"));
        }
        // The starter waits, so pid 1 lives: neither's number can have passed to somebody else.
        let init = only_child(self.monitor.id())?;
        self.init_fd = Some(pidfd(init)?);
        self.bounds.take(init, only_child(init)?)?;
        await_rest(init, Instant::now() + patience)?;
        self.socket.write_all(&keeper.order)
    }

    fn fail_to_start(mut self, keeper: &Keeper, error: &io::Error) -> Ended {
        let limit = keeper.account.left(Instant::now()).err();
        // One that is not through yet has no pid 1, or one that ends with our end of the socket.
        if self.init_fd.is_none() {
            self.init_fd = only_child(self.monitor.id()).and_then(pidfd).ok();
        }
        self.kill();
        let left_behind = self.await_death();
        let mut said = Vec::new();
        self.drain(|stream, bytes| {
            if stream == Stream::Stderr && said.len() < 4096 {
                said.extend_from_slice(bytes);
            }
        });
        let said = SafeText::line_from_bytes(said.trim_ascii()).truncated(1000);
        let limit = limit.or(self.bounds.was_over().then_some(LimitKind::ToolMemory));
        let left_behind = left_behind.or(self.bounds.end(keeper));
        let end = match limit {
            Some(kind) => keeper.limit(kind),
            None if said.is_empty() => keeper.failed(error.to_string()),
            None => keeper.failed(said.to_string()),
        };
        (end, left_behind)
    }

    /// Pumps and watches until the run has ended and nothing of it lives.
    pub(super) fn until_end(mut self, keeper: &Keeper) -> Ended {
        let stopped = self.pump(keeper);
        self.kill();
        let left_behind = self.await_death();
        self.drain(|stream, bytes| keeper.shared.push(stream, bytes));
        let over = self.bounds.was_over();
        let end = match stopped {
            Some(end) => end,
            None if over => keeper.limit(LimitKind::ToolMemory),
            None => match self.starters_error() {
                Some(why) => End::Failed(format!("tool {}: {why}", keeper.tool)),
                None => self.exit_status(),
            },
        };
        // Only now bubblewrap is reaped.
        (end, left_behind.or(self.bounds.end(keeper)))
    }

    /// Gives the reason to kill the tool, or none once it has ended by itself.
    fn pump(&mut self, keeper: &Keeper) -> Option<End> {
        let mut measure_at = Instant::now() + MEASURE;
        loop {
            if keeper.shared.must_die() || keeper.account.is_ended() {
                return Some(End::Killed);
            }
            let now = Instant::now();
            let left = match keeper.account.left(now) {
                Ok(left) => left,
                Err(kind) => return Some(keeper.limit(kind)),
            };
            if self.bounds.look(keeper, now) {
                return Some(keeper.limit(LimitKind::ToolMemory));
            }
            if now >= measure_at {
                let limit = keeper.account.scratch_bytes.0;
                // What cannot be measured now is measured when it is removed.
                if keeper.folder.measure(limit, now + left).is_ok_and(|bytes| bytes > limit) {
                    return Some(keeper.limit(LimitKind::ScratchBytes));
                }
                measure_at = Instant::now() + MEASURE.max(now.elapsed() * 10);
            }
            if self.pump_once(keeper, left.min(TICK).min(self.bounds.rest(now))) {
                return None;
            }
        }
    }

    /// Waits for output, the end or a wake-up; true once bubblewrap has ended.
    fn pump_once(&mut self, keeper: &Keeper, wait: Duration) -> bool {
        let full = |stream: Stream| keeper.shared.is_full(stream);
        let ours = [self.monitor_fd.as_fd(), keeper.shared.wake_fd()].into_iter();
        let streams = self.streams.iter().filter(|(s, _)| !full(*s)).map(|(_, fd)| fd.as_fd());
        let mut fds: Vec<PollFd<'_>> =
            ours.chain(streams).map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
        if poll(&mut fds, Some(&timespec(wait))).is_err() {
            return false;
        }
        let mut ready = fds.iter().map(|fd| !fd.revents().is_empty());
        let (ended, woken) = (ready.next() == Some(true), ready.next() == Some(true));
        if woken {
            keeper.shared.woken();
        }
        self.streams.retain(|(stream, fd)| {
            full(*stream)
                || !wait_readable(fd.as_fd(), Instant::now())
                || read_some(fd, |bytes| keeper.shared.push(*stream, bytes))
        });
        ended
    }

    fn kill(&mut self) {
        // Pid 1 first: with it goes its whole namespace.
        if let Some(init) = &self.init_fd {
            let _ = pidfd_send_signal(init, Signal::KILL);
        }
        let _ = pidfd_send_signal(&self.monitor_fd, Signal::KILL);
    }

    /// Waits until bubblewrap and every process of the namespace are gone; says what is not.
    fn await_death(&self) -> Option<String> {
        let until = Instant::now() + PATIENCE;
        let all = [Some(&self.monitor_fd), self.init_fd.as_ref()];
        let alive = all.into_iter().flatten().any(|fd| !wait_readable(fd.as_fd(), until));
        alive.then(|| format!("a process of a tool (bubblewrap's pid {}) does not die", self.monitor.id()))
    }

    /// Reads what is left in the pipes. Their writers are dead, so this ends.
    fn drain(&mut self, mut take: impl FnMut(Stream, &[u8])) {
        for (stream, fd) in self.streams.drain(..) {
            while wait_readable(fd.as_fd(), Instant::now()) && read_some(&fd, |bytes| take(stream, bytes)) {}
        }
    }

    /// Why the starter could not become the tool.
    fn starters_error(&mut self) -> Option<String> {
        self.socket.set_nonblocking(true).ok()?;
        let mut said = [0; 1000];
        let n = self.socket.read(&mut said).ok().filter(|n| *n > 0)?;
        Some(SafeText::line_from_bytes(said.get(..n)?).to_string())
    }

    /// bubblewrap tells death by a signal as a shell does, by 128 and the signal's number.
    fn exit_status(&mut self) -> End {
        let status = match self.monitor.try_wait() {
            Ok(Some(status)) => status,
            Ok(None) => return End::Killed,
            Err(e) => return End::Failed(ToolsError::system("wait for bubblewrap")(e).to_string()),
        };
        End::Exited(match (status.code(), status.signal()) {
            (Some(code @ 129..=192), _) => ExitStatus::Signal(code - 128),
            (Some(code), _) => ExitStatus::Code(code),
            (None, signal) => ExitStatus::Signal(signal.unwrap_or_default()),
        })
    }
}

impl Drop for Running {
    /// Reaps bubblewrap on every way out. One that does not die is left: it must not hang the call.
    fn drop(&mut self) {
        let _ = self.monitor.try_wait();
    }
}

/// bubblewrap's only child is pid 1 of the namespace, whose only child is the starter.
fn only_child(pid: u32) -> io::Result<u32> {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    let child = children.split_whitespace().next().and_then(|n| n.parse().ok());
    child.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "a process of the root is not there"))
}

/// Waits until pid 1 of the namespace sleeps in its wait for children. Only then has it asked for its death
/// signal: it does so after it has made the starter's process, which on a busy machine runs first.
fn await_rest(init: u32, until: Instant) -> io::Result<()> {
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{init}/stat"))?;
        // The state follows the name, which stands in parentheses.
        if stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('S')) {
            return Ok(());
        }
        if Instant::now() >= until {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "pid 1 of the root does not come to rest"));
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn pidfd(pid: u32) -> io::Result<OwnedFd> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

fn timespec(wait: Duration) -> Timespec {
    Timespec { tv_sec: wait.as_secs().try_into().unwrap_or(i64::MAX), tv_nsec: wait.subsec_nanos().into() }
}

/// Whether the descriptor is or becomes readable until then.
fn wait_readable(fd: BorrowedFd<'_>, until: Instant) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::IN)];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match poll(&mut fds, Some(&timespec(left))) {
            Ok(0) if left.is_zero() => return false,
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return true,
            Err(_) => return false,
        }
    }
}

/// Reads once; false at the end of the stream.
fn read_some(fd: &OwnedFd, take: impl FnOnce(&[u8])) -> bool {
    let mut buffer = [0; 64 << 10];
    match rustix::io::read(fd, &mut buffer) {
        Ok(0) => false,
        Ok(n) => {
            take(buffer.get(..n).unwrap_or_default());
            true
        }
        Err(e) => e == rustix::io::Errno::INTR,
    }
}
