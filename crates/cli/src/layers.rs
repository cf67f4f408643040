//! Reading the policy the way every verb does.

use anyhow::Result;
use skink_policy::Policy;
use skink_worker::layers::{INSTALLED_POLICY, read_policy};
use std::path::Path;

/// The installed policy, narrowed by the one given.
pub(crate) fn policy(other: Option<&Path>) -> Result<Policy> {
    Ok(read_policy(Path::new(INSTALLED_POLICY), other)?)
}

/// This policy, whatever is installed.
pub(crate) fn only(policy: &Path) -> Result<Policy> {
    Ok(read_policy(policy, None)?)
}

/// Whether an admin installed a policy on this machine.
pub(crate) fn is_installed() -> bool {
    Path::new(INSTALLED_POLICY).exists()
}
