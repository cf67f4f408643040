//! Progress, at most one message per [`PAUSE`]: a guest may report every step of a tight loop.

use std::time::{Duration, Instant};

/// The least time between two messages.
const PAUSE: Duration = Duration::from_millis(100);

/// The last progress that was reported, and whether the worker knows it.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    sent: Option<Instant>,
    waiting: Option<(u64, u64, String)>,
}

impl Progress {
    /// Takes a report; gives it back if it is due.
    pub(crate) fn report(&mut self, now: Instant, step: (u64, u64, String)) -> Option<(u64, u64, String)> {
        let due = self.sent.is_none_or(|sent| now.saturating_duration_since(sent) >= PAUSE);
        if due {
            self.sent = Some(now);
            self.waiting = None;
            Some(step)
        } else {
            self.waiting = Some(step);
            None
        }
    }

    /// The last report, if it was held back.
    pub(crate) fn last(&mut self) -> Option<(u64, u64, String)> {
        self.waiting.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tight_loop_sends_ten_a_second_and_the_last() {
        let start = Instant::now();
        let mut progress = Progress::default();
        let step = |n| (n, 1000, String::new());
        let sent = (0..1000)
            .filter(|n| progress.report(start + Duration::from_millis(*n), step(*n)).is_some())
            .count();
        assert_eq!(sent, 10);
        assert_eq!(progress.last(), Some(step(999)));
        assert_eq!(progress.last(), None);
    }
}
