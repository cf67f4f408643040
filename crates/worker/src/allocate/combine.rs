//! From what each hook said to one answer.

use super::runner::Said;
use skink_job::{Answer, HookName, LimitKind, OnBroken, Outcome, SafeText};
use std::fmt;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The dispatcher, again and again: a `no` means that the job waits.
    Dispatcher,
    /// A worker, once, about itself: a `no` bans the worker from the package for a day.
    Worker,
}

/// What one hook said.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Which.
    pub hook: HookName,
    /// What it counts as where it gave no answer.
    pub on_failure: OnBroken,
    /// What it said.
    pub said: Said,
}

/// The answer of all hooks.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The answer; the reason of a `no` begins with the name of the hook.
    pub answer: Answer,
    /// Every hook that was asked, in order.
    pub heard: Vec<Heard>,
}

/// Combines what hooks say, in the order of the policy:
///
/// | the hooks said | the answer |
/// | --- | --- |
/// | `no`, whatever the others | `no`, with the reason of the first; hooks after it are not asked |
/// | no `no`, and `yes` at least once | `yes` |
/// | nothing but `abstain`, or no hook was asked | `abstain` |
///
/// A hook that gave no answer counts as what its `on-failure` says. To a worker that asks about itself, what may be
/// the machine's own fault ([`may_be_load`]) counts as `abstain` in any case.
pub(super) fn combine(heard: impl Iterator<Item = Heard>, side: Side) -> Verdict {
    let mut verdict = Verdict { answer: Answer::Abstain, heard: Vec::new() };
    for heard in heard {
        let vote = heard.vote(side);
        verdict.heard.push(heard);
        match vote {
            Answer::No(_) => {
                verdict.answer = vote;
                break;
            }
            Answer::Yes => verdict.answer = Answer::Yes,
            Answer::Abstain => {}
        }
    }
    verdict
}

impl Verdict {
    /// The answer where there is no hook.
    pub fn of_nobody() -> Self {
        combine(std::iter::empty(), Side::Worker)
    }
}

impl fmt::Display for Verdict {
    /// The line that a dispatcher is answered with.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Answer::Yes => f.write_str("yes"),
            Answer::No(reason) => write!(f, "no {reason}"),
            Answer::Abstain => f.write_str("abstain"),
        }
    }
}

impl Heard {
    fn vote(&self, side: Side) -> Answer {
        match &self.said {
            Said::Answer(Answer::No(reason)) => Answer::No(self.named(reason.as_str())),
            Said::Answer(answer) => answer.clone(),
            Said::Broken(outcome) if side == Side::Worker && may_be_load(outcome) => Answer::Abstain,
            Said::Broken(outcome) => match self.on_failure {
                OnBroken::Abstain => Answer::Abstain,
                OnBroken::Refuse => {
                    let what = format!("it gave no answer ({}): {}", outcome.word(), outcome.detail());
                    Answer::No(self.named(&what))
                }
            },
        }
    }

    fn named(&self, what: &str) -> SafeText {
        SafeText::line(&format!("{}: {what}", self.hook)).truncated(500)
    }
}

/// Whether a busy or broken machine may be why there is no answer. A hook that does not end is no such case: its fuel
/// ends it, at the same instruction on every machine.
fn may_be_load(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::HostError { .. } | Outcome::Limit { kind: LimitKind::WallTime, .. } => true,
        Outcome::Passed
        | Outcome::Failed { .. }
        | Outcome::Unchanged { .. }
        | Outcome::Refused { .. }
        | Outcome::Limit { .. }
        | Outcome::Trap { .. }
        | Outcome::Crashed { .. }
        | Outcome::Skipped { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OnBroken::{Abstain, Refuse};
    use Side::{Dispatcher, Worker};

    fn yes() -> Said {
        Said::Answer(Answer::Yes)
    }
    fn no(reason: &str) -> Said {
        Said::Answer(Answer::No(reason.into()))
    }
    fn none() -> Said {
        Said::Answer(Answer::Abstain)
    }
    fn limit(kind: LimitKind) -> Said {
        Said::Broken(Outcome::Limit { kind, detail: "met".into() })
    }
    fn host() -> Said {
        Said::Broken(Outcome::HostError { detail: "no processes left".into() })
    }

    /// Side, what each hook says and its `on-failure`; the answer, and how many hooks were asked.
    type Row = (Side, Vec<(Said, OnBroken)>, &'static str, usize);

    #[test]
    fn the_table() {
        let trap = || Said::Broken(Outcome::Trap { report: skink_job::CrashReport::default() });
        let rows: Vec<Row> = vec![
            (Dispatcher, vec![], "abstain", 0),
            (Dispatcher, vec![(none(), Refuse), (none(), Refuse)], "abstain", 2),
            (Dispatcher, vec![(none(), Refuse), (yes(), Refuse), (none(), Refuse)], "yes", 3),
            (Dispatcher, vec![(yes(), Abstain), (no("full"), Abstain), (no("x"), Abstain)], "no b: full", 2),
            (Dispatcher, vec![(no("full"), Abstain), (yes(), Abstain)], "no a: full", 1),
            (Dispatcher, vec![(trap(), Abstain)], "abstain", 1),
            (Dispatcher, vec![(trap(), Abstain), (yes(), Abstain)], "yes", 2),
            (Dispatcher, vec![(trap(), Refuse), (yes(), Abstain)], "no a: it gave no answer (trap): ", 1),
            (
                Dispatcher,
                vec![(limit(LimitKind::Fuel), Refuse)],
                "no a: it gave no answer (limit): fuel: met",
                1,
            ),
            (Dispatcher, vec![(limit(LimitKind::WallTime), Refuse)], "no a: it gave no answer (limit): ", 1),
            (Dispatcher, vec![(host(), Refuse)], "no a: it gave no answer (host-error): ", 1),
            (Worker, vec![(limit(LimitKind::WallTime), Refuse), (host(), Refuse)], "abstain", 2),
            (Worker, vec![(limit(LimitKind::Fuel), Refuse)], "no a: it gave no answer (limit): fuel: met", 1),
            (Worker, vec![(limit(LimitKind::Fuel), Abstain)], "abstain", 1),
            (Worker, vec![(trap(), Refuse)], "no a: it gave no answer (trap): ", 1),
        ];
        for (at, (side, hooks, want, asked)) in rows.into_iter().enumerate() {
            let heard = hooks.into_iter().zip(["a", "b", "c"]).map(|((said, on_failure), name)| Heard {
                hook: name.parse().unwrap(),
                on_failure,
                said,
            });
            let verdict = combine(heard, side);
            let answer = verdict.to_string();
            let same = if want.ends_with(": ") { answer.starts_with(want) } else { answer == want };
            assert!(same, "row {at}: {answer}");
            assert_eq!(verdict.heard.len(), asked, "row {at}");
        }
    }
}
