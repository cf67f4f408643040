//! The root of a *root-builder*: a tool that is root in a root that it may change, which is thrown away.
//!
//! Around such a run is a user namespace whose 65,536 users are [`FIRST_ID`] and the following outside: ids that no user
//! database hands out and no file of the machine belongs to. Root inside is so nobody outside, unlike with a map of ids
//! to themselves, where it could write to whatever belongs to root, such as `/proc/sys/kernel/core_pattern`. The tool
//! root's files have to belong to those users, so there is a copy of it, see
//! [`BuiltRoot::for_builders`](crate::roots::BuiltRoot); what a run changes goes into an overlay in its own folder.
//!
//! ```text
//! keeper ── builder (user and mount namespace, overlay) ─exec─► bwrap ── pid 1 ── starter ─exec─► tool
//!    └── maps the ids ──┘
//! ```

use crate::ToolsError;
use crate::folder::{Layers, Owner};
use crate::starter;
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};
use rustix::mount::{MountFlags, mount};
use rustix::process::Resource;
use rustix::thread::UnshareFlags;
use skink_walls::{IdMap, IdRange, enter_user_namespace};
use std::ffi::{CString, OsString};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

/// How the program is called that makes the namespace.
pub(crate) const PATH: &str = "/job/builder";

/// Users and groups of root-builders outside; those of runners end below it.
pub(crate) const FIRST_ID: u32 = 0x7000_0000;

/// What else may run of the user of a call: its runner, and bubblewrap of its other tools.
const OTHERS: u64 = 32;

/// As many as every distribution reckons with.
const IDS: u32 = 65_536;

/// Who is who in the namespace.
pub(crate) fn ids() -> IdMap {
    let all = vec![IdRange { inside: 0, outside: FIRST_ID, count: IDS }];
    IdMap { uids: all.clone(), gids: all }
}

/// Who makes the namespace. The kernel lets all its users together have as many processes as its maker may have, unless
/// that is root: so it is the user of the call, of whom little else runs.
#[derive(Debug)]
pub(crate) struct Creator {
    uid: u32,
    processes: u64,
}

impl Creator {
    /// `processes` are for each user of the namespace.
    pub(crate) fn new(owner: Owner, processes: u64) -> Self {
        // There is no root-builder without root, and no root without an owner.
        Self { uid: owner.map_or(FIRST_ID, |(uid, _)| uid), processes: processes.saturating_add(OTHERS) }
    }
}

/// The arguments of the program that makes the namespace and then becomes bubblewrap.
pub(crate) fn arguments(
    lower: &Path,
    layers: &Layers,
    creator: &Creator,
    bubblewrap: &Path,
    root: Vec<OsString>,
) -> Result<Vec<OsString>, ToolsError> {
    let paths = [lower, &layers.upper, &layers.work];
    if let Some(odd) =
        paths.iter().find(|path| path.as_os_str().as_bytes().iter().any(|b| b",:\\".contains(b)))
    {
        let source = io::Error::other("its path must not hold ',', ':' or '\\'");
        return Err(ToolsError::file::<io::Error>("lay a root over", odd)(source));
    }
    let options = format!(
        "userxattr,lowerdir={},upperdir={},workdir={}",
        lower.display(),
        layers.upper.display(),
        layers.work.display()
    );
    let (uid, processes) = (creator.uid.to_string(), creator.processes.to_string());
    let mut arguments: Vec<OsString> = vec![uid.into(), processes.into(), options.into()];
    arguments.extend([layers.merged.clone().into(), bubblewrap.into()]);
    arguments.extend(root);
    Ok(arguments)
}

/// Makes the namespace and becomes bubblewrap. Comes back only where that failed.
pub(crate) fn run() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let error = match arguments.as_slice() {
        [uid, processes, options, merged, bubblewrap, root @ ..] => become_creator(uid, processes)
            .map_or_else(|why| why, |()| enter(options, Path::new(merged), bubblewrap, root)),
        _ => "too few arguments".to_owned(),
    };
    // The keeper reads it where no starter has said anything.
    let _ = writeln!(io::stderr(), "the namespace of a root-builder: {error}");
    ExitCode::from(starter::NOT_STARTED)
}

/// Before the namespace is made.
fn become_creator(uid: &OsString, processes: &OsString) -> Result<(), String> {
    let number = |text: &OsString| text.to_str().and_then(|text| text.parse::<u64>().ok());
    let (Some(uid), Some(processes)) = (number(uid).and_then(|uid| uid.try_into().ok()), number(processes))
    else {
        return Err("its arguments are malformed".to_owned());
    };
    starter::limit(Resource::Nproc, processes).map_err(|e| format!("limiting its processes: {e}"))?;
    let user = Uid::from_raw(uid);
    setresuid(user, user, user).map_err(|e| format!("becoming the user {uid}: {e}"))
}

fn enter(options: &OsString, merged: &Path, bubblewrap: &OsString, root: &[OsString]) -> String {
    let prepared = || -> Result<(), String> {
        let parent =
            io::stdin().as_fd().try_clone_to_owned().map(UnixStream::from).map_err(|e| e.to_string())?;
        enter_user_namespace(UnshareFlags::NEWNS, &parent).map_err(|e| e.to_string())?;
        // Until now this was a user of the machine, who is nobody here.
        become_root().map_err(|e| format!("becoming its root: {e}"))?;
        let options = CString::new(options.as_bytes()).map_err(|e| e.to_string())?;
        mount("overlay", merged, "overlay", MountFlags::NODEV, &*options)
            .map_err(|e| format!("mounting an overlay on {}: {e}", merged.display()))
    };
    match prepared() {
        Ok(()) => {
            let error = Command::new(bubblewrap).args(root).env_clear().exec();
            format!("starting {}: {error}", bubblewrap.display())
        }
        Err(why) => why,
    }
}

fn become_root() -> nix::Result<()> {
    let (user, group) = (Uid::from_raw(0), Gid::from_raw(0));
    setgroups(&[])?;
    setresgid(group, group, group)?;
    setresuid(user, user, user)
}
