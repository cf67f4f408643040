//! Named points at which a test may have the worker killed, one per change of state.
//!
//! The variable `SKINK_FAULT` names one point; reaching it is `kill -9` of ourselves, so that a test sees what
//! an abrupt end at that very moment leaves behind. Unset, a point costs one comparison.

use std::sync::LazyLock;

/// Every point, in the order a successful build reaches them.
pub const POINTS: &[&str] = &[
    "journal-opened",
    "layers-merged",
    "module-loaded",
    "module-admitted",
    "pre-chroot-called",
    "plan-rewritten",
    "build-started",
    "build-ended",
    "snapshot-begun",
    "snapshot-taken",
    "runner-spawned",
    "call-started",
    "call-ended",
    "outbox-merging",
    "outbox-merged",
    "checks-ended",
    "decided",
    "hand-back-staged",
    "hand-back-done",
    "report-written",
    "cleanup-begun",
    "scratch-removed",
];

static ARMED: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("SKINK_FAULT").ok());

/// Ends the process abruptly if a test armed this point.
pub fn point(name: &'static str) {
    debug_assert!(POINTS.contains(&name), "{name} is missing in the table");
    if ARMED.as_deref() == Some(name) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}
