//! Whether this kernel gives a user namespace a table of emulators of its own. It is tried, in a process that ends with
//! the answer: the version of a kernel tells neither what was built into it nor what is switched off on a machine.

use super::INIT_VERB;
use rustix::thread::UnshareFlags;
use skink_walls::{IdMap, enter_user_namespace, map_ids};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

pub(super) const PROBE: &str = "probe";

/// In the process that is asked: 0 for yes.
pub(super) fn main() -> i32 {
    let tried = super::parent_socket().map_err(|e| e.to_string()).and_then(|parent| {
        enter_user_namespace(UnshareFlags::NEWNS, &parent).map_err(|e| e.to_string())?;
        skink_effects::own_table().map_err(|e| e.to_string())
    });
    i32::from(tried.is_err())
}

/// Whether it does. The program must call [`crate::init_main`] when its first argument is [`crate::INIT_VERB`].
pub fn probe() -> bool {
    ask().unwrap_or(false)
}

fn ask() -> Option<bool> {
    let (ours, theirs) = UnixStream::pair().ok()?;
    let mut probe = Command::new("/proc/self/exe");
    probe.arg0("skink").args([INIT_VERB, PROBE]).env_clear();
    let mut child =
        probe.stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    // The command holds the child's end until it is dropped.
    drop(probe);
    let mapped = IdMap::identity().and_then(|map| map_ids(child.id(), &map, &ours));
    drop(ours);
    let status = child.wait().ok()?;
    Some(mapped.is_ok() && status.success())
}
