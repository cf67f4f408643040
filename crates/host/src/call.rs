//! Calling the export of a phase.

use crate::State;
use crate::bindings::exports::skink::hook;
use crate::bindings::exports::skink::hook::allocate::Answer;
use crate::bindings::skink::hook::types::{Failure, Verdict};
use crate::context::{AllocateContext, CheckContext, CleanupContext, PreChrootContext, TransformContext};
use crate::refusal::kind_of;
use skink_job::Phase;
use skink_protocol::{FailureKind, RawAnswer};
use wasmtime::component::{Instance, InstancePre, Resource};
use wasmtime::{Result, Store};

/// What a hook said when its call returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It is content.
    Pass,
    /// It judges the build as failed.
    Fail(String),
    /// It judges the build as unchanged.
    Unchanged(String),
    /// It says whether a worker takes the job.
    Answer(RawAnswer),
    /// It could not do its work.
    Failure(FailureKind, String),
}

/// The typed export of a phase, found but not instantiated yet.
pub enum Export {
    /// Before there is a build.
    Allocate(hook::allocate::GuestIndices),
    /// Before the chroot.
    PreChroot(hook::pre_chroot::GuestIndices),
    /// After the build.
    Transform(hook::transform::GuestIndices),
    /// After the transforms.
    Check(hook::check::GuestIndices),
    /// At the end.
    Cleanup(hook::cleanup::GuestIndices),
}

impl Export {
    /// Finds the export of `phase`.
    ///
    /// # Errors
    /// The component lacks it.
    pub fn find(pre: &InstancePre<State>, phase: Phase) -> Result<Self> {
        Ok(match phase {
            Phase::Allocate => Self::Allocate(hook::allocate::GuestIndices::new(pre)?),
            Phase::PreChroot => Self::PreChroot(hook::pre_chroot::GuestIndices::new(pre)?),
            Phase::Transform => Self::Transform(hook::transform::GuestIndices::new(pre)?),
            Phase::Check => Self::Check(hook::check::GuestIndices::new(pre)?),
            Phase::Cleanup => Self::Cleanup(hook::cleanup::GuestIndices::new(pre)?),
        })
    }

    /// Makes the call: hands the guest its context and waits for what it says.
    ///
    /// # Errors
    /// The guest trapped, or the host ended the call: see [`crate::Stop`].
    pub fn call(&self, store: &mut Store<State>, instance: &Instance) -> Result<Said> {
        let done = match self {
            Self::Allocate(export) => {
                let guest = export.load(&mut *store, instance)?;
                let context = lend(store, AllocateContext)?;
                return Ok(answered(guest.call_allocate(&mut *store, context)?));
            }
            Self::PreChroot(export) => {
                let guest = export.load(&mut *store, instance)?;
                let context = lend(store, PreChrootContext)?;
                guest.call_prepare(&mut *store, context)?.map(|()| Verdict::Pass)
            }
            Self::Transform(export) => {
                let guest = export.load(&mut *store, instance)?;
                let context = lend(store, TransformContext)?;
                guest.call_transform(&mut *store, context)?.map(|()| Verdict::Pass)
            }
            Self::Check(export) => {
                let guest = export.load(&mut *store, instance)?;
                let context = lend(store, CheckContext)?;
                guest.call_check(&mut *store, context)?
            }
            Self::Cleanup(export) => {
                let guest = export.load(&mut *store, instance)?;
                let context = lend(store, CleanupContext)?;
                guest.call_cleanup(&mut *store, context)?.map(|()| Verdict::Pass)
            }
        };
        Ok(said(done))
    }
}

/// The context stays ours; the guest borrows it for the call.
fn lend<C: Send + 'static>(store: &mut Store<State>, context: C) -> Result<Resource<C>> {
    let owned = store.data_mut().push(context)?;
    Ok(Resource::new_borrow(owned.rep()))
}

fn said(done: std::result::Result<Verdict, Failure>) -> Said {
    match done {
        Ok(Verdict::Pass) => Said::Pass,
        Ok(Verdict::Fail(reason)) => Said::Fail(reason),
        Ok(Verdict::Unchanged(reason)) => Said::Unchanged(reason),
        Err(failure) => failed(failure),
    }
}

fn answered(done: std::result::Result<Answer, Failure>) -> Said {
    match done {
        Ok(Answer::Yes) => Said::Answer(RawAnswer::Yes),
        Ok(Answer::No(reason)) => Said::Answer(RawAnswer::No(reason)),
        Ok(Answer::Abstain) => Said::Answer(RawAnswer::Abstain),
        Err(failure) => failed(failure),
    }
}

fn failed(failure: Failure) -> Said {
    let (kind, what) = kind_of(failure);
    Said::Failure(kind, what)
}
