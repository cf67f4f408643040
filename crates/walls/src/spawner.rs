//! The parent's side: who the child will be, and starting it.

use crate::enter::empty_root;
use crate::error::{trying, trying_io};
use crate::orders::Orders;
use crate::slot::{FIRST_UID, Slot, UID_MASK};
use crate::spawn::{self, FIRST_FREE, Failure, Launch};
use crate::tail::Tail;
use crate::{Ceilings, Child, WallsError};
use rustix::fs::{Mode, OFlags, open, openat};
use rustix::io::fcntl_dupfd_cloexec;
use skink_protocol::Channel;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Starts walled children. Make one and keep it: it holds the network namespace that they share, and the empty root.
#[derive(Debug)]
pub struct Spawner {
    place: Place,
    null: OwnedFd,
    ceilings: Ceilings,
}

/// Where a child gets its lack of authority from.
#[derive(Debug)]
enum Place {
    /// We are root: a uid for each child.
    Root(Empty),
    /// We are not: a user and a network namespace for each child, which makes its own empty root.
    User,
}

/// Namespaces in which there is nothing.
#[derive(Debug)]
struct Empty {
    /// All children are in this one.
    network: OwnedFd,
    /// With an empty, read-only root and no other mount. Each child is in a copy of it.
    mounts: OwnedFd,
}

impl Spawner {
    /// Finds out who calls, and makes the empty namespaces if that is root.
    ///
    /// Makes the process learn how its children end (`SIGCHLD`), should it have been started ignoring that.
    pub fn new() -> Result<Self, WallsError> {
        spawn::learn_of_children();
        let place = if rustix::process::geteuid().is_root() && child_uids_are_mapped()? {
            Place::Root(Empty::make()?)
        } else {
            Place::User
        };
        let null = File::options().read(true).write(true).open("/dev/null");
        let null = null.map_err(trying_io("open /dev/null"))?.into();
        Ok(Self { place, null: high(null)?, ceilings: Ceilings::default() })
    }

    /// With other resource limits than the default. A child that turns out to need less is to [`crate::lower`] them.
    #[must_use]
    pub fn with_ceilings(mut self, ceilings: Ceilings) -> Self {
        self.ceilings = ceilings;
        self
    }

    /// Starts `program`, which must call [`crate::enter`] first, with no argument and an empty environment.
    ///
    /// The calling thread must outlive the child: the kernel kills the child when *this thread* ends, for that
    /// is how it dies with the parent. Do not spawn from a short-lived thread what another thread will use.
    pub fn spawn(&self, program: &Path) -> Result<Child, WallsError> {
        let path = CString::new(program.as_os_str().as_bytes());
        let path = path.map_err(|_| WallsError::Path(program.to_owned()))?;
        let slot = match self.place {
            Place::Root(_) => Some(Slot::take()?),
            Place::User => None,
        };
        let owner = slot.as_ref().map(|slot| (slot.uid(), slot.uid()));
        let (channel, socket) = Channel::pair()?;
        // What the child is to read is in its socket before there is a child.
        channel.send_with(&Orders::new(owner, self.ceilings), &self.place.mounts(), None)?;
        let (tail, stderr) = Tail::pipe()?;
        let (socket, stderr) = (high(socket)?, high(stderr)?);
        let launch = Launch {
            program: &path,
            namespaces: self.place.namespaces(),
            files: &self.place.files(),
            network: self.place.network(),
            null: self.null.as_fd(),
            stderr: stderr.as_fd(),
            socket: socket.as_fd(),
        };
        let made = spawn::make(&launch)
            .map_err(|source| WallsError::Namespaces { help: self.place.help(&source), source })?;
        let failure = made.failure;
        let child = Child::new(channel, made, tail, slot);
        match failure {
            None => Ok(child),
            Some(Failure { step, errno }) => {
                let source = io::Error::from_raw_os_error(errno);
                Err(WallsError::Start { program: program.to_owned(), step, source })
            }
        }
    }
}

impl Place {
    fn namespaces(&self) -> libc::c_int {
        match self {
            Self::Root(_) => 0,
            Self::User => libc::CLONE_NEWUSER | libc::CLONE_NEWNET,
        }
    }

    /// The files that tell the kernel who the child is.
    fn files(&self) -> Vec<(&'static CStr, String)> {
        match self {
            Self::Root(_) => Vec::new(),
            Self::User => id_maps(),
        }
    }

    fn network(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Root(empty) => Some(empty.network.as_fd()),
            Self::User => None,
        }
    }

    /// What goes to the child with its orders.
    fn mounts(&self) -> Vec<BorrowedFd<'_>> {
        match self {
            Self::Root(empty) => vec![empty.mounts.as_fd()],
            Self::User => Vec::new(),
        }
    }

    fn help(&self, error: &io::Error) -> &'static str {
        match (self, error.raw_os_error()) {
            (_, Some(libc::EAGAIN | libc::ENOMEM)) => "the machine is out of processes or memory",
            (Self::Root(_), _) => {
                "in a container, root needs the capabilities CAP_SYS_ADMIN and CAP_SYS_CHROOT"
            }
            (Self::User, _) => {
                "user namespaces may be switched off for ordinary users on this machine \
                 (see the sysctls user.max_user_namespaces and kernel.unprivileged_userns_clone)"
            }
        }
    }
}

impl Empty {
    /// Makes them on a thread, which has them for itself.
    fn make() -> Result<Self, WallsError> {
        let make = || {
            let reach = "reach the namespaces of a thread";
            // Kept, for in the empty root there is no `/proc`.
            let namespaces = open("/proc/thread-self/ns", OFlags::PATH | OFlags::CLOEXEC, Mode::empty());
            let namespaces = namespaces.map_err(trying(reach))?;
            let own = |kind| openat(&namespaces, kind, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty());
            spawn::own_network().map_err(trying_io("make an empty network namespace"))?;
            empty_root()?;
            Ok(Self {
                network: own("net").map_err(trying(reach))?,
                mounts: own("mnt").map_err(trying(reach))?,
            })
        };
        let thread = std::thread::Builder::new().name("namespaces".to_owned()).spawn(make);
        let made = thread.map_err(trying_io("start a thread"))?.join();
        made.unwrap_or_else(|_| {
            Err(trying_io("make namespaces")(io::Error::other("the thread has panicked")))
        })
    }
}

/// The descriptor under a number that the child's layout does not overwrite.
fn high(descriptor: OwnedFd) -> Result<OwnedFd, WallsError> {
    if descriptor.as_raw_fd() >= FIRST_FREE {
        return Ok(descriptor);
    }
    fcntl_dupfd_cloexec(descriptor, FIRST_FREE).map_err(trying("duplicate a descriptor"))
}

/// Whether the uids and gids of children exist here; in a container often they do not.
fn child_uids_are_mapped() -> Result<bool, WallsError> {
    for map in ["/proc/self/uid_map", "/proc/self/gid_map"] {
        let text = std::fs::read_to_string(map).map_err(trying_io("read the id maps in /proc/self"))?;
        if !covers_child_uids(&text) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The lines of an id map hold: first id inside, first id outside, count (`user_namespaces(7)`).
fn covers_child_uids(map: &str) -> bool {
    let (first, last) = (u64::from(FIRST_UID), u64::from(FIRST_UID | UID_MASK));
    map.lines().any(|line| {
        let mut numbers = line.split_whitespace().map(str::parse::<u64>);
        match (numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(inside)), Some(Ok(_)), Some(Ok(count))) => {
                inside <= first && last < inside.saturating_add(count)
            }
            _ => false,
        }
    })
}

/// Makes the caller's ids root inside the child's user namespace, and no other id exist there.
fn id_maps() -> Vec<(&'static CStr, String)> {
    let uid = rustix::process::geteuid().as_raw();
    let gid = rustix::process::getegid().as_raw();
    vec![
        (c"/proc/self/setgroups", "deny".to_owned()),
        (c"/proc/self/uid_map", format!("0 {uid} 1\n")),
        (c"/proc/self/gid_map", format!("0 {gid} 1\n")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_without_the_uids_of_children_uses_a_user_namespace() {
        let rows = [
            ("         0          0 4294967295\n", true),
            ("0 1000 1\n1 100000 65536\n", false),
            ("0 1000 1\n1 100000 4000000000\n", true),
            ("0 0 1610612736\n", false),
            ("1610612736 5 268435456\n", true),
            ("1610612736 5 268435455\n", false),
            ("", false),
            ("0 zero 4294967295\n", false),
        ];
        for (map, want) in rows {
            assert_eq!(covers_child_uids(map), want, "{map:?}");
        }
    }
}
