//! How this host starts tools: with which bubblewrap, which starter, as whom.

use crate::folder::Owner;
use crate::{ToolsError, builder};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where distributions put bubblewrap. `PATH` is not asked: the caller may be root.
const BUBBLEWRAP: &str = "/usr/bin/bwrap";

/// How this host starts tools. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Launcher {
    bubblewrap: PathBuf,
    starter: PathBuf,
    owner: Owner,
    cgroups: bool,
}

impl Launcher {
    /// `owner` is the unprivileged uid and gid that tools run as. Root must give one, best of the call's own; an
    /// ordinary user gives none and runs tools as itself, in a user namespace either way.
    pub fn new(owner: Option<(u32, u32)>) -> Result<Self, ToolsError> {
        match (rustix::process::geteuid().is_root(), owner) {
            (true, None) => return Err(ToolsError::Owner("the caller is root and must name an owner")),
            (_, Some((0, _) | (_, 0))) => return Err(ToolsError::Owner("the owner's uid or gid is 0")),
            (false, Some(_)) => return Err(ToolsError::Owner("only root can start tools as another user")),
            (true, Some(_)) | (false, None) => {}
        }
        Ok(Self { bubblewrap: BUBBLEWRAP.into(), starter: "/proc/self/exe".into(), owner, cgroups: true })
    }

    /// Takes another bubblewrap.
    #[must_use]
    pub fn with_bubblewrap(self, bubblewrap: impl Into<PathBuf>) -> Self {
        Self { bubblewrap: bubblewrap.into(), ..self }
    }

    /// Takes another program than the running one as the starter. It must call [`crate::starter::run`] where
    /// [`crate::starter::asked`] says so.
    #[must_use]
    pub fn with_starter(self, starter: impl Into<PathBuf>) -> Self {
        Self { starter: starter.into(), ..self }
    }

    /// Does as on a machine that gives no cgroup.
    #[must_use]
    pub fn without_cgroups(self) -> Self {
        Self { cgroups: false, ..self }
    }

    pub(crate) fn takes_cgroups(&self) -> bool {
        self.cgroups
    }

    pub(crate) fn bubblewrap(&self) -> &Path {
        &self.bubblewrap
    }

    pub(crate) fn starter(&self) -> &Path {
        &self.starter
    }

    pub(crate) fn owner(&self) -> Owner {
        self.owner
    }

    /// The program that makes the namespace of a root-builder. Only root can map the ids of others.
    pub(crate) fn builder(&self, arguments: &[OsString]) -> Command {
        let mut command = Command::new(&self.starter);
        command.arg0(builder::PATH).args(arguments).env_clear().current_dir("/").process_group(0);
        command
    }

    /// bubblewrap as the owner, with an empty environment. Supplementary groups go with the uid.
    pub(crate) fn command(&self, arguments: &[OsString]) -> Command {
        let mut command = Command::new(&self.bubblewrap);
        command.args(arguments).env_clear().current_dir("/").process_group(0);
        if let Some((uid, gid)) = self.owner {
            command.uid(uid).gid(gid);
        }
        command
    }
}
