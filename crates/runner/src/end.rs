//! How a call ended: one table from what wasmtime and the host say to what the worker is told.
//!
//! The order is the order of causes: a typed end of the host first, then the engine's own, then what the
//! limits say, and only what is left is a trap of the guest's making.

use crate::crash;
use crate::serve::ServeError;
use skink_host::{Clock, MAX_MESSAGE, Said, State, Stop, Wire, cut};
use skink_job::LimitKind;
use skink_protocol::{CallEnd, FailureKind, RawAnswer, RunnerEnd};
use wasmtime::Trap;
use wasmtime::component::ResourceTableError;

/// What is known of a call beside its result.
pub(crate) struct Known<'a> {
    pub(crate) state: &'a State,
    pub(crate) clock: Clock,
}

/// How wasmtime says that the guest's own table of handles is full; it has no public type for it.
const TOO_MANY_HANDLES: &str = "store handle limit exceeded";

/// Texts of other errors without a public type, and what they mean. Each has a row in the tests.
const UNTYPED: [(&str, LimitKind, &str); 2] = [
    (
        "fuel allocated for hostcalls has been exhausted",
        LimitKind::CallBytes,
        "the hook may hand over 8 MiB in one call",
    ),
    ("resource limit exceeded", LimitKind::Memory, "the module has too many instances, memories or tables"),
];

/// Ends a call that never reached the guest.
pub(crate) fn end(wire: &Wire, ended: RunnerEnd) -> Result<(), ServeError> {
    Ok(wire.end(CallEnd { end: ended, usage: skink_job::Usage::default() })?)
}

/// The end of a call whose guest was entered.
pub(crate) fn classify(said: wasmtime::Result<Said>, known: &Known<'_>) -> RunnerEnd {
    match said {
        Err(error) => failed(&error, known),
        Ok(_) if known.clock.check().is_err() => late(known.clock),
        Ok(said) => match known.state.met() {
            Some((kind, detail)) => RunnerEnd::Limit(*kind, detail.clone()),
            None => content(said, known.state),
        },
    }
}

fn content(said: Said, state: &State) -> RunnerEnd {
    let text = |text: String| cut(&text, MAX_MESSAGE);
    match said {
        Said::Pass => RunnerEnd::Pass,
        Said::Fail(reason) => RunnerEnd::Fail(text(reason)),
        Said::Unchanged(reason) if state.grants().unchanged => RunnerEnd::Unchanged(text(reason)),
        Said::Unchanged(_) => {
            let what = "no grant to say that the build is unchanged";
            match state.audit(what) {
                Ok(()) => RunnerEnd::Failure(FailureKind::Denied, what.to_owned()),
                Err(stop) => stopped(&stop),
            }
        }
        Said::Answer(RawAnswer::No(reason)) => RunnerEnd::Answer(RawAnswer::No(text(reason))),
        Said::Answer(answer @ (RawAnswer::Yes | RawAnswer::Abstain)) => RunnerEnd::Answer(answer),
        Said::Failure(kind, what) => RunnerEnd::Failure(kind, text(what)),
    }
}

fn failed(error: &wasmtime::Error, known: &Known<'_>) -> RunnerEnd {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return stopped(stop);
    }
    let trap = error.downcast_ref::<Trap>().copied();
    if trap == Some(Trap::Interrupt) || known.clock.check().is_err() {
        return late(known.clock);
    }
    if trap == Some(Trap::OutOfFuel) {
        return RunnerEnd::Limit(LimitKind::Fuel, "the hook's fuel is used up".to_owned());
    }
    let text = format!("{error:#}");
    let full = matches!(error.downcast_ref::<ResourceTableError>(), Some(ResourceTableError::Full));
    if full || text.contains(TOO_MANY_HANDLES) {
        return stopped(&Stop::Handles(known.state.max_handles()));
    }
    if let Some((kind, detail)) = known.state.met() {
        return RunnerEnd::Limit(*kind, detail.clone());
    }
    if let Some(denied) = known.state.limiter().denied() {
        return RunnerEnd::Limit(LimitKind::Memory, denied.to_string());
    }
    match UNTYPED.iter().find(|(known, ..)| text.contains(known)) {
        Some((_, kind, detail)) => RunnerEnd::Limit(*kind, (*detail).to_owned()),
        None => RunnerEnd::Trap(crash::report(error, known.state.last_calls())),
    }
}

fn late(clock: Clock) -> RunnerEnd {
    stopped(&clock.stop())
}

fn stopped(stop: &Stop) -> RunnerEnd {
    let detail = stop.to_string();
    match stop {
        Stop::WallTime { .. } => RunnerEnd::Limit(LimitKind::WallTime, detail),
        Stop::Handles(_) => RunnerEnd::Limit(LimitKind::Handles, detail),
        Stop::LogBytes { .. } => RunnerEnd::Limit(LimitKind::LogBytes, detail),
        // A host that knows more ends than this runner; they come from one build.
        Stop::Worker { .. } | _ => RunnerEnd::HostError(detail),
    }
}
