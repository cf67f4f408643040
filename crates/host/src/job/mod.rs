//! The facts of the job. They need no grant: whoever may run a hook lets it know what it runs for.

mod host;

/// The guest's handle to the facts.
#[derive(Debug)]
pub struct Job;
