//! The time of all tools of one call, and the first limit that one of them met.

use crate::LimitMet;
use skink_job::{ByteCount, LimitKind, Limits, Millis};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Shared by the broker and the keepers of its runs.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) deadline: Instant,
    pub(crate) tool_time: Millis,
    pub(crate) tool_memory: ByteCount,
    pub(crate) tool_processes: u32,
    pub(crate) scratch_bytes: ByteCount,
    peak_memory: AtomicU64,
    peak_processes: AtomicU32,
    clock: Mutex<Clock>,
    ended: AtomicBool,
}

#[derive(Debug)]
struct Clock {
    spent: Duration,
    running: u32,
    since: Instant,
    met: Option<LimitMet>,
}

impl Clock {
    /// Two tools side by side spend two seconds a second.
    fn advance(&mut self, now: Instant) {
        self.spent += now.saturating_duration_since(self.since) * self.running;
        self.since = now;
    }
}

impl Account {
    pub(crate) fn new(limits: &Limits, deadline: Instant, now: Instant) -> Self {
        let clock = Clock { spent: Duration::ZERO, running: 0, since: now, met: None };
        Self {
            deadline,
            tool_time: limits.tool_time,
            tool_memory: limits.tool_memory,
            tool_processes: limits.tool_processes,
            scratch_bytes: limits.scratch_bytes,
            peak_memory: AtomicU64::new(0),
            peak_processes: AtomicU32::new(0),
            clock: Mutex::new(clock),
            ended: AtomicBool::new(false),
        }
    }

    /// Ends every tool of the call, at the next tick of its keeper.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn start(&self, now: Instant) {
        let mut clock = self.clock();
        clock.advance(now);
        clock.running += 1;
    }

    pub(crate) fn stop(&self, now: Instant) {
        let mut clock = self.clock();
        clock.advance(now);
        clock.running = clock.running.saturating_sub(1);
    }

    pub(crate) fn spent(&self) -> Duration {
        self.clock().spent
    }

    /// Time until the first time limit is met if the same tools go on, or that limit where it is met already.
    pub(crate) fn left(&self, now: Instant) -> Result<Duration, LimitKind> {
        let to_deadline = self.deadline.saturating_duration_since(now);
        if to_deadline.is_zero() {
            return Err(LimitKind::WallTime);
        }
        let mut clock = self.clock();
        clock.advance(now);
        let left = Duration::from(self.tool_time).saturating_sub(clock.spent);
        if left.is_zero() {
            return Err(LimitKind::ToolTime);
        }
        Ok(to_deadline.min(left / clock.running.max(1)))
    }

    /// Notes what one run was seen with.
    pub(crate) fn saw(&self, processes: u32, memory: u64) {
        self.peak_processes.fetch_max(processes, Ordering::Relaxed);
        self.peak_memory.fetch_max(memory, Ordering::Relaxed);
    }

    /// The most processes, and the most bytes, that one run was seen with.
    pub(crate) fn peaks(&self) -> (u32, u64) {
        (self.peak_processes.load(Ordering::Relaxed), self.peak_memory.load(Ordering::Relaxed))
    }

    /// Notes that a limit was met; the first one stays. Gives its text for the guest.
    pub(crate) fn meet(&self, kind: LimitKind, tool: &str) -> String {
        let detail = match kind {
            LimitKind::ToolTime => {
                format!("{tool} was stopped: the tools of this call may run for {} in all", self.tool_time)
            }
            LimitKind::ToolMemory => {
                format!("{tool} was stopped: all its processes may take {} of memory", self.tool_memory)
            }
            LimitKind::ScratchBytes => {
                format!("{tool} was stopped: it may leave {} in its scratch folder", self.scratch_bytes)
            }
            LimitKind::WallTime => format!("{tool} was stopped: the time of this call is over"),
            LimitKind::Memory
            | LimitKind::Handles
            | LimitKind::LogBytes
            | LimitKind::OutputBytes
            | LimitKind::OutputFiles
            | LimitKind::CallBytes
            | LimitKind::Fuel => format!("{tool} was stopped at the limit {kind}"),
        };
        self.clock().met.get_or_insert_with(|| LimitMet { kind, detail: detail.clone() });
        detail
    }

    pub(crate) fn met(&self) -> Option<LimitMet> {
        self.clock().met.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_summed_over_tools_that_run_side_by_side() {
        let t0 = Instant::now();
        let at = |s: u64| t0 + Duration::from_secs(s);
        let limits = Limits { tool_time: Millis(10_000), ..Limits::default() };
        let account = Account::new(&limits, at(30), t0);
        assert_eq!(account.left(at(0)), Ok(Duration::from_secs(10)));
        account.start(at(1));
        assert_eq!(account.left(at(1)), Ok(Duration::from_secs(10)));
        account.start(at(3));
        assert_eq!(account.left(at(3)), Ok(Duration::from_secs(4)), "8 s left, spent twice as fast");
        account.stop(at(5));
        assert_eq!(account.left(at(5)), Ok(Duration::from_secs(4)));
        assert_eq!(account.left(at(9)), Err(LimitKind::ToolTime));
        account.stop(at(9));
        assert_eq!(account.spent(), Duration::from_secs(10));
        assert_eq!(account.left(at(31)), Err(LimitKind::WallTime));
    }

    #[test]
    fn the_first_limit_stays() {
        let account = Account::new(&Limits::default(), Instant::now(), Instant::now());
        account.meet(LimitKind::ScratchBytes, "a");
        account.meet(LimitKind::ToolTime, "b");
        let met = account.met().unwrap();
        assert_eq!((met.kind, met.detail.starts_with("a was stopped")), (LimitKind::ScratchBytes, true));
    }
}
