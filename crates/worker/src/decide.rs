//! What the outcomes of all hooks mean for the build: one table, fail-closed.

use crate::report::HookReport;
use skink_job::{OnProblem, Outcome, SafeText};

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

/// How the job ends, as an exit code of `build` and a line for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// 0 succeeded, 1 failed, 2 unchanged; other codes are the build's own, handed through.
    pub code: i32,
    /// Why, where it is not just the build's own end.
    pub why: Option<SafeText>,
}

/// Decides from the build's own exit code and what the hooks did.
pub fn decide(build_code: i32, hooks: &[HookReport]) -> Decision {
    let with = |effect| hooks.iter().find(move |hook| hook.effect() == effect);
    let tell = |hook: &HookReport| {
        let detail = hook.outcome.detail();
        let text = format!("hook {} {}: {detail}", hook.name, hook.outcome.word());
        SafeText::from(text.trim_end_matches([':', ' ']).to_owned())
    };
    match (build_code, with(Effect::Failure), with(Effect::Unchanged)) {
        (0 | 2, Some(hook), _) => Decision { code: 1, why: Some(tell(hook)) },
        (0, None, Some(hook)) => Decision { code: 2, why: Some(tell(hook)) },
        (code, _, _) => Decision { code, why: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_job::{CrashReport, LimitKind};

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

    #[test]
    fn a_failing_hook_beats_an_unchanged_one_and_never_hides_a_failed_build() {
        let hook = |outcome: &Outcome| HookReport::sample("h", outcome.clone());
        let (failed, unchanged) = (
            hook(&Outcome::Failed { reason: "no".into() }),
            hook(&Outcome::Unchanged { reason: "same".into() }),
        );
        let rows: [(i32, Vec<&HookReport>, i32); 8] = [
            (0, vec![], 0),
            (0, vec![&failed], 1),
            (0, vec![&unchanged], 2),
            (0, vec![&unchanged, &failed], 1),
            (1, vec![&unchanged], 1),
            (2, vec![], 2),
            (3, vec![&failed], 3),
            (9, vec![], 9),
        ];
        for (build, hooks, want) in rows {
            let hooks: Vec<HookReport> = hooks.into_iter().cloned().collect();
            assert_eq!(decide(build, &hooks).code, want, "build {build}");
        }
    }
}
