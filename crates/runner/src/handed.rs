//! The descriptors that come with a request, each with its meaning.

use skink_host::Inputs;
use skink_job::Allocation;
use skink_protocol::{Descriptor, Start};
use skink_walls::Access;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

/// Descriptors by their kind, at most one of each.
#[derive(Debug, Default)]
struct Sorted(Vec<(Descriptor, OwnedFd)>);

impl Sorted {
    /// Gives each descriptor its meaning.
    ///
    /// # Errors
    /// There are more or fewer than named, one kind is named twice, or one is not due in this request.
    fn of(
        kinds: &[Descriptor],
        descriptors: Vec<OwnedFd>,
        due: fn(Descriptor) -> bool,
    ) -> Result<Self, String> {
        if kinds.len() != descriptors.len() {
            return Err(format!("{} descriptors came, {} are named", descriptors.len(), kinds.len()));
        }
        let mut sorted = Self::default();
        for (kind, descriptor) in kinds.iter().zip(descriptors) {
            if !due(*kind) {
                return Err(format!("the descriptor {kind:?} came, and was not due"));
            }
            if sorted.0.iter().any(|(other, _)| other == kind) {
                return Err(format!("the descriptor {kind:?} came twice"));
            }
            sorted.0.push((*kind, descriptor));
        }
        Ok(sorted)
    }

    fn take(&mut self, kind: Descriptor) -> Option<OwnedFd> {
        let at = self.0.iter().position(|(other, _)| *other == kind)?;
        Some(self.0.swap_remove(at).1)
    }

    fn share(&mut self, kind: Descriptor) -> Option<Arc<OwnedFd>> {
        self.take(kind).map(Arc::new)
    }
}

/// What comes to prepare for calls.
#[derive(Debug)]
pub(crate) struct Places(Sorted);

impl Places {
    pub(crate) fn sort(kinds: &[Descriptor], descriptors: Vec<OwnedFd>) -> Result<Self, String> {
        Sorted::of(kinds, descriptors, |kind| kind != Descriptor::BuildLog).map(Self)
    }

    /// What each may be used for, and all that lies below it.
    pub(crate) fn rules(&self) -> Vec<(BorrowedFd<'_>, Access)> {
        let access = |kind: Descriptor| match kind {
            Descriptor::Artefact | Descriptor::BuildLog => Access::Read,
            Descriptor::Results | Descriptor::Sources | Descriptor::Previous => Access::ReadTree,
            Descriptor::Outbox | Descriptor::Attachments => Access::WriteTree,
        };
        self.0.0.iter().map(|(kind, descriptor)| (descriptor.as_fd(), access(*kind))).collect()
    }

    pub(crate) fn artefact(&mut self) -> Option<File> {
        self.0.take(Descriptor::Artefact).map(File::from)
    }

    /// Where the guest may write. The rest is closed: the trees come with the call.
    pub(crate) fn written(mut self) -> Written {
        Written {
            outbox: self.0.share(Descriptor::Outbox),
            attachments: self.0.share(Descriptor::Attachments),
        }
    }
}

/// Directories that the guest may write to.
#[derive(Debug, Default)]
pub(crate) struct Written {
    outbox: Option<Arc<OwnedFd>>,
    attachments: Option<Arc<OwnedFd>>,
}

/// What the guest's side needs to know of a call.
///
/// # Errors
/// The descriptors are not those that are due.
pub(crate) fn inputs(start: Start, descriptors: Vec<OwnedFd>, written: Written) -> Result<Inputs, String> {
    let due = |kind| match kind {
        Descriptor::Results | Descriptor::Sources | Descriptor::Previous | Descriptor::BuildLog => true,
        Descriptor::Artefact | Descriptor::Outbox | Descriptor::Attachments => false,
    };
    let mut read = Sorted::of(&start.descriptors, descriptors, due)?;
    Ok(Inputs {
        facts: start.facts,
        allocation: Allocation::default(),
        settings: start.settings,
        grants: start.grants,
        tools: start.tools,
        packages: start.packages,
        statistics: start.statistics,
        now: start.now,
        seed: start.seed,
        results: read.share(Descriptor::Results),
        sources: read.share(Descriptor::Sources),
        previous: read.share(Descriptor::Previous),
        build_log: read.take(Descriptor::BuildLog).map(|log| Arc::new(File::from(log))),
        outbox: written.outbox,
        attachments: written.attachments,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_must_be_those_that_are_named_and_due() {
        use Descriptor::{Artefact, BuildLog, Outbox, Results};
        let rows: [(&[Descriptor], usize, Option<usize>); 5] = [
            (&[Artefact, Results, Outbox], 3, Some(3)),
            (&[Artefact], 2, None),
            (&[Artefact, Results], 1, None),
            (&[Artefact, Artefact], 2, None),
            (&[Artefact, BuildLog], 2, None),
        ];
        for (kinds, count, rules) in rows {
            let descriptors = (0..count).map(|_| File::open("/dev/null").unwrap().into()).collect();
            let got = Places::sort(kinds, descriptors).ok().map(|places| places.rules().len());
            assert_eq!(got, rules, "{kinds:?}");
        }
    }
}
