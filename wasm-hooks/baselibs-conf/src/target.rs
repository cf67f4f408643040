//! What packages are made for.

use alloc::string::String;
use core::fmt;

/// What a package is made for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The architecture of the new package, such as `x86_64`.
    pub architecture: String,
    /// What kind of library it is there, such as `32bit`.
    pub kind: String,
}

impl Target {
    pub(crate) fn read(word: &str) -> Self {
        let (architecture, kind) = word.split_once(':').unwrap_or((word, ""));
        Self { architecture: architecture.into(), kind: kind.into() }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.architecture, self.kind)
    }
}
