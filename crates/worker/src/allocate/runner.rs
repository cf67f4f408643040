//! One runner that stays, and answers one question after the other.
//!
//! It belongs to one thread, because the kernel ends a runner with the thread that started it. A runner that trapped,
//! died or did not answer is ended and replaced at once, before anybody waits for the next one; one that has worked
//! for long is replaced before its process meets the limits of its life.

use crate::call::ended::{crashed, host_error, outcome_of};
use crate::interrupts::Watch;
use crate::standby::{NotPrepared, READY, prepared, send};
use crate::{Host, WorkerError};
use skink_job::{AllocateLimits, Answer, ByteCount, LimitKind, Limits, Millis, Outcome, Phase, SafeText};
use skink_protocol::{
    Descriptor, Flavour, FromRunner, Prepare, ProtocolError, Question, RawAnswer, RunnerEnd, ToRunner,
};
use skink_walls::Child;
use std::fs::File;
use std::os::fd::AsFd;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::Scope;
use std::time::{Duration, Instant};

/// How much later than the runner itself the worker says that a call is over its time.
const SLACK: Duration = Duration::from_millis(10);
/// Time spent in calls after which a runner is replaced.
const LIFE: Duration = Duration::from_secs(1800);
/// Frames of one call that need no answer; a runner that keeps to its limits sends fewer.
const MAX_TOLD: u32 = 2000;
/// The longest reason of a `no`, in bytes.
const MAX_REASON: usize = 400;

/// What came of asking one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The hook answered.
    Answer(Answer),
    /// It did not, and this is why.
    Broken(Outcome),
}

/// A question on its way to the runner.
struct Request {
    question: Question,
    /// Nobody waits for the answer any more then.
    late: Instant,
    answer: SyncSender<Said>,
}

/// The way to a runner.
#[derive(Debug)]
pub(super) struct Runner(Sender<Request>);

impl Runner {
    /// Starts a thread with a runner for a module, which may be asked with as much memory as `memory`. The other way
    /// tells, once, whether the first runner stood up.
    pub(super) fn start<'s>(
        scope: &'s Scope<'s, '_>,
        host: &'s Host,
        artefact: &'s File,
        memory: ByteCount,
    ) -> (Self, Receiver<Option<Outcome>>) {
        let ((sender, requests), (stood, stands)) = (channel(), sync_channel(1));
        let life = Millis::from(LIFE * 2);
        let limits = Limits { memory, wall_time: life, ..AllocateLimits::default().of_call() };
        scope.spawn(move || live(&Nest { host, artefact, limits }, &requests, &stood));
        (Self(sender), stands)
    }

    /// Asks, and waits for the answer until `late`.
    pub(super) fn ask(&self, question: Question, late: Instant) -> Said {
        let (answer, answered) = sync_channel(1);
        if self.0.send(Request { question, late, answer }).is_err() {
            return Said::Broken(host_error("the thread of the runner has ended"));
        }
        let left = late.saturating_duration_since(Instant::now());
        answered.recv_timeout(left).unwrap_or_else(|_| too_late())
    }
}

/// What a runner is made with.
struct Nest<'h> {
    host: &'h Host,
    artefact: &'h File,
    limits: Limits,
}

fn live(nest: &Nest<'_>, requests: &Receiver<Request>, stood: &SyncSender<Option<Outcome>>) {
    let mut warm = Warm::stand_up(nest);
    let _ = stood.send(warm.as_ref().err().cloned());
    while let Ok(Request { question, late, answer }) = requests.recv() {
        if Instant::now() >= late {
            let _ = answer.send(too_late());
            continue;
        }
        let runner = match warm {
            Ok(runner) if runner.spent < LIFE => Ok(runner),
            Ok(_) | Err(_) => Warm::stand_up(nest),
        };
        let (said, left) = match runner {
            Ok(runner) => runner.ask(question),
            Err(outcome) => (Said::Broken(outcome.clone()), Some(Err(outcome))),
        };
        // Whoever asked may have gone.
        let _ = answer.send(said);
        warm = left.unwrap_or_else(|| Warm::stand_up(nest));
    }
}

/// A runner whose module stands.
struct Warm<'h> {
    child: Child,
    /// Ends the runner when a signal ends us, whatever its guest does.
    _watch: Watch<'h>,
    spent: Duration,
}

impl<'h> Warm<'h> {
    fn stand_up(nest: &Nest<'h>) -> Result<Self, Outcome> {
        let failed = |error: WorkerError| host_error(&error.to_string());
        let host = nest.host;
        let mut child = host.runners.take().map_err(failed)?;
        let killer = child.killer().map_err(|error| host_error(&error.to_string()))?;
        let watch = host.interrupts.watch(move || killer.kill());
        let prepare = Prepare {
            descriptors: vec![Descriptor::Artefact],
            flavour: Flavour::Metered,
            phases: vec![Phase::Allocate],
            limits: nest.limits,
            early: false,
        };
        let sent = send(&child, prepare, &[nest.artefact.as_fd()]);
        match sent.map_err(NotPrepared::from).and_then(|()| prepared(&mut child)) {
            Ok(_) => Ok(Self { child, _watch: watch, spent: Duration::ZERO }),
            Err(NotPrepared::Ended(end)) => Err(outcome_of(end, &[])),
            Err(NotPrepared::Broken(ProtocolError::Deadline)) => {
                Err(failed(WorkerError::NotReady { after: READY.into() }))
            }
            Err(NotPrepared::Broken(error)) => Err(host_error(&crashed(child, &error).detail().to_string())),
        }
    }

    /// Asks, and gives the runner back where it may be asked again.
    fn ask(mut self, question: Question) -> (Said, Option<Result<Self, Outcome>>) {
        let (wall_time, begun) = (question.limits.wall_time, Instant::now());
        let ended = self.converse(question, begun + Duration::from(wall_time) + SLACK);
        self.spent += begun.elapsed();
        match ended {
            Ok(RunnerEnd::Answer(answer)) => (Said::Answer(safe(answer)), Some(Ok(self))),
            Ok(end) => {
                let outcome = no_answer(end);
                let stays = is_clean(&outcome);
                (Said::Broken(outcome), stays.then_some(Ok(self)))
            }
            Err(ProtocolError::Deadline) => {
                let detail = format!("no answer within {wall_time}; the runner was ended");
                let outcome = Outcome::Limit { kind: LimitKind::WallTime, detail: detail.into() };
                (Said::Broken(outcome), None)
            }
            Err(error) => (Said::Broken(crashed(self.child, &error)), None),
        }
    }

    fn converse(&mut self, question: Question, deadline: Instant) -> Result<RunnerEnd, ProtocolError> {
        let channel = &mut self.child.channel;
        channel.send(&ToRunner::Ask(Box::new(question)), Some(deadline))?;
        for _ in 0..MAX_TOLD {
            match channel.receive::<FromRunner>(Some(deadline))?.message {
                FromRunner::End(end) => return Ok(end.end),
                FromRunner::Log(line) => tracing::debug!(line = %SafeText::line(&line), "the hook says"),
                FromRunner::Findings(_) | FromRunner::Progress { .. } | FromRunner::Denied { .. } => {}
                // Of a call of this phase there is nothing to ask of the worker.
                FromRunner::Ready { .. }
                | FromRunner::Prepared { .. }
                | FromRunner::Plan(_)
                | FromRunner::Tool(_)
                | FromRunner::Effect(_)
                | FromRunner::Probed(_) => return Err(ProtocolError::Closed),
            }
        }
        Err(ProtocolError::TooLarge(usize::MAX))
    }
}

fn safe(answer: RawAnswer) -> Answer {
    match answer {
        RawAnswer::Yes => Answer::Yes,
        RawAnswer::No(reason) => Answer::No(SafeText::line(&reason).truncated(MAX_REASON)),
        RawAnswer::Abstain => Answer::Abstain,
    }
}

/// The verdict of a build is no answer; only a runner that was taken over gives one.
fn no_answer(end: RunnerEnd) -> Outcome {
    match outcome_of(end, &[]) {
        Outcome::Passed | Outcome::Unchanged { .. } => {
            Outcome::Crashed { detail: "the runner gave the verdict of another phase".into() }
        }
        outcome @ (Outcome::Failed { .. }
        | Outcome::Refused { .. }
        | Outcome::Limit { .. }
        | Outcome::Trap { .. }
        | Outcome::Crashed { .. }
        | Outcome::HostError { .. }
        | Outcome::Skipped { .. }) => outcome,
    }
}

/// Whether the runner is as good as before: its guest ended in order, or was stopped at a limit that is counted.
fn is_clean(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Failed { .. } => true,
        Outcome::Limit { kind, .. } => *kind != LimitKind::WallTime,
        Outcome::Passed
        | Outcome::Unchanged { .. }
        | Outcome::Refused { .. }
        | Outcome::Trap { .. }
        | Outcome::Crashed { .. }
        | Outcome::HostError { .. }
        | Outcome::Skipped { .. } => false,
    }
}

fn too_late() -> Said {
    let detail = "the answer did not come in time; others were before it".into();
    Said::Broken(Outcome::Limit { kind: LimitKind::WallTime, detail })
}
