//! Frames between the worker and the runner.

use crate::allocate::{Question, RawAnswer};
use crate::plan_edit::PlanEditFrame;
use serde::{Deserialize, Serialize};
use skink_job::{Facts, Grants, LimitKind, Limits, Phase, PlanEdit, Severity, Usage};

/// The engine configuration that an artefact was compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Flavour {
    /// Epochs bound time. The usual one.
    Timed,
    /// Fuel bounds work and NaNs are canonical: `allocate` and replay.
    Metered,
}

/// What a descriptor that comes with [`ToRunner::Prepare`] or [`ToRunner::Start`] is, in the order of the descriptors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Descriptor {
    /// The compiled module, a read-only regular file.
    Artefact,
    /// Directory of the results as this hook sees them; to prepare, the place where it is going to be.
    Results,
    /// Directory of the sources; to prepare, the place where it is going to be.
    Sources,
    /// Directory of the previous build's results; to prepare, the place where it is going to be.
    Previous,
    /// The build's log, a read-only regular file.
    BuildLog,
    /// Empty writable directory for the outbox.
    Outbox,
    /// Empty writable directory for attachments.
    Attachments,
}

/// From the worker to the runner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ToRunner {
    /// First: finish the walls, load the module and link it. Answered by [`FromRunner::Prepared`], or by
    /// [`FromRunner::End`] where that is impossible; nothing of the module is called.
    Prepare(Box<Prepare>),
    /// Make one call of the module that was prepared. The runner is used once.
    Start(Box<Start>),
    /// One question to a module of the phase `allocate` that was prepared; answered by [`FromRunner::End`], and the
    /// runner stays to be asked again, until the socket closes.
    Ask(Box<Question>),
    /// The answer to [`FromRunner::Plan`], [`FromRunner::Tool`] or [`FromRunner::Effect`], in order.
    Reply(Result<Reply, (FailureKind, String)>),
    /// Instead of anything else: try what the walls forbid and say what happened.
    Probe,
}

/// What a runner needs to know to stand ready for calls: nothing of what a job is found to be later.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prepare {
    /// Which descriptors came with this frame, in order: the artefact, directories to write to, and for each tree to
    /// read the place where it is going to be. A tree that comes with the call and lies elsewhere cannot be read.
    pub descriptors: Vec<Descriptor>,
    /// The engine configuration that the artefact was compiled for.
    pub flavour: Flavour,
    /// The phases whose interfaces the module must fit.
    pub phases: Vec<Phase>,
    /// What the process may use in all its life.
    pub limits: Limits,
    /// Whether the module may be made before its call begins, as far as that takes nothing of the host.
    pub early: bool,
}

/// Everything that one call needs to know beside what was prepared.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Start {
    /// Which descriptors came with this frame, in order.
    pub descriptors: Vec<Descriptor>,
    /// The phase whose export is called; one that was prepared.
    pub phase: Phase,
    /// The job's facts.
    pub facts: Facts,
    /// The hook's settings as JSON text, checked against the manifest's schema.
    pub settings: String,
    /// The hook's grants.
    pub grants: Grants,
    /// The granted tools that are at hand.
    pub tools: Vec<ToolInfo>,
    /// Names of the packages to be installed (pre-chroot) or installed (later), where known.
    pub packages: Vec<String>,
    /// Key and value of the build's statistics, where there are any.
    pub statistics: Vec<(String, String)>,
    /// Unix time in seconds that the guest's clock starts from.
    pub now: u64,
    /// Seed of the guest's random numbers.
    pub seed: u64,
}

/// A tool that the guest may run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolInfo {
    /// Its name in the policy.
    pub name: String,
    /// Its version, as found by the worker; empty where it is not known.
    pub version: String,
}

/// From the runner to the worker. All texts are raw.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum FromRunner {
    /// The outer walls stand; it may be told what to prepare for.
    Ready {
        /// [`crate::VERSION`] of the child.
        version: u32,
    },
    /// All walls stand, and the module fits.
    Prepared {
        /// How long it took to load and link the module, in microseconds.
        micros: u64,
    },
    /// Findings, in order. No answer.
    Findings(Vec<RawFinding>),
    /// How far the hook is. No answer.
    Progress {
        /// Steps done.
        done: u64,
        /// Steps in all, 0 where it is not known.
        total: u64,
        /// What is being done.
        what: String,
    },
    /// A line for the log (also the guest's stdout and stderr). No answer.
    Log(String),
    /// The guest tried something that it has no grant for. No answer.
    Denied {
        /// What it tried, on what.
        what: String,
    },
    /// An edit of the plan; answered by a [`Reply::Done`] or a failure.
    Plan(#[serde(with = "PlanEditFrame")] PlanEdit),
    /// A request to the broker; answered.
    Tool(ToolRequest),
    /// A request for an effect on the build host; answered.
    Effect(EffectRequest),
    /// The call has ended; the runner exits, unless it was to be asked again.
    End(Box<CallEnd>),
    /// The answer to [`ToRunner::Probe`]; the runner exits.
    Probed(Vec<ProbeResult>),
}

/// A request to the broker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ToolRequest {
    /// Start a tool; answered by [`Reply::Spawned`].
    Spawn {
        /// Its name in the policy.
        tool: String,
        /// Its arguments. Trees are at `/job/results`, `/job/sources`, `/job/previous`; the working folder is
        /// `/job/scratch`.
        args: Vec<String>,
        /// Small files to lay in `/job/inputs`: name and content.
        inputs: Vec<(String, Vec<u8>)>,
    },
    /// Read output; answered by [`Reply::Output`], with no bytes once all is read and the tool has ended.
    Read {
        /// From [`Reply::Spawned`].
        process: u32,
        /// At most so many bytes.
        max: u32,
    },
    /// Wait for the end; answered by [`Reply::Exited`].
    Wait {
        /// From [`Reply::Spawned`].
        process: u32,
    },
    /// End the tool and all its children; answered by [`Reply::Done`].
    Kill {
        /// From [`Reply::Spawned`].
        process: u32,
    },
}

/// A request for an effect on the build host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EffectRequest {
    /// Have programs of another architecture run; answered by [`Reply::InEffect`].
    Emulate {
        /// The architecture, as the guest named it.
        arch: String,
    },
    /// Take an effect back; answered by [`Reply::Done`].
    Undo {
        /// From [`Reply::InEffect`].
        effect: u32,
    },
    /// Tell the mounts that the grant names; answered by [`Reply::Mounts`].
    Mounts,
    /// Unmount one of them; answered by [`Reply::Done`].
    Unmount {
        /// From the last [`Reply::Mounts`].
        number: u32,
        /// Out of the tree at once, although it may be in use.
        lazily: bool,
    },
}

/// A mount of the build host, as the guest is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountInfo {
    /// Names the mount in later requests.
    pub number: u32,
    /// Where it is mounted.
    pub place: String,
    /// The kind of file system.
    pub kind: String,
    /// What is mounted.
    pub source: String,
}

/// An effect, as the guest is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectInfo {
    /// Names the effect in later requests.
    pub effect: u32,
    /// What it is, in words.
    pub what: String,
}

/// A successful answer of the worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// Done; nothing to tell.
    Done,
    /// The tool runs.
    Spawned {
        /// Names the process in later requests.
        process: u32,
    },
    /// Some output.
    Output {
        /// Where it was written.
        stream: Stream,
        /// Empty at the end.
        bytes: Vec<u8>,
    },
    /// The tool has ended.
    Exited(ExitStatus),
    /// The effect counts if the hook passes; `None` where there is nothing to do.
    InEffect(Option<EffectInfo>),
    /// The mounts that the grant names.
    Mounts(Vec<MountInfo>),
}

/// An output stream of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// How a tool ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExitStatus {
    /// It exited with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
}

/// The kinds of failure that a guest is told of; the cases of `types.failure` in WIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FailureKind {
    /// No grant for it.
    Denied,
    /// A limit is met.
    Limit,
    /// There is no such thing.
    NotFound,
    /// The argument is malformed.
    Invalid,
    /// Anything else.
    Other,
}

/// A finding as the guest gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawFinding {
    /// How grave it is.
    pub severity: Severity,
    /// The stable name of the rule.
    pub code: String,
    /// One line for people.
    pub message: String,
    /// The package it is about.
    pub package: Option<String>,
    /// The file it is about.
    pub file: Option<String>,
    /// The line in that file, from 1.
    pub line: Option<u32>,
    /// What to do.
    pub help: Option<String>,
    /// Anything more: key and value.
    pub extra: Vec<(String, String)>,
}

/// How the call ended, and what it used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallEnd {
    /// How it ended.
    pub end: RunnerEnd,
    /// What it used of its limits, as far as the runner can see.
    pub usage: Usage,
}

/// How the call ended, as the runner saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunnerEnd {
    /// The hook is content.
    Pass,
    /// The hook judged the build as failed.
    Fail(String),
    /// The hook judged the build as unchanged.
    Unchanged(String),
    /// The hook of the phase `allocate` answered.
    Answer(RawAnswer),
    /// The hook could not do its work.
    Failure(FailureKind, String),
    /// A limit was met.
    Limit(LimitKind, String),
    /// The guest trapped.
    Trap(RawCrash),
    /// The component asks for something that this phase does not give, or lacks the export.
    Unlinkable(String),
    /// The artefact is not for this engine; compile it again.
    StaleArtefact(String),
    /// The runner itself could not do its work.
    HostError(String),
}

/// A trap as the runner saw it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RawCrash {
    /// The trap in one line.
    pub message: String,
    /// The guest's call stack, innermost first.
    pub frames: Vec<RawFrame>,
    /// The last calls from the guest to the host, oldest first.
    pub host_calls: Vec<String>,
}

/// One frame of a guest's call stack.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RawFrame {
    /// The function's demangled name, or its index.
    pub function: String,
    /// Offset in the module, in bytes.
    pub offset: Option<u64>,
}

/// What happened when the runner tried something that its walls forbid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeResult {
    /// What was tried, such as `open /etc/passwd`.
    pub tried: String,
    /// `None` where it worked (a hole in the wall), else the error.
    pub error: Option<String>,
}
