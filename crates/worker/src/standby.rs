//! What of a call is known before the job is that far: enough for a runner to stand ready for it.
//!
//! Landlock lets a runner reach what lies below the places that it was told of before it was locked in, and nothing
//! else. So the trees of a job are mounted at places that are known from its beginning (see `views`), and a runner
//! that was prepared while the package was still being built can read the results of that build, and no more.

use crate::WorkerError;
use crate::outbox::{ATTACHMENTS, OUTBOX};
use crate::trees::Trees;
use crate::views::{make_new_passage, make_passage};
use skink_job::{Grants, HookName, Limits, Phase};
use skink_protocol::{Descriptor, Flavour, FromRunner, Prepare, ProtocolError, RunnerEnd, ToRunner, VERSION};
use skink_walls::Child;
use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a runner may take to stand up, before anything of a module runs.
pub(crate) const READY: Duration = Duration::from_secs(20);

/// One call that will come.
#[derive(Debug, Clone)]
pub struct Standby {
    /// The hook's name.
    pub hook: HookName,
    /// The phase whose export is called.
    pub phase: Phase,
    /// How much it may use.
    pub limits: Limits,
    /// A folder of this call alone, for outbox, attachments and tools. It is made when a runner is prepared.
    pub folder: PathBuf,
    /// The compiled module.
    artefact: Arc<File>,
    written: Vec<(Descriptor, &'static str)>,
    read: Vec<(Descriptor, PathBuf)>,
}

impl Standby {
    /// A call of a hook that may do what `grants` says, below `scratch`. `trees` says where trees are, or below which
    /// folders they are going to be; one that it does not know, the call cannot read.
    pub fn new(
        (hook, phase): (&HookName, Phase),
        artefact: &Arc<File>,
        (grants, limits): (&Grants, Limits),
        trees: ReadAs<'_>,
        scratch: &Path,
    ) -> Self {
        Self {
            hook: hook.clone(),
            phase,
            limits,
            folder: scratch.join(format!("call-{hook}-{phase}")),
            artefact: Arc::clone(artefact),
            written: written(grants, phase),
            read: trees.granted(grants),
        }
    }

    /// Makes the call's folder, and tells a new runner to prepare for it. What is in the folder from a runner that
    /// was prepared before and never called is removed.
    pub(crate) fn prepare(&self, child: &Child) -> Result<(), WorkerError> {
        if let Some(calls) = self.folder.parent().filter(|calls| !calls.is_dir()) {
            make_passage(calls)?;
        }
        let failed = |action| WorkerError::file(action, &self.folder);
        match make_new_passage(&self.folder) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                std::fs::remove_dir_all(&self.folder).map_err(failed("clear"))?;
                make_new_passage(&self.folder).map_err(failed("create"))?;
            }
            made => made.map_err(failed("create"))?,
        }
        let mut kinds = vec![Descriptor::Artefact];
        let mut files: Vec<OwnedFd> = Vec::new();
        for (kind, place) in &self.read {
            files.push(File::open(place).map_err(WorkerError::file("open", place))?.into());
            kinds.push(*kind);
        }
        for (kind, name) in &self.written {
            files.push(make(&self.folder.join(name), child.owner())?.into());
            kinds.push(*kind);
        }
        let prepare = Prepare {
            descriptors: kinds,
            flavour: Flavour::Timed,
            phases: vec![self.phase],
            limits: self.limits,
            early: true,
        };
        let own = std::iter::once(self.artefact.as_fd());
        let all: Vec<BorrowedFd<'_>> = own.chain(files.iter().map(AsFd::as_fd)).collect();
        send(child, prepare, &all).map_err(|error| WorkerError::Runner { why: error.to_string().into() })
    }
}

/// The trees as one hook reads them.
#[derive(Debug, Clone, Copy)]
pub struct ReadAs<'a> {
    /// The trees of the job.
    pub trees: &'a Trees,
    /// Whether it sees the results without what hooks added.
    pub raw: bool,
}

impl ReadAs<'_> {
    /// Those that the hook was granted and that there are.
    pub(crate) fn granted(self, grants: &Grants) -> Vec<(Descriptor, PathBuf)> {
        let Trees { raw_results, results, sources, previous, build_log: _ } = self.trees;
        let results = if self.raw { raw_results } else { results };
        let all = [
            (Descriptor::Results, grants.results, results),
            (Descriptor::Sources, grants.sources, sources),
            (Descriptor::Previous, grants.previous, previous),
        ];
        let granted = all.into_iter().filter(|(_, granted, _)| *granted);
        granted.filter_map(|(kind, _, path)| Some((kind, path.clone()?))).collect()
    }
}

/// The folders that a hook may write to.
fn written(grants: &Grants, phase: Phase) -> Vec<(Descriptor, &'static str)> {
    let write = [
        (grants.outbox && phase == Phase::Transform, Descriptor::Outbox, OUTBOX),
        (!grants.attachments.is_empty(), Descriptor::Attachments, ATTACHMENTS),
    ];
    write.into_iter().filter_map(|(granted, kind, name)| granted.then_some((kind, name))).collect()
}

/// Makes a folder for the runner's user.
fn make(path: &Path, owner: Option<(u32, u32)>) -> Result<File, WorkerError> {
    std::fs::create_dir(path).map_err(WorkerError::file("create", path))?;
    if let Some((user, group)) = owner {
        std::os::unix::fs::chown(path, Some(user), Some(group)).map_err(WorkerError::file("chown", path))?;
    }
    File::open(path).map_err(WorkerError::file("open", path))
}

/// Tells a runner what to prepare for.
pub(crate) fn send(
    child: &Child,
    prepare: Prepare,
    descriptors: &[BorrowedFd<'_>],
) -> Result<(), ProtocolError> {
    let prepare = ToRunner::Prepare(Box::new(prepare));
    child.channel.send_with(&prepare, descriptors, Some(Instant::now() + READY))
}

/// Why a runner does not stand ready.
#[derive(Debug)]
pub(crate) enum NotPrepared {
    /// It said so, and why.
    Ended(RunnerEnd),
    /// It did not say so in time, is of another build, or is gone.
    Broken(ProtocolError),
}

impl From<ProtocolError> for NotPrepared {
    fn from(error: ProtocolError) -> Self {
        Self::Broken(error)
    }
}

/// Waits until a runner that was told what to prepare for has done so, and gives how long it took to load and link the
/// module.
pub(crate) fn prepared(child: &mut Child) -> Result<Duration, NotPrepared> {
    let deadline = Some(Instant::now() + READY);
    loop {
        match child.channel.receive::<FromRunner>(deadline)?.message {
            FromRunner::Ready { version: VERSION } => {}
            FromRunner::Prepared { micros } => return Ok(Duration::from_micros(micros)),
            FromRunner::End(end) => return Err(NotPrepared::Ended(end.end)),
            FromRunner::Ready { .. }
            | FromRunner::Findings(_)
            | FromRunner::Progress { .. }
            | FromRunner::Log(_)
            | FromRunner::Denied { .. }
            | FromRunner::Plan(_)
            | FromRunner::Tool(_)
            | FromRunner::Effect(_)
            | FromRunner::Probed(_) => return Err(NotPrepared::Broken(ProtocolError::Closed)),
        }
    }
}
