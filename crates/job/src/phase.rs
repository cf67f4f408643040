//! When a hook is called, and what its failure means.

use serde::{Deserialize, Serialize};

/// Declares a closed enum with its words in configuration files, logs and reports.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The word for it in files, logs and reports.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The value that `word` names.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// The phase of a job in which a hook is called.
    Phase {
        /// Whether a worker takes the job.
        Allocate = "allocate",
        /// Before the chroot, VM or emulator starts: edits the plan.
        PreChroot = "pre-chroot",
        /// After the build: adds to the results.
        Transform = "transform",
        /// After the transforms: judges the results.
        Check = "check",
        /// At the end, whatever happened.
        Cleanup = "cleanup",
    }
}

words! {
    /// After which end of the build a hook runs.
    When {
        /// Only after a build that succeeded.
        Success = "success",
        /// Only after a build that failed.
        Failure = "failure",
        /// After every build.
        Always = "always",
    }
}

words! {
    /// Which results a check sees.
    Stage {
        /// What the build left, without what transforms added.
        Raw = "raw",
        /// With what transforms added.
        Final = "final",
    }
}

words! {
    /// What a hook's failure, trap or limit does to the build.
    OnProblem {
        /// The build ends as failed.
        Fail = "fail",
        /// The build goes on; the summary says so.
        Warn = "warn",
    }
}
