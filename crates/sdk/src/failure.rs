//! Failures: how a hook says that it could not do its work.

use crate::Failure;
use alloc::format;
use alloc::string::ToString;
use core::fmt::Display;

impl Failure {
    /// A failure of no special kind.
    pub fn because(why: impl Display) -> Self {
        Self::Other(why.to_string())
    }

    /// What went wrong, for people.
    pub fn message(&self) -> &str {
        match self {
            Self::Denied(text)
            | Self::Limit(text)
            | Self::NotFound(text)
            | Self::Invalid(text)
            | Self::Other(text) => text,
        }
    }
}

/// Says what was tried when something failed; the kind of the failure stays.
pub trait Context<T> {
    /// Puts `what` in front of the failure's message.
    fn context(self, what: impl Display) -> Result<T, Failure>;
}

impl<T> Context<T> for Result<T, Failure> {
    fn context(self, what: impl Display) -> Result<T, Failure> {
        self.map_err(|mut failure| {
            match &mut failure {
                Failure::Denied(text)
                | Failure::Limit(text)
                | Failure::NotFound(text)
                | Failure::Invalid(text)
                | Failure::Other(text) => *text = format!("{what}: {text}"),
            }
            failure
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::borrow::ToOwned;

    #[test]
    fn context_keeps_the_kind() {
        let failed: Result<(), _> = Err(Failure::NotFound("no such file".to_owned()));
        let Err(Failure::NotFound(text)) = failed.context("read hello.spec") else { panic!("another kind") };
        assert_eq!(text, "read hello.spec: no such file");
    }
}
