//! How an attack must end.

use serde_json::Value;

/// How an attack must end, and words that its reason must hold.
#[derive(Debug, Clone, Copy)]
pub enum Expect {
    /// The hook is content: the attack came to nothing, and it went on.
    Passed,
    /// The hook finds the build unchanged.
    Unchanged(&'static str),
    /// The hook is not content.
    Failed(&'static str),
    /// Not admitted.
    Refused(&'static str),
    /// A limit, by its name.
    Limit(&'static str, &'static str),
    /// A trap of the guest.
    Trap(&'static str),
}

impl Expect {
    /// The exit code of `skink hook run`.
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::Passed => 0,
            Self::Unchanged(_) => 2,
            Self::Failed(_) | Self::Refused(_) | Self::Limit(..) | Self::Trap(_) => 1,
        }
    }

    /// The word for the outcome.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Unchanged(_) => "unchanged",
            Self::Failed(_) => "failed",
            Self::Refused(_) => "refused",
            Self::Limit(..) => "limit",
            Self::Trap(_) => "trap",
        }
    }

    /// Fails unless the report says it.
    pub fn check(self, report: &Value) {
        let shown = || serde_json::to_string_pretty(report).unwrap();
        assert_eq!(report["outcome"], self.word(), "{}", shown());
        let (text, words) = match self {
            Self::Passed => return,
            Self::Unchanged(words) | Self::Failed(words) | Self::Refused(words) => (&report["reason"], words),
            Self::Trap(words) => (&report["report"]["message"], words),
            Self::Limit(kind, words) => {
                assert_eq!(report["kind"], kind, "{}", shown());
                (&report["detail"], words)
            }
        };
        let text = text.as_str().unwrap_or_default();
        assert!(text.contains(words), "no {words:?} in {text:?}\n{}", shown());
    }
}
