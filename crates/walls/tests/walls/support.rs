//! What the rows share.

use serde::de::DeserializeOwned;
use skink_protocol::{Channel, ProbeResult};
use skink_walls::{Access, Child, ChildEnd, Profile, Spawner};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Says in what role this program runs; see `main`.
pub(crate) const ROLE: &str = "SKINK_WALLS_TEST_ROLE";

/// Far more than anything here takes; met only if a wall is broken.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn this_program() -> PathBuf {
    std::env::current_exe().unwrap()
}

pub(crate) fn spawner() -> Spawner {
    Spawner::new().unwrap()
}

pub(crate) fn in_a_while() -> Instant {
    Instant::now() + PATIENCE
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A walled copy of this program.
pub(crate) struct Walled(Option<Child>);

impl Walled {
    pub(crate) fn spawn(spawner: &Spawner) -> Self {
        Self(Some(spawner.spawn(&this_program()).unwrap()))
    }

    /// A runner that was handed nothing.
    pub(crate) fn locked() -> Self {
        let mut child = Self::spawn(&spawner());
        child.lock(Profile::Runner, &[]);
        child
    }

    pub(crate) fn lock(&mut self, profile: Profile, rules: &[(BorrowedFd<'_>, Access)]) {
        self.lock_but(profile, rules, &[]);
    }

    /// Locks it with `rules`, and hands it more descriptors that have none.
    pub(crate) fn lock_but(
        &mut self,
        profile: Profile,
        rules: &[(BorrowedFd<'_>, Access)],
        more: &[BorrowedFd<'_>],
    ) {
        let access: String = rules.iter().map(|(_, access)| format!(" {access:?}")).collect();
        let descriptors: Vec<_> =
            rules.iter().map(|(descriptor, _)| descriptor).chain(more).copied().collect();
        let answer: Vec<String> = self.ask_with(&format!("lock {profile:?}{access}"), &descriptors);
        assert_eq!(answer, ["locked"]);
    }

    pub(crate) fn say(&mut self, order: &str) {
        self.channel().send(&order, Some(in_a_while())).unwrap();
    }

    pub(crate) fn ask(&mut self, order: &str) -> Vec<String> {
        self.ask_with(order, &[])
    }

    pub(crate) fn probe(&mut self) -> Vec<ProbeResult> {
        self.ask_with("probe", &[])
    }

    pub(crate) fn ask_with<M: DeserializeOwned>(&mut self, order: &str, descriptors: &[BorrowedFd<'_>]) -> M {
        self.channel().send_with(&order, descriptors, Some(in_a_while())).unwrap();
        match self.channel().receive(Some(in_a_while())) {
            Ok(received) => received.message,
            Err(error) => {
                let end = self.0.take().unwrap().wait(in_a_while());
                panic!("after {order:?}: {error}; the child ended with {:?}:\n{}", end.status, end.stderr)
            }
        }
    }

    fn channel(&mut self) -> &mut Channel {
        &mut self.0.as_mut().unwrap().channel
    }

    fn child(&self) -> &Child {
        self.0.as_ref().unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child().pid()
    }

    pub(crate) fn owner(&self) -> Option<(u32, u32)> {
        self.child().owner()
    }

    pub(crate) fn kill(&self) {
        self.child().kill();
    }

    pub(crate) fn wait(mut self, deadline: Instant) -> ChildEnd {
        self.0.take().unwrap().wait(deadline)
    }

    /// A file of the child's folder in `/proc`.
    pub(crate) fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.pid())).unwrap()
    }

    pub(crate) fn namespace(&self, kind: &str) -> PathBuf {
        std::fs::read_link(format!("/proc/{}/ns/{kind}", self.pid())).unwrap()
    }

    /// A field of `/proc/PID/status`.
    pub(crate) fn status(&self, field: &str) -> String {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.unwrap().trim().to_owned()
    }
}

/// Whether the process ends soon.
pub(crate) fn ends(pidfd: impl AsFd) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let limit = Timespec::try_from(PATIENCE).unwrap();
    poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&limit)).unwrap() == 1
}

/// A folder that is removed when dropped.
pub(crate) struct ScratchDir(PathBuf);

impl ScratchDir {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("skink-walls-{}-{count}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A folder inside that belongs to the child.
    pub(crate) fn folder(&self, name: &str, owner: Option<(u32, u32)>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir(&path).unwrap();
        if let Some((uid, gid)) = owner {
            std::os::unix::fs::chown(&path, Some(uid), Some(gid)).unwrap();
        }
        path
    }
}

impl Drop for ScratchDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
