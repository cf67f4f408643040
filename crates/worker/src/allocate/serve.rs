//! The server that a dispatcher asks: one line in, one line out.
//!
//! Invariants: a client that says nothing, too much or nonsense costs itself its answer and nobody else anything;
//! after a signal no process, thread or socket is left.

use super::asked::{Asked, MAX_REQUEST};
use super::combine::{Heard, Side};
use super::{Allocator, Said, Socket};
use crate::Host;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;
use skink_job::{HookName, SafeText};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::Scope;
use std::time::{Duration, Instant};

/// Connections at once. One more is closed without an answer.
const MAX_CONNECTIONS: usize = 64;
/// How long a client may keep a connection without a whole request.
const IDLE: Duration = Duration::from_secs(30);
/// How long a client may take to read its answer.
const TAKE: Duration = Duration::from_secs(5);

/// What the server answers with.
pub struct Service<'a> {
    /// The hooks.
    pub allocator: &'a Allocator<'a>,
    /// When an answer must be there, counted from the request.
    pub within: Duration,
    /// Is told, in one line each, of hooks that stop or begin to answer.
    pub tell: &'a (dyn Fn(&SafeText) + Sync),
}

impl std::fmt::Debug for Service<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("within", &self.within).finish_non_exhaustive()
    }
}

/// Answers until a signal comes.
///
/// # Errors
/// The server could not begin; of a single connection nothing is an error.
pub fn serve(host: &Host, socket: &Socket, service: &Service<'_>) -> io::Result<()> {
    let stop = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
    let bell = stop.try_clone()?;
    let _watch = host.interrupts.watch(move || ring(&bell));
    let server = Server { service, stop, open: AtomicUsize::new(0), broken: Mutex::default() };
    std::thread::scope(|scope| server.accept(scope, socket))
}

/// Makes the descriptor readable, for all who wait and for good.
fn ring(bell: &OwnedFd) {
    let _ = rustix::io::write(bell, &1_u64.to_ne_bytes());
}

struct Server<'a> {
    service: &'a Service<'a>,
    /// Readable once the server is to end.
    stop: OwnedFd,
    open: AtomicUsize,
    /// How each hook that gives no answer was last said to be broken.
    broken: Mutex<BTreeMap<HookName, &'static str>>,
}

impl Server<'_> {
    fn accept<'s>(&'s self, scope: &'s Scope<'s, '_>, socket: &Socket) -> io::Result<()> {
        let listener = socket.listener();
        while wait(listener.as_fd(), PollFlags::IN, self.stop.as_fd(), None)? == Woken::Ready {
            let stream = match listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Also a client that is gone already. Where descriptors are short, some come back soon.
                    tracing::debug!(%error, "no connection");
                    std::thread::sleep(Duration::from_millis(5));
                    continue;
                }
            };
            if self.open.fetch_add(1, Ordering::Relaxed) >= MAX_CONNECTIONS {
                self.open.fetch_sub(1, Ordering::Relaxed);
                continue;
            }
            scope.spawn(move || {
                if let Err(error) = self.converse(stream) {
                    tracing::debug!(%error, "a connection broke off");
                }
                self.open.fetch_sub(1, Ordering::Relaxed);
            });
        }
        Ok(())
    }

    /// Answers one client, line by line, until it closes or the server ends.
    fn converse(&self, mut stream: UnixStream) -> io::Result<()> {
        stream.set_nonblocking(true)?;
        let mut pending = Vec::new();
        while let Some(line) = self.line(&mut stream, &mut pending)? {
            let answer = match line {
                Ok(line) => self.answer(&line),
                Err(too_long) => {
                    self.send(&mut stream, &too_long)?;
                    return Ok(());
                }
            };
            self.send(&mut stream, &answer)?;
        }
        Ok(())
    }

    fn answer(&self, line: &[u8]) -> String {
        let Service { allocator, within, .. } = self.service;
        match Asked::parse(line) {
            Ok(asked) => {
                let verdict = allocator.ask(&asked, Side::Dispatcher, *within);
                verdict.heard.iter().for_each(|heard| self.note(heard));
                format!("{verdict}\n")
            }
            Err(error) => format!("error {}\n", SafeText::line(&error.to_string()).truncated(300)),
        }
    }

    /// Tells of a hook that is newly broken, or well again; not of each call, of which there are many.
    fn note(&self, heard: &Heard) {
        let Heard { hook, on_failure, said } = heard;
        let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        let line = match said {
            Said::Answer(_) => broken.remove(hook).map(|_| format!("the hook {hook} answers again")),
            Said::Broken(outcome) => {
                let word = outcome.word();
                let before = broken.insert(hook.clone(), word);
                let detail = outcome.detail();
                (before != Some(word)).then(|| {
                    format!("the hook {hook} gave no answer, which counts as {on_failure}: {word}: {detail}")
                })
            }
        };
        drop(broken);
        if let Some(line) = line {
            (self.service.tell)(&SafeText::line(&line).truncated(1000));
        }
    }

    /// The next request without its line feed; `None` where there is none any more. The inner error is the answer to
    /// a request that is too long.
    fn line(
        &self,
        stream: &mut UnixStream,
        pending: &mut Vec<u8>,
    ) -> io::Result<Option<Result<Vec<u8>, String>>> {
        let deadline = Instant::now() + IDLE;
        let mut chunk = [0_u8; 16 << 10];
        loop {
            if let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                let rest = pending.split_off(end + 1);
                let mut line = std::mem::replace(pending, rest);
                line.truncate(end);
                return Ok(Some(Ok(line)));
            }
            if pending.len() > MAX_REQUEST {
                return Ok(Some(Err(format!("error the request has more than {MAX_REQUEST} bytes\n"))));
            }
            match stream.read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(read) => pending.extend_from_slice(chunk.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    match wait(stream.as_fd(), PollFlags::IN, self.stop.as_fd(), Some(deadline))? {
                        Woken::Ready => {}
                        Woken::Stopped | Woken::TimedOut => return Ok(None),
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn send(&self, stream: &mut UnixStream, answer: &str) -> io::Result<()> {
        let deadline = Instant::now() + TAKE;
        let mut left = answer.as_bytes();
        while !left.is_empty() {
            match stream.write(left) {
                Ok(sent) => left = left.get(sent..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    match wait(stream.as_fd(), PollFlags::OUT, self.stop.as_fd(), Some(deadline))? {
                        Woken::Ready => {}
                        Woken::Stopped | Woken::TimedOut => return Err(error),
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Woken {
    Ready,
    Stopped,
    TimedOut,
}

/// Waits for one descriptor, for the end of the server, or for a time.
fn wait(
    what: BorrowedFd<'_>,
    flags: PollFlags,
    stop: BorrowedFd<'_>,
    deadline: Option<Instant>,
) -> io::Result<Woken> {
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        let mut both = [PollFd::new(&what, flags), PollFd::new(&stop, PollFlags::IN)];
        let count = match poll(&mut both, left.as_ref()) {
            Ok(count) => count,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(errno.into()),
        };
        let [_, stop] = both;
        return Ok(match (count, stop.revents().is_empty()) {
            (0, _) => Woken::TimedOut,
            (_, false) => Woken::Stopped,
            (_, true) => Woken::Ready,
        });
    }
}
