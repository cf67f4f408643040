//! The broker of one hook call: checks each request of the guest and answers it.

mod request;

use crate::account::Account;
use crate::builder;
use crate::folder::{Base, RunFolder};
use crate::keeper::{Keeper, Way};
use crate::mounts::bubblewrap_arguments;
use crate::process::{Answer, Process, Shared};
use crate::starter::{self, Rlimits};
use crate::{Kind, Launcher, Mounts, Tool, ToolUsage, ToolsError};
use request::{Refusal, check_patterns, checked_args, checked_inputs, shown_args};
use skink_job::{FileName, Limits, SafeText};
use skink_protocol::{FailureKind, Reply, ToolRequest};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

/// Runs that may be open at once: alive, or with output that nobody has read.
const MAX_OPEN: usize = 8;

/// Runs of one call.
const MAX_RUNS: usize = 1000;

/// The folder for runs of tools that change their roots.
const BUILDERS: &str = "builders";

/// The most that one read gives, in bytes.
const MAX_READ: u32 = 1 << 20;

/// A tool that may be started, and its inputs.
type Checked = (Tool, Vec<(FileName, Vec<u8>)>);

/// Runs the granted tools of one hook call.
///
/// Requests come one at a time, as from one guest. [`Broker::request`] may wait, for as long as the deadline
/// and a few seconds of dying allow. A dropped broker kills and removes as [`Broker::finish`] does.
#[derive(Debug)]
pub struct Broker {
    launcher: Launcher,
    tools: Vec<Tool>,
    mounts: Mounts,
    scratch: PathBuf,
    base: Option<Base>,
    /// The same for tools that change their roots, in a folder of its own.
    builders: Option<Base>,
    account: Arc<Account>,
    /// A run's number is its place.
    processes: Vec<Process>,
    problems: Vec<SafeText>,
    /// Where the results of a run are kept.
    keep: Option<PathBuf>,
}

impl Broker {
    /// A broker for the granted `tools` and the granted trees. `scratch` is an existing folder for this call
    /// alone, which the tools' user must be able to reach, on a file system that programs may run from (no `noexec`:
    /// a starter that the user cannot reach elsewhere is copied there); it is empty again in the end.
    pub fn new(
        launcher: Launcher,
        tools: Vec<Tool>,
        mounts: Mounts,
        scratch: PathBuf,
        limits: &Limits,
        deadline: Instant,
    ) -> Self {
        let account = Arc::new(Account::new(limits, deadline, Instant::now()));
        let (base, builders, processes, problems) = (None, None, Vec::new(), Vec::new());
        Self { launcher, tools, mounts, scratch, base, builders, account, processes, problems, keep: None }
    }

    /// Moves the folder `/job/scratch/results` that a run leaves to `place`, which is not there yet and is on the same file
    /// system as the folder of the call. It is as the tool left it: whose it is, and what links it holds.
    pub fn keep_results(&mut self, place: PathBuf) {
        self.keep = Some(place);
    }

    /// Whether a request to start that tool is one to be granted; starts nothing.
    pub fn check(
        &self,
        tool: &str,
        args: &[String],
        inputs: Vec<(String, Vec<u8>)>,
    ) -> Result<(), (FailureKind, String)> {
        self.checked(tool, args, inputs).map(drop)
    }

    /// Answers one request.
    pub fn request(&mut self, request: ToolRequest) -> Answer {
        match request {
            ToolRequest::Spawn { tool, args, inputs } => self.spawn(&tool, args, inputs),
            ToolRequest::Read { max: 0, .. } => {
                Err((FailureKind::Invalid, "a read of 0 bytes cannot be told from the end".to_owned()))
            }
            ToolRequest::Read { process, max } => self.process(process)?.read(max.min(MAX_READ) as usize),
            ToolRequest::Wait { process } => self.process(process)?.wait(),
            ToolRequest::Kill { process } => {
                self.process(process)?.kill();
                Ok(Reply::Done)
            }
        }
    }

    /// Something to end all tools of the call with from another thread, also where a request waits for one. It
    /// does not wait; no tool is started after it.
    pub fn ender(&self) -> impl Fn() + Send + use<> {
        let account = Arc::clone(&self.account);
        move || account.end()
    }

    /// Kills what still runs, waits until it is gone, removes all folders.
    pub fn finish(mut self) -> ToolUsage {
        self.close();
        let done = self.processes.iter().filter_map(Process::done);
        let (tool_processes, tool_memory) = self.account.peaks();
        ToolUsage {
            tool_time: self.account.spent().into(),
            tool_memory,
            tool_processes,
            scratch_bytes: done.map(|d| d.scratch_bytes).max().unwrap_or(0),
            runs: self.processes.iter().filter_map(Process::record).collect(),
            limit: self.account.met(),
            problems: std::mem::take(&mut self.problems),
        }
    }

    fn close(&mut self) {
        self.processes.iter().for_each(|p| p.ask_to_die());
        for process in &mut self.processes {
            if let Some(keeper) = process.keeper.take() {
                // A keeper does not panic; and there is nothing to do about it here.
                let _ = keeper.join();
                self.problems.extend(process.done().and_then(|d| d.problem).map(|p| SafeText::line(&p)));
            }
        }
        let builders = self.scratch.join(BUILDERS);
        let builders = self.builders.take().map(|base| {
            base.remove()?;
            fs::remove_dir(&builders).map_err(ToolsError::file("remove", &builders))
        });
        let base = self.base.take().map(|base| base.remove());
        let failed = [builders, base].into_iter().flatten().filter_map(Result::err);
        self.problems.extend(failed.map(|e| SafeText::line(&e.to_string())));
    }

    fn process(&self, number: u32) -> Result<&Process, (FailureKind, String)> {
        let process = usize::try_from(number).ok().and_then(|n| self.processes.get(n));
        process.ok_or_else(|| (FailureKind::NotFound, format!("there is no process {number}")))
    }

    fn spawn(&mut self, name: &str, args: Vec<String>, inputs: Vec<(String, Vec<u8>)>) -> Answer {
        let (tool, inputs) = self.checked(name, &args, inputs)?;
        self.check_limits(&tool)?;
        let number = u32::try_from(self.processes.len()).map_err(|e| (FailureKind::Other, e.to_string()))?;
        let (shown, started) = (shown_args(&args), Instant::now());
        let keeper = self.prepare(&tool, number, &args, &inputs).map_err(host_failure)?;
        let shared = Arc::clone(&keeper.shared);
        let thread = thread::Builder::new().name(format!("tool-{number}")).spawn(|| keeper.keep());
        let keeper = Some(thread.map_err(ToolsError::system("start a thread")).map_err(host_failure)?);
        let process = Process { tool: tool.name, args: shown, started, shared, keeper };
        let running = process.wait_started();
        self.processes.push(process);
        running.map(|()| Reply::Spawned { process: number })
    }

    fn checked(
        &self,
        name: &str,
        args: &[String],
        inputs: Vec<(String, Vec<u8>)>,
    ) -> Result<Checked, Refusal> {
        let tool = self.granted(name)?;
        checked_args(args)?;
        check_patterns(&tool, args)?;
        Ok((tool, checked_inputs(inputs)?))
    }

    fn granted(&self, name: &str) -> Result<Tool, Refusal> {
        self.tools.iter().find(|tool| tool.name.as_str() == name).cloned().ok_or_else(|| {
            let granted: Vec<&str> = self.tools.iter().map(|tool| tool.name.as_str()).collect();
            let name = SafeText::line(name).truncated(80);
            (
                FailureKind::Denied,
                format!("tool {name:?} is not granted; granted are: {}", granted.join(", ")),
            )
        })
    }

    fn check_limits(&self, tool: &Tool) -> Result<(), Refusal> {
        if self.account.is_ended() {
            return Err((FailureKind::Other, "the call is being ended".to_owned()));
        }
        if let Some(met) = self.account.met() {
            return Err((FailureKind::Limit, met.detail));
        }
        if let Err(kind) = self.account.left(Instant::now()) {
            return Err((FailureKind::Limit, self.account.meet(kind, tool.name.as_str())));
        }
        if self.processes.iter().filter(|p| p.is_open()).count() >= MAX_OPEN {
            let what =
                format!("{MAX_OPEN} tools run or have output that was not read; read or kill one first");
            return Err((FailureKind::Limit, what));
        }
        if self.processes.len() >= MAX_RUNS {
            return Err((FailureKind::Limit, format!("a call may run {MAX_RUNS} tools")));
        }
        Ok(())
    }

    fn prepare(
        &mut self,
        tool: &Tool,
        number: u32,
        args: &[String],
        inputs: &[(FileName, Vec<u8>)],
    ) -> Result<Keeper, ToolsError> {
        tool.check()?;
        let rlimits = self.rlimits(&tool.kind);
        let order = starter::encode(rlimits, &tool.program, args).ok_or_else(|| ToolsError::Program {
            tool: tool.name.to_string(),
            path: tool.program.clone(),
            why: "is not UTF-8".to_owned(),
        })?;
        let shared = Shared::new().map_err(ToolsError::system("make an eventfd"))?;
        let lower = tool.built_for_builders()?;
        let keep = self.keep.clone();
        let folder = RunFolder::create(self.base(lower.is_some())?, number, inputs, keep)?;
        let root = bubblewrap_arguments(tool, &self.mounts, &folder)?;
        let (account, launcher) = (Arc::clone(&self.account), self.launcher.clone());
        let way = match lower {
            None => Way::Plain { root },
            Some(lower) => Way::Builder {
                arguments: builder::arguments(
                    &lower,
                    &folder.layers(),
                    &builder::Creator::new(launcher.owner(), rlimits.processes),
                    launcher.bubblewrap(),
                    root,
                )?,
            },
        };
        Ok(Keeper { shared, account, launcher, tool: tool.name.to_string(), folder, way, order })
    }

    /// The folder for all runs, furnished at the first one; `layered` for those that change their roots.
    fn base(&mut self, layered: bool) -> Result<&Base, ToolsError> {
        let starter = self.launcher.starter();
        if !layered {
            let base = match self.base.take() {
                Some(base) => base,
                None => Base::install(&self.scratch, self.launcher.owner(), starter, false)?,
            };
            return Ok(self.base.insert(base));
        }
        let base = match self.builders.take() {
            Some(base) => base,
            None => {
                let folder = self.scratch.join(BUILDERS);
                fs::create_dir(&folder).map_err(ToolsError::file("make", &folder))?;
                let root = builder::FIRST_ID;
                Base::install(&folder, Some((root, root)), starter, true)?
            }
        };
        Ok(self.builders.insert(base))
    }

    /// What holds even if the keeper were gone.
    fn rlimits(&self, kind: &Kind) -> Rlimits {
        let processors = thread::available_parallelism().map_or(1, |n| n.get() as u64);
        // What the kernel counts besides the tool's own: pid 1, and bubblewrap where it is in the namespace too.
        let others = match kind {
            Kind::Plain => 1,
            Kind::RootBuilder { .. } => 2,
        };
        Rlimits {
            processes: u64::from(self.account.tool_processes) + others,
            // One byte more, so that a full file is seen to be over the limit.
            file_bytes: self.account.scratch_bytes.0.saturating_add(1),
            cpu_seconds: (self.account.tool_time.0 / 1000).saturating_add(2).saturating_mul(processors),
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.close();
    }
}

fn host_failure(error: ToolsError) -> (FailureKind, String) {
    (FailureKind::Other, error.to_string())
}
