//! What `bs_worker` is told by the exit code of its host check.
//!
//! It takes every code but 0 before a build as "not here", and the dispatcher then keeps the job away from this worker
//! for a day. So only a hook's own word, or its own fault where the policy says `refuse`, refuses; what else goes
//! wrong on this machine is told on standard error, and the job is taken.

use super::combine::Verdict;
use skink_job::Answer;

/// When `bs_worker` asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostCheck {
    /// Before the job is taken.
    Before,
    /// After the build.
    After,
}

/// The code for "cannot build this package".
///
/// The others are never used: 2 is of all packages of a repository, of which a hook was not asked, and after 3 the
/// dispatcher asks again every second.
const THIS_PACKAGE: u8 = 1;

/// The exit code:
///
/// | when | what happened | code |
/// | --- | --- | --- |
/// | before | the answer is `yes` or `abstain` | 0 |
/// | before | the answer is `no` | 1 |
/// | before | there is no answer: no policy, no job file, no runner | 0 |
/// | after | whatever | 0: a worker that took the job has nothing to answer for here |
pub fn exit_code(when: HostCheck, verdict: Option<&Verdict>) -> u8 {
    match (when, verdict.map(|verdict| &verdict.answer)) {
        (HostCheck::Before, Some(Answer::No(_))) => THIS_PACKAGE,
        (HostCheck::Before, Some(Answer::Yes | Answer::Abstain) | None) | (HostCheck::After, _) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_no_before_the_build_refuses() {
        let verdict = |answer| Verdict { answer, heard: Vec::new() };
        let (yes, abstain) = (verdict(Answer::Yes), verdict(Answer::Abstain));
        let no = verdict(Answer::No("reserved".into()));
        let rows = [
            (HostCheck::Before, Some(&yes), 0),
            (HostCheck::Before, Some(&abstain), 0),
            (HostCheck::Before, Some(&no), 1),
            (HostCheck::Before, None, 0),
            (HostCheck::After, Some(&no), 0),
            (HostCheck::After, None, 0),
        ];
        for (when, verdict, want) in rows {
            assert_eq!(exit_code(when, verdict), want, "{when:?} {verdict:?}");
        }
    }
}
