//! How a call ended: one table from what wasmtime and the host say to what the worker is told.
//!
//! The order is the order of causes: a typed end of the host first, then the engine's own, then what the
//! limits say, and only what is left is a trap of the guest's making.

use crate::crash;
use skink_host::{Clock, MAX_MESSAGE, Said, State, Stop, cut};
use skink_job::LimitKind;
use skink_protocol::{FailureKind, RunnerEnd};
use wasmtime::Trap;
use wasmtime::component::ResourceTableError;

/// What is known of a call beside its result.
pub(crate) struct Known<'a> {
    pub(crate) state: &'a State,
    pub(crate) clock: Clock,
}

/// Texts of errors for which wasmtime has no public type, and what they mean. Each has a row in the tests.
const UNTYPED: [(&str, LimitKind, &str); 3] = [
    (
        "fuel allocated for hostcalls has been exhausted",
        LimitKind::CallBytes,
        "the hook may hand over 8 MiB in one call",
    ),
    ("store handle limit exceeded", LimitKind::Handles, "the hook holds more handles than its limit allows"),
    ("resource limit exceeded", LimitKind::Memory, "the module has too many instances, memories or tables"),
];

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
    if let Some(ResourceTableError::Full) = error.downcast_ref::<ResourceTableError>() {
        let what = "the hook holds more handles than its limit allows";
        return RunnerEnd::Limit(LimitKind::Handles, what.to_owned());
    }
    if let Some((kind, detail)) = known.state.met() {
        return RunnerEnd::Limit(*kind, detail.clone());
    }
    if let Some(denied) = known.state.limiter().denied() {
        return RunnerEnd::Limit(LimitKind::Memory, denied.to_string());
    }
    let text = format!("{error:#}");
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
