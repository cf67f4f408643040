//! `build --kill` for a build in systemd-nspawn.
//!
//! There the script asks the host's machine manager to end the machine, which does not know it
//! ([`crate::nspawn`]). But before that it makes a file `exit` in the build root, for a moment only; so we
//! have the kernel tell us when it comes.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::{fs, io};

const NAME: &[u8] = b"exit";
/// How often the watching thread looks whether the build has ended by itself.
const PERIOD: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// Watches a build root.
pub(crate) struct KillFile(OwnedFd);

/// A watch over one running build.
pub(crate) struct Watch {
    done: Arc<AtomicBool>,
    thread: JoinHandle<bool>,
}

impl KillFile {
    /// Begins to watch, before the build starts. The root is made where it is not there, as the script would.
    pub(crate) fn in_root(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let fd = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        inotify::add_watch(&fd, root, WatchFlags::CREATE | WatchFlags::ONLYDIR)?;
        Ok(Self(fd))
    }

    /// Kills the build's first process, and all of the build with it, when the file comes.
    pub(crate) fn watch(self, child: &Child) -> Watch {
        let done = Arc::new(AtomicBool::new(false));
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let thread = std::thread::spawn({
            let done = Arc::clone(&done);
            move || {
                while !done.load(Ordering::Acquire) {
                    if self.has_come() {
                        return pid.is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok());
                    }
                }
                false
            }
        });
        Watch { done, thread }
    }

    /// Waits for a short time, and tells whether the file was made meanwhile.
    fn has_come(&self) -> bool {
        let mut fds = [PollFd::new(&self.0, PollFlags::IN)];
        let _ = poll(&mut fds, Some(&PERIOD));
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(&self.0, &mut buffer);
        loop {
            match events.next() {
                Ok(event) if event.file_name().is_some_and(|name| name.to_bytes() == NAME) => return true,
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return false,
            }
        }
    }
}

impl Watch {
    /// Stops watching and tells whether the build was killed. Call it before the child is reaped.
    pub(crate) fn stop(self) -> bool {
        self.done.store(true, Ordering::Release);
        self.thread.join().unwrap_or(false)
    }
}
