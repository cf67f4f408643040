//! What one outcome does to the build: one table, fail-closed.

use skink_job::{OnProblem, Outcome};

/// What one outcome does to the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// The summary warns; the build's end stays.
    Warning,
    /// The build ends as failed.
    Failure,
    /// The build ends as unchanged, unless something else fails.
    Unchanged,
}

/// The table. `on_failure` speaks of verdicts and broken hooks, `on_limit` of limits.
pub fn effect(outcome: &Outcome, on_failure: OnProblem, on_limit: OnProblem) -> Effect {
    let by = |problem| match problem {
        OnProblem::Fail => Effect::Failure,
        OnProblem::Warn => Effect::Warning,
    };
    match outcome {
        Outcome::Passed | Outcome::Skipped { .. } => Effect::None,
        Outcome::Unchanged { .. } => Effect::Unchanged,
        Outcome::Limit { .. } => by(on_limit),
        Outcome::Failed { .. }
        | Outcome::Refused { .. }
        | Outcome::Trap { .. }
        | Outcome::Crashed { .. }
        | Outcome::HostError { .. } => by(on_failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_job::{CrashReport, LimitKind, SafeText};

    #[test]
    fn every_outcome_has_its_effect() {
        let text = || SafeText::from("x");
        let rows = [
            (Outcome::Passed, Effect::None, Effect::None),
            (Outcome::Skipped { reason: text() }, Effect::None, Effect::None),
            (Outcome::Unchanged { reason: text() }, Effect::Unchanged, Effect::Unchanged),
            (Outcome::Failed { reason: text() }, Effect::Failure, Effect::Warning),
            (Outcome::Refused { reason: text() }, Effect::Failure, Effect::Warning),
            (Outcome::Trap { report: CrashReport::default() }, Effect::Failure, Effect::Warning),
            (Outcome::Crashed { detail: text() }, Effect::Failure, Effect::Warning),
            (Outcome::HostError { detail: text() }, Effect::Failure, Effect::Warning),
            (Outcome::Limit { kind: LimitKind::Memory, detail: text() }, Effect::Failure, Effect::Warning),
        ];
        for (outcome, fail, warn) in rows {
            assert_eq!(effect(&outcome, OnProblem::Fail, OnProblem::Fail), fail, "{outcome:?}");
            assert_eq!(effect(&outcome, OnProblem::Warn, OnProblem::Warn), warn, "{outcome:?}");
            let is_limit = matches!(outcome, Outcome::Limit { .. });
            let mixed = effect(&outcome, OnProblem::Fail, OnProblem::Warn);
            assert_eq!(mixed, if is_limit { warn } else { fail }, "{outcome:?}");
        }
    }
}
