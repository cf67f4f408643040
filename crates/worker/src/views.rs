//! The trees of a job at places that are known from its beginning, and that unprivileged tools can reach.
//!
//! A runner is locked in before the package is built, and reaches only what lies below the places that it was told of
//! (see [`crate::standby`]). A tool runs as an user of its own, and bubblewrap walks to the trees as that user: below
//! a private folder such as `/root` it would not get through. So each tree is bind-mounted, in a mount namespace of
//! our own, to a place in the job's folder. The namespace ends with the process, also on `kill -9`; nothing of it is
//! ever seen by others.
//!
//! Who is not root can mount nothing, and is the user that tools run as: the trees stay where they are.

use crate::WorkerError;
use crate::trees::Trees;
use rustix::fs::{StatVfsMountFlags, statvfs};
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount_bind, mount_change, mount_remount, unmount,
};
use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space};
use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The views of one job. Dropping it unmounts them; it must go before the folder they are in.
#[derive(Debug)]
pub struct Views {
    folder: PathBuf,
    /// Whether everybody can walk to the folder; where not, a tree that can be reached stays where it is.
    is_open: bool,
    mounted: Vec<PathBuf>,
}

/// What is mounted on, in the place of a view.
const TREE: &str = "tree";

/// A tree of a job, by the name of its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The results with what hooks added.
    Results,
    /// The results as the build left them.
    RawResults,
    /// The sources of the package.
    Sources,
    /// The results of the previous build.
    Previous,
}

impl View {
    const ALL: [Self; 4] = [Self::Results, Self::RawResults, Self::Sources, Self::Previous];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Results => "results",
            Self::RawResults => "raw-results",
            Self::Sources => "sources",
            Self::Previous => "previous",
        }
    }
}

/// The mount namespace that this process was started in, once it has another one.
static ORIGIN: OnceLock<File> = OnceLock::new();

const OWN_NAMESPACE: &str = "/proc/self/ns/mnt";

/// Gives this process a mount namespace of its own. To be called before the first thread is started.
pub(crate) fn isolate() -> Result<(), WorkerError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(()); // tools run as ourselves
    }
    let failed = |errno: rustix::io::Errno| {
        WorkerError::file("make a mount namespace below", Path::new("/"))(errno.into())
    };
    let origin = File::open(OWN_NAMESPACE);
    let origin = origin.map_err(WorkerError::file("open", Path::new(OWN_NAMESPACE)))?;
    // Only the calling thread gets it; the threads it starts later share it.
    #[expect(deprecated, reason = "its successor is unsafe for the sake of flags that are not used here")]
    rustix::thread::unshare(UnshareFlags::NEWNS).map_err(failed)?;
    mount_change("/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE).map_err(failed)?;
    // The first is the one that we were started in.
    let _ = ORIGIN.set(origin);
    Ok(())
}

/// Does something in the mount namespace that this process was started in, on a thread that ends with it.
pub(crate) fn in_origin<T: Send>(act: impl FnOnce() -> T + Send) -> Result<T, WorkerError> {
    let Some(origin) = ORIGIN.get() else { return Ok(act()) };
    let failed = WorkerError::file("go back to", Path::new(OWN_NAMESPACE));
    let there = || -> std::io::Result<T> {
        // A thread that shares its root and current folder with others cannot change its mount namespace.
        #[expect(
            deprecated,
            reason = "its successor is unsafe for the sake of flags that are not used here"
        )]
        rustix::thread::unshare(UnshareFlags::FS)?;
        move_into_link_name_space(origin.as_fd(), Some(LinkNameSpaceType::Mount))?;
        Ok(act())
    };
    let done = std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("origin".to_owned())
            .spawn_scoped(scope, there)?
            .join()
            .map_err(|_| std::io::Error::other("it broke off"))?
    });
    done.map_err(failed)
}

impl Views {
    /// Makes the places in `folder`, which everybody should be able to walk to.
    pub fn new(folder: PathBuf) -> Result<Self, WorkerError> {
        let views = |is_open| Self { folder: folder.clone(), is_open, mounted: Vec::new() };
        if !rustix::process::geteuid().is_root() {
            return Ok(views(false));
        }
        make_passage(&folder)?;
        for view in View::ALL {
            let place = folder.join(view.name());
            make_passage(&place)?;
            make_passage(&place.join(TREE))?;
        }
        Ok(views(is_reachable(&folder)?))
    }

    /// Below which folders the trees are going to be; `None` where that is not known before they are there. These are
    /// the folders above those that are mounted on: Landlock looks past what a mount hides.
    pub(crate) fn places(&self) -> Option<Trees> {
        let place = |view: View| Some(self.folder.join(view.name()));
        self.is_open.then(|| Trees {
            raw_results: place(View::RawResults),
            results: place(View::Results),
            sources: place(View::Sources),
            previous: place(View::Previous),
            build_log: None,
        })
    }

    /// Where `tree` can be read: at its place, or where it is.
    pub fn of(&mut self, view: View, tree: &Path) -> Result<PathBuf, WorkerError> {
        if !self.is_open && is_reachable(tree)? {
            return Ok(tree.to_owned());
        }
        self.bind(self.folder.join(view.name()).join(TREE), tree)
    }

    /// Where another tree can be read, which no runner was told of: for tools.
    pub(crate) fn beside(&mut self, name: &str, tree: &Path) -> Result<PathBuf, WorkerError> {
        if is_reachable(tree)? {
            return Ok(tree.to_owned());
        }
        let place = self.folder.join(name);
        make_passage(&place)?;
        self.bind(place, tree)
    }

    fn bind(&mut self, place: PathBuf, tree: &Path) -> Result<PathBuf, WorkerError> {
        let_through(&place)?;
        let failed = |errno: rustix::io::Errno| WorkerError::file("bind", tree)(errno.into());
        mount_bind(tree, &place).map_err(failed)?;
        self.mounted.push(place.clone());
        mount_remount(&place, harmless(&place).map_err(failed)?, "").map_err(failed)?;
        Ok(place)
    }

    /// Ends the views. What cannot be unmounted is an error: the folder below must then not be removed.
    pub(crate) fn close(&mut self) -> Result<(), WorkerError> {
        while let Some(place) = self.mounted.last() {
            let gone = unmount(place, UnmountFlags::DETACH);
            gone.map_err(|errno| WorkerError::file("unmount", place)(errno.into()))?;
            self.mounted.pop();
        }
        Ok(())
    }
}

impl Drop for Views {
    fn drop(&mut self) {
        let _ = self.close();
    }
}

/// The flags with which nothing in a view is a device or changes who a tool is. What the mount below it forbids
/// stays forbidden.
fn harmless(place: &Path) -> Result<MountFlags, rustix::io::Errno> {
    let below = statvfs(place)?.f_flag;
    let kept =
        [(StatVfsMountFlags::RDONLY, MountFlags::RDONLY), (StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC)];
    let kept = kept.into_iter().filter(|(known, _)| below.contains(*known)).map(|(_, flag)| flag);
    Ok(kept.fold(MountFlags::BIND | MountFlags::NODEV | MountFlags::NOSUID, MountFlags::union))
}

/// Makes a folder that everybody can walk through, whatever the umask.
pub(crate) fn make_passage(folder: &Path) -> Result<(), WorkerError> {
    fs::create_dir_all(folder).map_err(WorkerError::file("create", folder))?;
    let mode = fs::Permissions::from_mode(0o711);
    fs::set_permissions(folder, mode).map_err(WorkerError::file("set the mode of", folder))
}

/// Makes a folder that is not there yet, and that everybody can walk through. The umask lets that be.
pub(crate) fn make_new_passage(folder: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().mode(0o711).create(folder)
}

/// An error where tools could not walk to a folder of ours, with the first folder that is in their way.
pub(crate) fn let_through(folder: &Path) -> Result<(), WorkerError> {
    match in_the_way(folder)? {
        None => Ok(()),
        Some(closed) => Err(WorkerError::Closed { folder: folder.to_owned(), closed }),
    }
}

fn is_reachable(path: &Path) -> Result<bool, WorkerError> {
    Ok(in_the_way(path)?.is_none())
}

/// The folder nearest to the root that does not let everybody through, where tools run as somebody else.
fn in_the_way(path: &Path) -> Result<Option<PathBuf>, WorkerError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None); // tools run as ourselves
    }
    let mut closed = None;
    for folder in path.ancestors().filter(|folder| !folder.as_os_str().is_empty()) {
        if fs::metadata(folder).map_err(WorkerError::file("look at", folder))?.mode() & 0o001 == 0 {
            closed = Some(folder.to_owned());
        }
    }
    Ok(closed)
}
