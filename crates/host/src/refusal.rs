//! Why a host function did not do what the guest asked.

use crate::bindings::skink::hook::types::{Failure, Host};
use crate::{State, Stop};
use skink_job::LimitKind;
use skink_protocol::FailureKind;
use wasmtime::component::ResourceTableError;

/// An answer to the guest, or the end of its call. [`State`] turns it into the guest's `failure` in one place,
/// and there tells the audit and remembers limits.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// The guest is told, and nobody else.
    Told(FailureKind, String),
    /// The guest tried what it has no grant for, or what no honest hook would: it is told, and so is the audit.
    Audited(FailureKind, String),
    /// A limit is met that makes the whole call void, whatever the guest does next.
    Limit(LimitKind, String),
    /// The call ends here.
    Stop(wasmtime::Error),
}

impl Refusal {
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::Told(FailureKind::NotFound, what.into())
    }

    pub(crate) fn limit(what: impl Into<String>) -> Self {
        Self::Told(FailureKind::Limit, what.into())
    }

    pub(crate) fn other(what: impl Into<String>) -> Self {
        Self::Told(FailureKind::Other, what.into())
    }

    pub(crate) fn denied(what: impl Into<String>) -> Self {
        Self::Audited(FailureKind::Denied, what.into())
    }

    /// A malformed path or name.
    pub(crate) fn invalid(what: impl Into<String>) -> Self {
        Self::Audited(FailureKind::Invalid, what.into())
    }
}

impl From<wasmtime::Error> for Refusal {
    fn from(error: wasmtime::Error) -> Self {
        Self::Stop(error)
    }
}

impl From<ResourceTableError> for Refusal {
    fn from(error: ResourceTableError) -> Self {
        Self::Stop(error.into())
    }
}

impl From<Stop> for Refusal {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop.into())
    }
}

impl Host for State {
    fn convert_failure(&mut self, refusal: Refusal) -> wasmtime::Result<Failure> {
        match refusal {
            Refusal::Told(kind, what) => Ok(failure(kind, what)),
            Refusal::Audited(kind, what) => {
                self.wire.denied(&what)?;
                Ok(failure(kind, what))
            }
            Refusal::Limit(kind, what) => {
                self.remember(kind, &what);
                Ok(Failure::Limit(what))
            }
            Refusal::Stop(error) => Err(error),
        }
    }
}

fn failure(kind: FailureKind, what: String) -> Failure {
    match kind {
        FailureKind::Denied => Failure::Denied(what),
        FailureKind::Limit => Failure::Limit(what),
        FailureKind::NotFound => Failure::NotFound(what),
        FailureKind::Invalid => Failure::Invalid(what),
        FailureKind::Other => Failure::Other(what),
    }
}

/// The way back: a failure that the guest ends its call with.
pub(crate) fn kind_of(failure: Failure) -> (FailureKind, String) {
    match failure {
        Failure::Denied(what) => (FailureKind::Denied, what),
        Failure::Limit(what) => (FailureKind::Limit, what),
        Failure::NotFound(what) => (FailureKind::NotFound, what),
        Failure::Invalid(what) => (FailureKind::Invalid, what),
        Failure::Other(what) => (FailureKind::Other, what),
    }
}
