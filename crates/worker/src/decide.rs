//! What the outcomes of all hooks mean for the build: one table, fail-closed.

use skink_job::SafeText;
use skink_report::HookReport;
pub use skink_report::{Effect, effect};

/// How the job ends, as an exit code of `build` and a line for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// 0 succeeded, 1 failed, 2 unchanged; other codes are the build's own, handed through.
    pub code: i32,
    /// Why, where it is not just the build's own end.
    pub why: Option<SafeText>,
    /// Whether a hook found the results to be those of the previous build, and nothing failed.
    pub unchanged: bool,
}

impl Decision {
    /// Ends as failed.
    pub fn failed(why: SafeText) -> Self {
        Self { code: 1, why: Some(why), unchanged: false }
    }

    /// As a caller is told of it: `build` ends with 2 only where a service asked for the build. For everybody else an
    /// unchanged build has succeeded, and the marker among its results says the rest.
    pub fn told(self, is_service: bool) -> Self {
        if self.unchanged && !is_service { Self { code: 0, why: None, ..self } } else { self }
    }
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
        (0 | 2, Some(hook), _) => Decision::failed(tell(hook)),
        (0, None, Some(hook)) => Decision { code: 2, why: Some(tell(hook)), unchanged: true },
        (code, _, _) => Decision { code, why: None, unchanged: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_job::Outcome;

    #[test]
    fn a_failing_hook_beats_an_unchanged_one_and_never_hides_a_failed_build() {
        let hook = |outcome: &Outcome| crate::sample::hook("h", outcome.clone());
        let (failed, unchanged) = (
            hook(&Outcome::Failed { reason: "no".into() }),
            hook(&Outcome::Unchanged { reason: "same".into() }),
        );
        // The code for a service, and for everybody else.
        let rows: [(i32, Vec<&HookReport>, i32, i32); 8] = [
            (0, vec![], 0, 0),
            (0, vec![&failed], 1, 1),
            (0, vec![&unchanged], 2, 0),
            (0, vec![&unchanged, &failed], 1, 1),
            (1, vec![&unchanged], 1, 1),
            (2, vec![], 2, 2),
            (3, vec![&failed], 3, 3),
            (9, vec![], 9, 9),
        ];
        for (build, hooks, service, other) in rows {
            let hooks: Vec<HookReport> = hooks.into_iter().cloned().collect();
            let told = |is_service| decide(build, &hooks).told(is_service).code;
            assert_eq!((told(true), told(false)), (service, other), "build {build}");
        }
    }
}
