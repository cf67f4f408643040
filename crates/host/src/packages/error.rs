//! What a guest is told of a package that cannot be read.

use crate::{Clock, Refusal};
use skink_packages::PackageError;
use skink_protocol::FailureKind;

/// A package that does not hold together is no fault of the hook, so nobody but the hook is told.
pub(crate) fn refused(path: &str, error: &PackageError, clock: &Clock) -> Refusal {
    // What stopped the reader may have been the deadline.
    if let Err(stop) = clock.check() {
        return stop.into();
    }
    let told = format!("{path}: {error}");
    if error.is_of_machine() {
        Refusal::other(told)
    } else if error.is_bound() {
        Refusal::limit(told)
    } else {
        Refusal::Told(FailureKind::Invalid, told)
    }
}
