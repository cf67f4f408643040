//! How much a hook may write into reports and logs.
//!
//! Invariant: what fits in the limit is sent, what does not is dropped and counted, and the verdict stands. A
//! hook that goes on far beyond is no longer reporting but flooding: its call ends.

use crate::Stop;
use skink_job::ByteCount;

/// Dropped items after which a hook counts as flooding.
const FLOOD_ITEMS: u64 = 4_000_000;

/// Times the limit that may be dropped before a hook counts as flooding.
const FLOOD_FACTOR: u64 = 128;

/// What has been written of the limit, and what was dropped.
#[derive(Debug)]
pub(crate) struct LogBudget {
    limit: u64,
    used: u64,
    dropped: u64,
    dropped_bytes: u64,
    findings: u64,
}

/// Whether there is room for one more item.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// It may be sent.
    Fits,
    /// It is dropped and counted.
    Dropped,
    /// The hook does not stop.
    Flood(Stop),
}

impl LogBudget {
    pub(crate) fn new(limit: ByteCount) -> Self {
        Self { limit: limit.0, used: 0, dropped: 0, dropped_bytes: 0, findings: 0 }
    }

    /// Takes room for one finding or line. Once one was dropped, all later ones are: a report with holes would
    /// mislead more than one that ends.
    pub(crate) fn take(&mut self, bytes: u64, finding: bool) -> Room {
        let used = self.used.saturating_add(bytes);
        if used <= self.limit && self.dropped == 0 {
            self.used = used;
            return Room::Fits;
        }
        self.dropped = self.dropped.saturating_add(1);
        self.dropped_bytes = self.dropped_bytes.saturating_add(bytes);
        self.findings = self.findings.saturating_add(u64::from(finding));
        if self.dropped > FLOOD_ITEMS || self.dropped_bytes > self.limit.saturating_mul(FLOOD_FACTOR) {
            let limit = ByteCount(self.limit);
            return Room::Flood(Stop::LogBytes { limit, dropped: self.dropped });
        }
        Room::Dropped
    }

    /// Bytes that were sent.
    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    /// Findings that were dropped.
    pub(crate) fn suppressed(&self) -> u64 {
        self.findings
    }

    /// The one line that tells of what was dropped.
    pub(crate) fn closing_line(&self) -> Option<String> {
        let lines = self.dropped.saturating_sub(self.findings);
        let limit = ByteCount(self.limit);
        (self.dropped > 0).then(|| {
            format!(
                "suppressed {} findings and {lines} lines: the limit of {limit} for findings and log lines is used up",
                self.findings
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_findings_are_cut_and_ten_million_end_the_call() {
        let rows = [(1_000_000_u64, false), (10_000_000, true)];
        for (findings, flood) in rows {
            let mut log = LogBudget::new(ByteCount(4 << 20));
            let ended = (0..findings).any(|_| matches!(log.take(64, true), Room::Flood(_)));
            assert_eq!(ended, flood, "{findings}");
            assert_eq!(log.used(), 4 << 20);
            assert!(log.suppressed() > 900_000);
        }
    }

    #[test]
    fn nothing_is_sent_after_the_first_that_was_dropped() {
        let mut log = LogBudget::new(ByteCount(100));
        assert_eq!(log.take(90, true), Room::Fits);
        assert_eq!(log.closing_line(), None);
        assert_eq!(log.take(20, true), Room::Dropped);
        assert_eq!(log.take(1, false), Room::Dropped);
        assert_eq!((log.used(), log.suppressed()), (90, 1));
        assert!(log.closing_line().unwrap().starts_with("suppressed 1 findings and 1 lines"));
    }
}
