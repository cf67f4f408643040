//! Edits of the plan. The worker checks each against the grant and applies it; the guest is told at once.

mod grant;
mod host;

/// The guest's handle to the plan.
#[derive(Debug)]
pub struct Plan;
