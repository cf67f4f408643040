//! Clocks of one millisecond: enough to measure a step, too coarse to measure a cache.

use crate::Clock;
use std::time::Duration;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

const RESOLUTION: Duration = Duration::from_millis(1);

/// Whole milliseconds since the begin of the call, on top of the time that the worker named.
pub(super) struct Coarse {
    clock: Clock,
    base: Duration,
}

impl Coarse {
    pub(super) fn new(clock: Clock, now: u64) -> Self {
        Self { clock, base: Duration::from_secs(now) }
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

impl HostWallClock for Coarse {
    fn resolution(&self) -> Duration {
        RESOLUTION
    }

    fn now(&self) -> Duration {
        self.base.saturating_add(self.elapsed())
    }
}

impl HostMonotonicClock for Coarse {
    fn resolution(&self) -> u64 {
        nanos(RESOLUTION)
    }

    fn now(&self) -> u64 {
        nanos(self.elapsed())
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
