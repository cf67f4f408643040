//! `build --kill`: being told of it.
//!
//! Before the script kills what runs in a build root it makes a file `exit` there, in some modes for a moment only;
//! so we have the kernel tell us when it comes. That is needed where the script does not find what it would have to
//! end: a build in systemd-nspawn ([`crate::nspawn`]), of which the machine manager does not know, and a job that
//! runs hooks, which are not in the build root at all.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::Errno;
use std::io::{PipeReader, PipeWriter, pipe};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;
use std::{fs, io};

const NAME: &[u8] = b"exit";

/// Watches a build root.
#[derive(Debug)]
pub struct KillFile(OwnedFd);

/// A watch over what runs. Dropped, nobody watches any more, and it waits until the kernel has let go of the root, for up
/// to 20 ms: whoever is in a hurry stops it first, and drops it later.
#[derive(Debug)]
pub struct Watch {
    /// Closed, it wakes the thread.
    awake: Option<PipeWriter>,
    /// Whether the file came and was acted on: the last that the thread says, before it closes what it watched with.
    acted: Receiver<bool>,
    thread: Option<JoinHandle<()>>,
}

impl KillFile {
    /// Begins to watch, before the build starts. The root is made where it is not there, as the script would.
    pub(crate) fn in_root(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        Self::in_root_that_is_there(root)
    }

    /// Begins to watch a root.
    pub fn in_root_that_is_there(root: &Path) -> io::Result<Self> {
        let fd = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        inotify::add_watch(&fd, root, WatchFlags::CREATE | WatchFlags::ONLYDIR)?;
        Ok(Self(fd))
    }

    /// Calls `end` when the file comes; what it says is what [`Watch::stop`] will.
    pub fn watch(self, end: impl FnOnce() -> bool + Send + 'static) -> io::Result<Watch> {
        let (asleep, awake) = pipe()?;
        let (tell, acted) = sync_channel(1);
        let watch = move || {
            // Nobody listens where the watch was given up.
            let _ = tell.send(self.comes_before_end_of(&asleep) && end());
        };
        let thread = std::thread::Builder::new().name("kill-file".to_owned()).spawn(watch)?;
        Ok(Watch { awake: Some(awake), acted, thread: Some(thread) })
    }

    /// Waits for the file, or for the other end of the pipe to be closed.
    fn comes_before_end_of(&self, asleep: &PipeReader) -> bool {
        loop {
            let mut fds = [PollFd::new(&self.0, PollFlags::IN), PollFd::new(asleep, PollFlags::IN)];
            let _ = poll(&mut fds, None);
            let [_, end] = fds.map(|fd| !fd.revents().is_empty());
            if self.has_come() {
                return true;
            }
            if end {
                return false;
            }
        }
    }

    /// Whether the file was made meanwhile.
    fn has_come(&self) -> bool {
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
    /// Stops watching and tells whether the file came and was acted on. Call it before a child that is ended by it is
    /// reaped.
    pub fn stop(&mut self) -> bool {
        drop(self.awake.take());
        self.acted.recv().unwrap_or(false)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[test]
    fn the_file_is_seen_however_short_it_is_there() {
        let root = tempfile::tempdir().unwrap();
        let watch = |end| KillFile::in_root_that_is_there(root.path()).unwrap().watch(end).unwrap();
        let (tell, told) = channel();
        let mut watching = watch(Box::new(move || tell.send(()).is_ok()) as Box<dyn FnOnce() -> bool + Send>);
        for name in ["other", "exit"] {
            fs::write(root.path().join(name), "").unwrap();
            fs::remove_file(root.path().join(name)).unwrap();
        }
        told.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(watching.stop() && !watching.stop(), "told once");

        let mut quiet = watch(Box::new(|| true));
        fs::write(root.path().join("other"), "").unwrap();
        assert!(!quiet.stop(), "another file");
        assert!(KillFile::in_root_that_is_there(&root.path().join("missing")).is_err());
    }
}
