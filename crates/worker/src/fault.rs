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
    "strays-ended",
    "report-written",
    "cleanup-begun",
    "scratch-removed",
];

/// The points of a job that has an effect on the host, in the order a successful build reaches them.
pub const EFFECT_POINTS: &[&str] = &["effect-intended", "effect-made", "effect-undone"];

/// The points of a job that has a mount unmounted for a cleanup hook, in their order.
pub const UNMOUNT_POINTS: &[&str] = &["unmount-intended", "unmount-done", "unmount-settled"];

/// A kernel that has one table of emulators, the machine's.
pub const ONE_TABLE: &str = "one-table";

/// A machine that gives no cgroup for tools.
pub const NO_CGROUP: &str = "no-cgroup";

/// What tests have this process take for so, by the variable `SKINK_PRETEND`: a machine other than the one they run on.
pub fn pretends(what: &str) -> bool {
    std::env::var("SKINK_PRETEND").is_ok_and(|pretended| pretended == what)
}

static ARMED: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("SKINK_FAULT").ok());

/// Ends the process abruptly if a test armed this point.
pub fn point(name: &'static str) {
    debug_assert!(
        [POINTS, EFFECT_POINTS, UNMOUNT_POINTS].iter().any(|points| points.contains(&name)),
        "{name} is missing in the table"
    );
    if ARMED.as_deref() == Some(name) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}
