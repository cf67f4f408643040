//! How much memory a run takes, and when that is too much.
//!
//! The kernel says so where the run has a cgroup, and kills. Elsewhere the keeper looks at the processes so often that
//! what one takes in between is little. The number of processes is bounded by a resource limit everywhere, and here it
//! is only looked at.

use super::Keeper;
use crate::census::Census;
use crate::cgroup::Group;
use std::io;
use std::time::{Duration, Instant};

/// How often memory is looked at where nothing else bounds it; a slow look ten times less often than it takes.
const WATCH: Duration = Duration::from_millis(25);

/// How often a run in a cgroup is looked at.
const GLANCE: Duration = Duration::from_millis(250);

/// The bounds of one run.
#[derive(Debug)]
pub(super) struct Bounds {
    memory: u64,
    group: Option<Group>,
    census: Option<Census>,
    look_at: Instant,
}

impl Bounds {
    pub(super) fn new(keeper: &Keeper) -> Self {
        let memory = keeper.account.tool_memory.0;
        let group = if keeper.launcher.takes_cgroups() { Group::make(memory) } else { None };
        Self { memory, group, census: None, look_at: Instant::now() }
    }

    /// Takes in bubblewrap while it makes the root: the first move makes the kernel wait for all processors, the next
    /// ones do not.
    pub(super) fn take_early(&self, monitor: u32) {
        if let Some(group) = &self.group {
            // What comes too early or too late is seen to by `take`.
            let _ = group.take(monitor);
        }
    }

    /// Sees to it that everything that will be the tool is bounded: pid 1 of the run, and the starter. Both wait.
    pub(super) fn take(&mut self, init: u32, starter: u32) -> io::Result<()> {
        let take = |group: &Group| {
            let missing = [init, starter].into_iter().filter(|pid| !group.holds(*pid));
            missing.map(|pid| group.take(pid)).find(Result::is_err)
        };
        if let Some(group) = self.group.take_if(|group| take(group).is_some()) {
            let _ = group.remove();
        }
        self.census = Some(Census::of(starter)?);
        Ok(())
    }

    /// How long until the next look.
    pub(super) fn rest(&self, now: Instant) -> Duration {
        self.look_at.saturating_duration_since(now)
    }

    /// Looks, if it is time to; true where the run is to be killed for what it takes.
    pub(super) fn look(&mut self, keeper: &Keeper, now: Instant) -> bool {
        let Some(census) = self.census.as_ref().filter(|_| now >= self.look_at) else { return false };
        let seen = census.look();
        let over = match &self.group {
            Some(group) => {
                keeper.account.saw(seen.processes, 0);
                group.is_over()
            }
            None => {
                let bytes = if seen.resident > self.memory { census.memory() } else { seen.resident };
                keeper.account.saw(seen.processes, bytes);
                bytes > self.memory
            }
        };
        let pause = if self.group.is_some() { GLANCE } else { WATCH };
        self.look_at = Instant::now() + pause.max(now.elapsed() * 10);
        over
    }

    /// Whether the kernel stopped the run, or a part of it.
    pub(super) fn was_over(&self) -> bool {
        self.group.as_ref().is_some_and(Group::is_over)
    }

    /// Notes the peak, and takes away the cgroup of the dead run; says what does not go.
    pub(super) fn end(&mut self, keeper: &Keeper) -> Option<String> {
        let group = self.group.take()?;
        keeper.account.saw(0, group.peak());
        let folder = group.folder().to_owned();
        let error = group.remove().err()?;
        Some(format!("the cgroup {} of a tool could not be removed: {error}", folder.display()))
    }
}
