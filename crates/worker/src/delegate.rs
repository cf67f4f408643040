//! A build that a hook has a tool do in place of `build`: what is asked for, what the tool is given, what it leaves.
//!
//! Invariant: the tool is one that the hook may run, within that hook's limits and with the trees that it was granted.
//! The build root gets `.build.packages` and nothing else, made anew, of copies that belong to the caller; no link is
//! followed in it, nor in what the tool left.

use crate::admit::Admitted;
use crate::call::CallSpec;
use crate::handback::VISIBLE;
use crate::log::Log;
use crate::root::{Means, copy_tree, make_staged, open, remove};
use crate::{Host, WorkerError, fault, views};
use skink_job::{HookName, Limits, PlanEdit, PlanInput, SafeText};
use skink_protocol::{ExitStatus, FailureKind, Reply, ToolRequest};
use skink_tools::{Broker, Launcher, Mounts, Tool, ToolUsage};
use skink_walls::Slot;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long after its own time a run may take to end, before the call is over.
const GRACE: Duration = Duration::from_secs(60);

/// Whether an edit is one that can be made now, as far as it has another build.
pub(crate) fn check(
    edit: &PlanEdit,
    edits: &[PlanEdit],
    spec: &CallSpec<'_>,
    broker: &Broker,
) -> Result<(), (FailureKind, String)> {
    let PlanEdit::Delegate { tool, args, inputs } = edit else { return Ok(()) };
    let by = match spec.delegated_by {
        Some(other) => Some(format!("the hook {other}")),
        None => edits.iter().any(is_one).then(|| "this call".to_owned()),
    };
    if let Some(by) = by {
        return Err((
            FailureKind::Invalid,
            format!("{by} has had another build in place of `build` already"),
        ));
    }
    broker.check(tool, args, contents(inputs))
}

/// Whether it is an edit that has another build.
pub(crate) fn is_one(edit: &PlanEdit) -> bool {
    matches!(edit, PlanEdit::Delegate { .. })
}

fn contents(inputs: &[PlanInput]) -> Vec<(String, Vec<u8>)> {
    inputs.iter().map(|input| (input.name.clone(), input.content.clone())).collect()
}

/// A build by a tool.
#[derive(Debug, Clone)]
pub(crate) struct Delegation<'a> {
    /// Who wants it.
    pub(crate) hook: &'a HookName,
    /// What builds.
    pub(crate) tool: &'a Tool,
    /// Whether it may read the sources.
    pub(crate) sources: bool,
    limits: Limits,
    args: Vec<String>,
    inputs: Vec<(String, Vec<u8>)>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// As `build` would have ended: 0 or 1.
    pub(crate) code: i32,
    /// What the run used.
    pub(crate) usage: ToolUsage,
    /// Special files that it left, which are no results.
    pub(crate) left_out: Vec<SafeText>,
}

/// Where it happens.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    /// The job's own folder.
    pub(crate) scratch: &'a Path,
    /// The build root, in which results are expected.
    pub(crate) root: &'a Path,
    /// What the tool may read.
    pub(crate) mounts: Mounts,
}

impl<'a> Delegation<'a> {
    /// The one that the plan has, if it has one. `by` is the hook that wants it.
    pub(crate) fn of(plan: &[PlanEdit], by: Option<&HookName>, hooks: &'a [Admitted]) -> Option<Self> {
        let hook = hooks.iter().find(|hook| Some(&hook.entry.name) == by)?;
        let PlanEdit::Delegate { tool: name, args, inputs } = plan.iter().find(|edit| is_one(edit))? else {
            return None;
        };
        let (tool, _) = hook.tools.iter().find(|(tool, _)| tool.name.as_str() == name)?;
        let (args, inputs) = (args.clone(), contents(inputs));
        let sources = hook.allowed.grants.sources;
        Some(Self { hook: &hook.entry.name, tool, limits: hook.allowed.limits, sources, args, inputs })
    }
}

impl Delegation<'_> {
    /// Runs the tool to its end. What it writes goes to the log, escaped, as does why it failed.
    ///
    /// # Errors
    /// What the host could not do.
    pub(crate) fn run(&self, host: &Host, place: Place<'_>, log: &Log) -> Result<Ended, WorkerError> {
        let folder = place.scratch.join("delegated");
        views::make_passage(&folder)?;
        let results = place.scratch.join("delegated-results");
        // Whoever is not root runs tools as itself.
        let user = rustix::process::geteuid().is_root().then(Slot::take).transpose()?;
        let launcher = Launcher::new(user.as_ref().map(|user| (user.uid(), user.uid())))?;
        let deadline = Instant::now() + Duration::from(self.limits.tool_time) + GRACE;
        let tools = vec![self.tool.clone()];
        let mut broker = Broker::new(launcher, tools, place.mounts, folder, &self.limits, deadline);
        broker.keep_results(results.clone());
        let watch = host.interrupts.watch(broker.ender());
        fault::point("build-started");
        let end = self.follow(&mut broker, log);
        let usage = broker.finish();
        drop(watch);
        let (tool, hook) = (&self.tool.name, self.hook);
        let failed = match (usage.problems.first(), end) {
            (Some(problem), _) => Some(problem.to_string()),
            (None, Ok(ExitStatus::Code(0))) if results.is_dir() => None,
            (None, Ok(ExitStatus::Code(0))) => {
                Some(format!("{tool} left no folder /job/scratch/results, so nothing was built"))
            }
            (None, Ok(ExitStatus::Code(code))) => Some(format!("{tool} ended with exit code {code}")),
            (None, Ok(ExitStatus::Signal(signal))) => Some(format!("{tool} was ended by signal {signal}")),
            (None, Err(why)) => Some(why),
        };
        if let Some(why) = failed {
            log.line(&format!("skink: {} (it built for the hook {hook})", SafeText::line(&why)));
            return Ok(Ended { code: 1, usage, left_out: Vec::new() });
        }
        Ok(Ended { code: 0, usage, left_out: take_results(&results, place.root)? })
    }

    fn follow(&self, broker: &mut Broker, log: &Log) -> Result<ExitStatus, String> {
        let (tool, args, inputs) = (self.tool.name.to_string(), self.args.clone(), self.inputs.clone());
        let spawned = broker.request(ToolRequest::Spawn { tool, args, inputs }).map_err(|(_, why)| why)?;
        let Reply::Spawned { process } = spawned else { return Err("the tool was not started".to_owned()) };
        let output = BufReader::new(Output { broker, process });
        // What ends the reading is told by how the tool ended.
        let _ = skink_obs::for_each_line(output, &mut |line| {
            log.line(SafeText::line_from_bytes(line).as_str());
        });
        match broker.request(ToolRequest::Wait { process }) {
            Ok(Reply::Exited(status)) => Ok(status),
            Ok(_) => Err("the end of the tool is not known".to_owned()),
            Err((_, why)) => Err(why),
        }
    }
}

/// What a tool writes, both streams as they come.
struct Output<'a> {
    broker: &'a mut Broker,
    process: u32,
}

impl Read for Output<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let max = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        match self.broker.request(ToolRequest::Read { process: self.process, max }) {
            Ok(Reply::Output { bytes, .. }) => bytes.as_slice().read(buffer),
            Ok(_) => Ok(0),
            Err((_, why)) => Err(io::Error::other(why)),
        }
    }
}

/// Makes the root if it is not there. Results of a former build are not this one's.
pub(crate) fn forget_results(root: &Path) -> Result<(), WorkerError> {
    std::fs::create_dir_all(root).map_err(WorkerError::file("create", root))?;
    remove(&open(root)?, VISIBLE).map_err(WorkerError::file("remove", &root.join(VISIBLE)))
}

/// Copies what the tool left to where `build` leaves its results.
fn take_results(results: &Path, root: &Path) -> Result<Vec<SafeText>, WorkerError> {
    let visible = root.join(VISIBLE);
    let failed = |action| WorkerError::file(action, &visible);
    let to = make_staged(&open(root)?, VISIBLE).map_err(failed("create"))?;
    let left_out = copy_tree(&open(results)?, &to, Means::Copy).map_err(failed("copy the results to"))?;
    std::fs::remove_dir_all(results).map_err(WorkerError::file("remove", results))?;
    Ok(left_out.lines())
}

/// The folders of packages that `build` was told of, readable for tools.
pub(crate) fn packages(
    folders: &[PathBuf],
    views: &mut views::Views,
    scratch: &Path,
) -> Result<Vec<PathBuf>, WorkerError> {
    let mut all = Vec::new();
    for (number, folder) in folders.iter().enumerate() {
        let folder = folder.canonicalize().map_err(WorkerError::file("find the packages in", folder))?;
        let name = format!("packages-{number}");
        let folder = crate::trees::readable(&folder, &scratch.join(&name))?;
        all.push(views.beside(&name, &folder)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn results_are_copied_and_nothing_is_followed() {
        let base = tempfile::tempdir().unwrap();
        let (root, results, victim) =
            (base.path().join("root"), base.path().join("left"), base.path().join("v"));
        fs::create_dir(&victim).unwrap();
        fs::write(victim.join("kept"), "").unwrap();
        fs::create_dir(&root).unwrap();
        symlink(&victim, root.join(VISIBLE)).unwrap();
        fs::create_dir_all(results.join("KIWI")).unwrap();
        fs::write(results.join("KIWI/image.tar.xz"), "image").unwrap();
        symlink("/etc/shadow", results.join("KIWI/link")).unwrap();
        symlink(&victim, results.join("OTHER")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, results.join("KIWI/fifo"), 0o644.into()).unwrap();
        forget_results(&root).unwrap();
        assert!(!root.join(VISIBLE).exists() && victim.join("kept").exists());
        let left_out = take_results(&results, &root).unwrap();
        assert_eq!(left_out, [SafeText::from("KIWI/fifo")]);
        assert_eq!(fs::read_to_string(root.join(VISIBLE).join("KIWI/image.tar.xz")).unwrap(), "image");
        assert!(root.join(VISIBLE).join("OTHER").is_symlink() && !results.exists());
        assert_eq!(fs::read_dir(&victim).unwrap().count(), 1);
    }
}
