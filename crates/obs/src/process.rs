//! Runs the real `build` and copies its lines.
//!
//! Invariant: when [`BuildProcess::run`] returns, or when this process ends in whatever way, no process and
//! no mount of the build is left.

use crate::emulation::{Emulation, Prepared};
use crate::init::{Around, End, INIT_VERB};
use crate::kill_file::KillFile;
use crate::nspawn::Wrapper;
use crate::{Environment, RealBuild, ScratchFolder, init};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};
use skink_job::BuildEnd;
use skink_walls::{IdMap, map_ids};
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, PipeReader};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread::JoinHandle;

/// The longest line that is kept whole, in bytes. A longer one arrives in pieces of this length.
const LONGEST_LINE: usize = 64 << 10;

/// Where the lines of `build` go.
pub trait LineSink {
    /// Takes one line as `build` wrote it, with its time stamp and without its line feed.
    fn line(&mut self, line: &[u8]);
}

/// Why `build` could not be run at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessError {
    /// Its first process could not be started.
    #[error("cannot start {program} for the build: {source}")]
    Start {
        /// The program that was to be started.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Its namespaces could not be made.
    #[error("cannot set up the build's own namespaces: {what}; building needs root")]
    SetUp {
        /// Which step failed, and why.
        what: String,
    },
    /// Its lines or its end could not be read.
    #[error("cannot follow the build: {0}")]
    Follow(#[from] io::Error),
    /// Its first process ended without a word.
    #[error("the build's first process was lost ({0}); the build ended with it")]
    Lost(ExitStatus),
}

/// How `build` ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildExit {
    end: End,
    forwarded: Option<i32>,
}

impl BuildExit {
    /// The exit code to hand over; 128 and the signal's number where a signal ended the script.
    pub fn code(&self) -> u8 {
        match self.end {
            End::Exited(code) => code,
            End::Killed(signal) => u8::try_from(signal.saturating_add(128)).unwrap_or(u8::MAX),
        }
    }

    /// The signal that ended the script.
    pub fn signal(&self) -> Option<i32> {
        match self.end {
            End::Exited(_) => None,
            End::Killed(signal) => Some(signal),
        }
    }

    /// The last signal that we were sent and handed on while it ran.
    pub fn forwarded(&self) -> Option<i32> {
        self.forwarded
    }

    /// What that means for the job.
    pub fn build_end(&self) -> BuildEnd {
        match self.end {
            End::Exited(0) => BuildEnd::Succeeded,
            End::Exited(2) => BuildEnd::Unchanged,
            End::Exited(3 | 4 | 9) => BuildEnd::HandedThrough,
            End::Exited(_) | End::Killed(_) => BuildEnd::Failed,
        }
    }
}

/// One run of the real `build`.
///
/// The script's standard input is `/dev/null`: it asks only whether to go on with a build root that an
/// earlier build left unfinished, and at the end of input it answers itself with no and exits with 1;
/// `--clean` is the way out. Its standard error goes the same way as its output, so that lines keep their
/// order.
#[derive(Debug)]
pub struct BuildProcess<'a> {
    /// The real `build`.
    pub build: &'a RealBuild,
    /// Its arguments, as [`crate::rewrite`] gave them.
    pub args: &'a [OsString],
    /// The caller's environment; the script gets a clean one made of it.
    pub environment: &'a Environment,
    /// The folder that relative paths start from.
    pub cwd: &'a Path,
    /// The same folder that was given to [`crate::rewrite`].
    pub scratch: &'a ScratchFolder,
    /// The log that the caller keeps, as the script's own line about it should name it.
    pub log: Option<&'a Path>,
    /// The build root.
    pub root: &'a Path,
    /// Options for systemd-nspawn, where the build happens in one.
    pub nspawn: Option<&'a [String]>,
    /// Programs of other architectures that are to run in it; for a build in a chroot only.
    pub emulation: Option<Emulation<'a>>,
}

/// A child, and what must be held until it has ended: its closing tells the child that we are gone.
struct Started {
    reader: PipeReader,
    child: Child,
    lifeline: Option<OwnedFd>,
}

impl BuildProcess<'_> {
    /// Runs it to its end. SIGTERM, SIGINT, SIGHUP and SIGQUIT to this process go to the script's process
    /// group meanwhile. Afterwards they have no effect unless the caller has a handler of its own.
    ///
    /// The program must call [`crate::init_main`] when its first argument is [`crate::INIT_VERB`]. The
    /// thread that calls this must not end before it returns, which it cannot.
    ///
    /// `pending` tells of a signal that came before this call, and is asked once when later ones are handed on.
    ///
    /// # Errors
    /// Where the script could not be run; how it ended is no error.
    pub fn run(
        &self,
        sink: &mut dyn LineSink,
        pending: &dyn Fn() -> Option<i32>,
    ) -> Result<BuildExit, ProcessError> {
        let mut kill_file = None;
        if let Some(options) = self.nspawn {
            Wrapper::write(self.scratch, options)?;
            kill_file = Some(KillFile::in_root(self.root)?);
        }
        init::forget_end(self.scratch.path())?;
        // Until the build has ended.
        let _prepared = self
            .emulation
            .map(|emulation| Prepared::make(&emulation, self.root, self.scratch))
            .transpose()?;
        let Started { reader, mut child, lifeline } = self.start()?;
        let forwarder = match Forwarder::start(&child) {
            Ok(forwarder) => forwarder,
            Err(e) => {
                child.kill()?;
                child.wait()?;
                return Err(e.into());
            }
        };
        if let Some(signal) = pending() {
            forwarder.hand_on(signal);
        }
        let watch = match kill_file.map(|file| file.watch(kill(&child))).transpose() {
            Ok(watch) => watch,
            Err(e) => {
                child.kill()?;
                child.wait()?;
                return Err(e.into());
            }
        };
        let copied = self.copy_lines(reader, sink);
        let forwarded = forwarder.stop();
        let killed = watch.is_some_and(|mut watch| watch.stop());
        if copied.is_err() {
            child.kill()?;
        }
        let status = child.wait()?;
        drop(lifeline);
        copied?;
        if killed {
            // What the script itself exits with when it is killed.
            return Ok(BuildExit { end: End::Exited(1), forwarded });
        }
        match init::read_end(self.scratch.path())? {
            Some(Ok(end)) => Ok(BuildExit { end, forwarded }),
            Some(Err(what)) => Err(ProcessError::SetUp { what }),
            None => Err(ProcessError::Lost(status)),
        }
    }

    fn start(&self) -> Result<Started, ProcessError> {
        let (reader, writer) = io::pipe()?;
        let around = if self.emulation.is_some() { Around::User } else { Around::Host };
        let (line, stdin) = match around {
            Around::Host => (None, Stdio::piped()),
            Around::User => {
                let (ours, theirs) = UnixStream::pair()?;
                (Some(ours), Stdio::from(OwnedFd::from(theirs)))
            }
        };
        // Our own program, even where its file has been replaced meanwhile.
        let program = PathBuf::from("/proc/self/exe");
        let spawned = Command::new(&program)
            .arg0("skink")
            .args([INIT_VERB, init::OUTER, around.as_str()])
            .arg(self.scratch.path())
            .arg(self.build.script())
            .args(self.args)
            .env_clear()
            .envs(self.environment.for_build(self.build.dir().as_os_str()))
            .current_dir(self.cwd)
            .stdin(stdin)
            .stdout(writer.try_clone()?)
            .stderr(writer)
            // Signals of a terminal reach us alone, and the script through us.
            .process_group(0)
            .spawn();
        let mut child = spawned.map_err(|source| ProcessError::Start { program, source })?;
        let Some(line) = line else {
            let lifeline = child.stdin.take().map(OwnedFd::from);
            return Ok(Started { reader, child, lifeline });
        };
        let mapped = IdMap::identity().and_then(|map| map_ids(child.id(), &map, &line));
        let lifeline = Some(line.into());
        // A child that is gone has said why.
        match mapped {
            Err(error) if child.try_wait()?.is_none() => {
                child.kill()?;
                child.wait()?;
                Err(ProcessError::SetUp { what: error.to_string() })
            }
            Ok(()) | Err(_) => Ok(Started { reader, child, lifeline }),
        }
    }

    fn copy_lines(&self, reader: PipeReader, sink: &mut dyn LineSink) -> io::Result<()> {
        let own = format!("logging output to {}...", self.scratch.join(crate::rewrite::LOG_NAME).display());
        for_each_line(BufReader::new(reader), &mut |line| match self.log {
            Some(log) if line == own.as_bytes() => {
                sink.line(format!("logging output to {}...", log.display()).as_bytes());
            }
            None if line == own.as_bytes() => {}
            Some(_) | None => sink.line(line),
        })
    }
}

/// Takes one line after the other, without their line feeds. A long one comes in pieces of 64 KiB.
pub fn for_each_line(mut reader: impl BufRead, take: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            break;
        }
        let room = chunk.get(..LONGEST_LINE - line.len()).unwrap_or(chunk);
        let (used, ended) = match room.iter().position(|b| *b == b'\n') {
            Some(at) => (at, true),
            None => (room.len(), false),
        };
        line.extend_from_slice(room.get(..used).unwrap_or_default());
        reader.consume(used + usize::from(ended));
        if ended || line.len() >= LONGEST_LINE {
            take(&line);
            line.clear();
        }
    }
    if !line.is_empty() {
        take(&line);
    }
    Ok(())
}

/// The signals that end a job: those of a terminal and of `kill`, but for those that this program was started to
/// ignore, as `nohup` does with SIGHUP.
pub fn signals_that_end() -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    let is_ignored = |signal: &i32| ignored >> (signal - 1) & 1 == 1;
    [SIGTERM, SIGINT, SIGHUP, SIGQUIT].into_iter().filter(|signal| !is_ignored(signal)).collect()
}

/// Kills the build's first process, and all of the build with it.
fn kill(child: &Child) -> impl FnOnce() -> bool + Send + 'static {
    let first = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    move || first.is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok())
}

/// Hands signals on to the build's first process.
struct Forwarder {
    handle: Handle,
    thread: JoinHandle<()>,
    to: Arc<To>,
}

/// The process that signals are handed on to, and the last of them.
struct To {
    pid: Option<Pid>,
    last: AtomicI32,
}

impl To {
    fn hand_on(&self, raw: i32) {
        self.last.store(raw, Ordering::Relaxed);
        if let (Some(pid), Some(signal)) = (self.pid, Signal::from_named_raw(raw)) {
            // It may have ended already.
            let _ = kill_process(pid, signal);
        }
    }
}

impl Forwarder {
    fn start(child: &Child) -> io::Result<Self> {
        let mut signals = Signals::new(signals_that_end())?;
        let handle = signals.handle();
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let to = Arc::new(To { pid, last: AtomicI32::new(0) });
        let target = Arc::clone(&to);
        let hand_on = move || signals.forever().for_each(|raw| target.hand_on(raw));
        let thread = std::thread::Builder::new().name("forwarder".to_owned()).spawn(hand_on)?;
        Ok(Self { handle, thread, to })
    }

    fn hand_on(&self, signal: i32) {
        self.to.hand_on(signal);
    }

    /// Stops and tells the last signal.
    fn stop(self) -> Option<i32> {
        self.handle.close();
        let _ = self.thread.join();
        Some(self.to.last.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_and_bounded() {
        let long = "x".repeat(LONGEST_LINE + 3);
        let text = format!("a\n\nb\r\n{long}\nlast");
        let mut lines = Vec::new();
        let reader = BufReader::with_capacity(7, text.as_bytes());
        for_each_line(reader, &mut |line| lines.push(String::from_utf8(line.to_vec()).unwrap())).unwrap();
        let shown: Vec<&str> = lines.iter().map(|line| line.get(..6).unwrap_or(line)).collect();
        assert_eq!(shown, ["a", "", "b\r", "xxxxxx", "xxx", "last"]);
        assert_eq!(lines.get(3).map(String::len), Some(LONGEST_LINE));
    }

    #[test]
    fn what_an_end_means() {
        let rows = [
            (End::Exited(0), 0, BuildEnd::Succeeded),
            (End::Exited(1), 1, BuildEnd::Failed),
            (End::Exited(2), 2, BuildEnd::Unchanged),
            (End::Exited(3), 3, BuildEnd::HandedThrough),
            (End::Exited(4), 4, BuildEnd::HandedThrough),
            (End::Exited(9), 9, BuildEnd::HandedThrough),
            (End::Exited(137), 137, BuildEnd::Failed),
            (End::Killed(9), 137, BuildEnd::Failed),
            (End::Killed(15), 143, BuildEnd::Failed),
        ];
        for (end, code, meaning) in rows {
            let exit = BuildExit { end, forwarded: None };
            assert_eq!((exit.code(), exit.build_end()), (code, meaning));
        }
    }
}
