//! The deadline of the call. An epoch interrupts guest code only; host code looks here.

use crate::Stop;
use skink_job::Millis;
use std::time::{Duration, Instant};

/// When the call began and when it must end.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
    allowed: Duration,
    deadline: Instant,
}

impl Clock {
    /// A call that begins now.
    pub fn start(allowed: Millis) -> Self {
        let start = Instant::now();
        // A limit beyond what an instant can hold is as good as a hundred years.
        const LONG: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
        let allowed = Duration::from(allowed).min(LONG);
        Self { start, allowed, deadline: start.checked_add(allowed).unwrap_or(start) }
    }

    /// When the call must have ended.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Time since the begin.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Time left, zero after the deadline.
    pub fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Fails once the deadline has passed.
    pub fn check(&self) -> Result<(), Stop> {
        if Instant::now() < self.deadline { Ok(()) } else { Err(self.stop()) }
    }

    /// What a call that met the deadline ends with.
    pub fn stop(&self) -> Stop {
        Stop::WallTime { allowed_ms: Millis::from(self.allowed).0 }
    }
}
