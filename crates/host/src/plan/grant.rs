//! Whether a hook may touch the plan at all. Which packages, macros and options is the worker's to check.

use skink_job::PlanGrants;

/// Whether any edit is granted.
pub(super) fn covers(grants: &PlanGrants) -> bool {
    let PlanGrants { add_packages, remove_packages, macros, options, delegate } = grants;
    [add_packages, remove_packages, macros, options, delegate].into_iter().any(|set| !set.is_empty())
}
