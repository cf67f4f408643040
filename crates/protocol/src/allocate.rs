//! Frames of the phase `allocate`, in which one runner answers many questions.
//!
//! Each question is a call of its own, with a fresh store: nothing that a guest keeps of one reaches the next. So a
//! frame holds all that a call depends on, and the same frame has the same answer.

use serde::{Deserialize, Serialize};
use skink_job::{AllocateLimits, Allocation, Facts};

/// Whether the worker takes the job, as the hook is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Question {
    /// The job's facts.
    pub facts: Facts,
    /// What is known of job and worker beside them.
    pub allocation: Allocation,
    /// The hook's settings as JSON text, checked against the manifest's schema.
    pub settings: String,
    /// The limits of this call.
    pub limits: AllocateLimits,
}

/// The answer as the guest gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RawAnswer {
    /// The worker takes it.
    Yes,
    /// It does not, for this reason.
    No(String),
    /// The hook has no opinion.
    Abstain,
}
