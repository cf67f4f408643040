//! One run as the broker sees it: what it shares with the keeper, and the guest's three requests.

use crate::output::Output;
use crate::{LimitMet, RunEnd, ToolRun};
use rustix::event::{EventfdFlags, eventfd};
use skink_job::{LimitKind, Millis, SafeText, ToolName};
use skink_protocol::{ExitStatus, FailureKind, Reply, Stream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

/// What a request gives: the frame's own type.
pub(crate) type Answer = Result<Reply, (FailureKind, String)>;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// By itself.
    Exited(ExitStatus),
    /// The guest or the broker killed it.
    Killed,
    /// It met a limit.
    Limit(LimitMet),
    /// It never ran, or its root fell.
    Failed(String),
}

/// The end of a run: nothing of it lives any more.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) end: End,
    pub(crate) millis: Millis,
    pub(crate) scratch_bytes: u64,
    pub(crate) problem: Option<String>,
}

/// Between a keeper and the broker.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// Wakes the keeper: there is room again, or it shall kill.
    wake: OwnedFd,
}

#[derive(Debug, Default)]
struct State {
    started: bool,
    output: Output,
    kill: bool,
    done: Option<Done>,
}

impl Shared {
    pub(crate) fn new() -> rustix::io::Result<Arc<Self>> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Arc::new(Self { state: Mutex::default(), changed: Condvar::new(), wake }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps until `look` finds something.
    fn until<T>(&self, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut state = self.state();
        loop {
            if let Some(found) = look(&mut state) {
                return found;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn wake_keeper(&self) {
        // Full means that it is awake already.
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }

    // The keeper's side.

    pub(crate) fn wake_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    pub(crate) fn woken(&self) {
        let _ = rustix::io::read(&self.wake, &mut [0; 8]);
    }

    pub(crate) fn started(&self) {
        self.state().started = true;
        self.changed.notify_all();
    }

    pub(crate) fn push(&self, stream: Stream, bytes: &[u8]) {
        let mut state = self.state();
        // A killed tool's last words go nowhere.
        if !state.kill {
            state.output.push(stream, bytes);
        }
        self.changed.notify_all();
    }

    pub(crate) fn is_full(&self, stream: Stream) -> bool {
        self.state().output.is_full(stream)
    }

    pub(crate) fn must_die(&self) -> bool {
        self.state().kill
    }

    pub(crate) fn finish(&self, done: Done) {
        let mut state = self.state();
        if matches!(done.end, End::Limit(_)) {
            state.output.clear();
        }
        state.done = Some(done);
        self.changed.notify_all();
    }
}

/// One run, owned by the broker.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) tool: ToolName,
    pub(crate) args: SafeText,
    pub(crate) started: Instant,
    pub(crate) shared: Arc<Shared>,
    pub(crate) keeper: Option<JoinHandle<()>>,
}

impl Process {
    /// Waits until the tool runs or has ended; gives the reason where it could not run.
    pub(crate) fn wait_started(&self) -> Result<(), (FailureKind, String)> {
        let early = self.shared.until(|state| match &state.done {
            Some(done) if !state.started => Some(Some(done.end.clone())),
            Some(_) | None => state.started.then_some(None),
        });
        match early {
            None | Some(End::Exited(_) | End::Killed) => Ok(()),
            Some(End::Limit(met)) => Err((FailureKind::Limit, met.detail)),
            Some(End::Failed(why)) => Err((FailureKind::Other, why)),
        }
    }

    /// The next output. Waits for it.
    pub(crate) fn read(&self, max: usize) -> Answer {
        let answer = self.shared.until(|state| {
            if let Some(End::Limit(met)) = state.done.as_ref().map(|done| &done.end) {
                return Some(Err((FailureKind::Limit, met.detail.clone())));
            }
            if let Some((stream, bytes)) = state.output.pop(max) {
                return Some(Ok(Reply::Output { stream, bytes }));
            }
            Some(match &state.done.as_ref()?.end {
                End::Failed(why) => Err((FailureKind::Other, why.clone())),
                End::Exited(_) | End::Killed | End::Limit(_) => {
                    Ok(Reply::Output { stream: Stream::Stdout, bytes: Vec::new() })
                }
            })
        });
        self.shared.wake_keeper();
        answer
    }

    /// The exit status. Waits for it, but not while the tool waits for a reader.
    pub(crate) fn wait(&self) -> Answer {
        self.shared.until(|state| match &state.done {
            Some(done) => Some(match &done.end {
                End::Exited(status) => Ok(Reply::Exited(*status)),
                End::Killed => Ok(Reply::Exited(ExitStatus::Signal(9))),
                End::Limit(met) => Err((FailureKind::Limit, met.detail.clone())),
                End::Failed(why) => Err((FailureKind::Other, why.clone())),
            }),
            None => [Stream::Stdout, Stream::Stderr].into_iter().any(|s| state.output.is_full(s)).then(|| {
                let what = "the tool waits: it has written more than is kept for it (16 MiB); read it, then wait";
                Err((FailureKind::Limit, what.to_owned()))
            }),
        })
    }

    /// Kills the tool with all its children, waits until they are gone, and drops what was not read.
    pub(crate) fn kill(&self) {
        self.ask_to_die();
        self.shared.until(|state| state.done.is_some().then_some(()));
        self.shared.state().output.clear();
    }

    pub(crate) fn ask_to_die(&self) {
        self.shared.state().kill = true;
        self.shared.wake_keeper();
    }

    /// Whether it lives or has output that nobody read: it holds memory.
    pub(crate) fn is_open(&self) -> bool {
        let state = self.shared.state();
        state.done.is_none() || !state.output.is_empty()
    }

    pub(crate) fn done(&self) -> Option<Done> {
        self.shared.state().done.clone()
    }

    /// The run for the report; none while it lives.
    pub(crate) fn record(&self) -> Option<ToolRun> {
        let done = self.done()?;
        let exit = match done.end {
            End::Exited(status) => status.into(),
            End::Killed => RunEnd::Killed,
            End::Limit(met) => RunEnd::Limit(met.kind),
            End::Failed(why) => RunEnd::NotStarted(SafeText::line(&why).truncated(500)),
        };
        let (tool, args) = (self.tool.clone(), self.args.clone());
        Some(ToolRun { tool, args, exit, started: self.started, millis: done.millis })
    }
}

impl End {
    pub(crate) fn limit(kind: LimitKind, detail: String) -> Self {
        Self::Limit(LimitMet { kind, detail })
    }
}
