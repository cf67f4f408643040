//! The installation and its state: where programs, artefacts, journals and scratch folders are.

use crate::interrupts::Interrupts;
use crate::runners::Runners;
use crate::{WorkerError, fault, views};
use skink_engine::ArtefactStore;
use skink_tools::{IdentityCache, Launcher, Tool, ToolIdentity, ToolsError};
use skink_walls::{Ceilings, Spawner};
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Who tools run as while they only tell their version.
const NOBODY: (u32, u32) = (65534, 65534);

/// How tools are started here.
pub(crate) fn launcher(owner: Option<(u32, u32)>) -> Result<Launcher, ToolsError> {
    let launcher = Launcher::new(owner)?;
    Ok(if fault::pretends(fault::NO_CGROUP) { launcher.without_cgroups() } else { launcher })
}

/// Everything of the host that a job needs, opened once.
#[derive(Debug)]
pub struct Host {
    /// Makes runners, the processes of which each makes one hook call; spawns walled children.
    pub runners: Runners,
    /// Compiled modules.
    pub store: ArtefactStore,
    /// The program that inspects and compiles modules.
    pub compiler: PathBuf,
    /// Skink's folder for what outlives a job.
    pub state: PathBuf,
    /// Signals that end the job.
    pub interrupts: Interrupts,
}

impl Host {
    /// Finds the programs beside `skink`, and opens the state in `state` or its usual place. This process gets an
    /// umask and, as root, a mount namespace of its own: to be called before the first thread is started.
    pub fn open(skink: &Path, state: Option<PathBuf>) -> Result<Self, WorkerError> {
        let beside = skink.parent().unwrap_or(Path::new("/")).to_owned();
        let program = |name: &'static str| {
            let path = beside.join(name);
            if path.is_file() {
                Ok(path)
            } else {
                Err(WorkerError::Incomplete { program: name, beside: beside.clone() })
            }
        };
        // As `build` does: runners and tools are other users and must be able to read what is made for them, and
        // so must whoever is handed the results, whatever the caller keeps from others.
        rustix::process::umask(rustix::fs::Mode::WGRP | rustix::fs::Mode::WOTH);
        views::isolate()?;
        let (runner, compiler) = (program("skink-runner")?, program("skink-compiler")?);
        // What is in it is told to children that stand elsewhere.
        let state = state.unwrap_or_else(usual_state);
        let state = std::path::absolute(&state).map_err(WorkerError::file("find", &state))?;
        // Folders below are handed to unprivileged children one by one: they must be able to walk through.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o711)
            .create(&state)
            .map_err(WorkerError::file("create", &state))?;
        let store = ArtefactStore::open(&state.join("artefacts"))?;
        // A runner is there before its call is known, and lowers its limits itself.
        let spawner = Spawner::new()?.with_ceilings(Ceilings::of(&skink_policy::MOST));
        Ok(Self {
            runners: Runners::new(spawner, runner),
            store,
            compiler,
            state,
            interrupts: Interrupts::default(),
        })
    }

    /// What a tool is; asked once and remembered while its program is the same. `scratch` is the job's folder.
    pub fn identify(&self, tool: &Tool, scratch: &Path) -> Result<ToolIdentity, WorkerError> {
        let path = self.state.join("tools.json");
        let known = fs::read(&path).ok().and_then(|text| serde_json::from_slice::<IdentityCache>(&text).ok());
        let mut cache = known.unwrap_or_default();
        let before = cache.clone();
        let place = scratch.join(format!("tool-{}", unique()));
        views::make_passage(&place)?;
        views::let_through(&place)?;
        let owner = rustix::process::geteuid().is_root().then_some(NOBODY);
        let identity = launcher(owner).and_then(|launcher| cache.identify(&launcher, tool, &place));
        fs::remove_dir_all(&place).map_err(WorkerError::file("remove", &place))?;
        let identity = identity?;
        if cache != before {
            let text =
                serde_json::to_vec(&cache).map_err(|e| WorkerError::file("encode", &path)(e.into()))?;
            let part = scratch.join(format!("tools-{}.json", unique()));
            fs::write(&part, text).map_err(WorkerError::file("write", &part))?;
            fs::rename(&part, &path).map_err(WorkerError::file("write", &path))?;
        }
        Ok(identity)
    }

    /// A new empty scratch folder for one job, with an unguessable name.
    pub fn job_folder(&self, job: &str) -> Result<PathBuf, WorkerError> {
        let jobs = self.state.join("jobs");
        let path = jobs.join(job);
        views::make_passage(&jobs)?;
        views::make_passage(&path)?;
        Ok(path)
    }
}

fn usual_state() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/skink");
    }
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let base =
        std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|p| p.is_absolute()).or_else(home);
    base.unwrap_or_else(std::env::temp_dir).join("skink")
}

/// Sixteen random hexadecimal digits, for names that nobody can guess or take before us.
pub(crate) fn unique() -> String {
    let mut bytes = [0_u8; 8];
    // Blocks only before the machine's first entropy; a short read leaves zeros, and creating fails on a clash.
    let _ = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
    crate::outbox::hex(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    /// Set in the process that is started to have another umask.
    const INNER: &str = "SKINK_TEST_UMASK";

    /// The umask is the process's: other tests must not run in it.
    #[test]
    fn the_umask_of_the_caller_does_not_reach_the_results() {
        if std::env::var_os(INNER).is_some() {
            return in_a_process_of_its_own();
        }
        let mut command = Command::new("sh");
        command.args(["-c", "umask 077 && exec \"$0\" --exact \"$1\""]).env(INNER, "1");
        let this = "host::tests::the_umask_of_the_caller_does_not_reach_the_results";
        let output = command.arg(std::env::current_exe().unwrap()).arg(this).output().unwrap();
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && shown.contains("1 passed"), "{shown}");
    }

    fn in_a_process_of_its_own() {
        let base = tempfile::tempdir().unwrap();
        for program in ["skink-runner", "skink-compiler"] {
            fs::write(base.path().join(program), "").unwrap();
        }
        Host::open(&base.path().join("skink"), Some(base.path().join("state"))).unwrap();
        let packages = base.path().join(".build.packages/RPMS/noarch");
        fs::create_dir_all(&packages).unwrap();
        fs::write(packages.join("a.rpm"), "").unwrap();
        fs::set_permissions(packages.join("a.rpm"), fs::Permissions::from_mode(0o600)).unwrap();
        let staging = crate::staging::Staging::take(base.path(), ".skink-1", false).unwrap().unwrap();
        let mode = |path: &str| {
            let path = staging.results().join(path);
            fs::metadata(path).unwrap().permissions().mode() & 0o777
        };
        assert_eq!(["", "RPMS", "RPMS/noarch"].map(mode), [0o755; 3]);
        assert_eq!(mode("RPMS/noarch/a.rpm"), 0o644);
    }
}
