//! Ending with all of a build: pid 1 reaps what has ended, and kills what will not.

use super::End;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long what is left of a build may take to end by itself: the script's log writer empties its pipe
/// then. After the first, what still runs in the build root is killed; after the second, everything.
const LEFT_ALONE: Duration = Duration::from_millis(500);
const LEFT_OVER: Duration = Duration::from_secs(5);

pub(super) struct Reaped {
    /// The end of the process that was asked for.
    pub(super) end: Option<End>,
    /// Whether there are processes left.
    left: bool,
}

/// Reaps all that have ended.
pub(super) fn reap(wanted: Option<Pid>) -> Reaped {
    let mut end = None;
    loop {
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) if Some(pid) == wanted => end = end_of(status),
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
            Ok(None) => return Reaped { end, left: true },
            Err(_) => return Reaped { end, left: false },
        }
    }
}

fn end_of(status: WaitStatus) -> Option<End> {
    let exited = status.exit_status().and_then(|code| u8::try_from(code).ok()).map(End::Exited);
    exited.or_else(|| status.terminating_signal().map(End::Killed))
}

/// Lets the script's log writer come to its end; what a recipe left running would hold it up.
pub(super) fn wait_for_the_rest() {
    let start = Instant::now();
    // Most are gone at once.
    let mut pause = Duration::from_micros(250);
    while reap(None).left && start.elapsed() < LEFT_OVER {
        if start.elapsed() > LEFT_ALONE {
            kill_in_build_roots();
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// Kills what runs with a root folder other than ours.
fn kill_in_build_roots() {
    let Ok(processes) = fs::read_dir("/proc") else { return };
    for process in processes.filter_map(Result::ok) {
        let pid = process.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
        let root = fs::read_link(process.path().join("root"));
        if let (Some(pid), Ok(root)) = (pid, root)
            && root != Path::new("/")
        {
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
    }
}
