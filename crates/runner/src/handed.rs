//! The descriptors that come with a call.

use skink_host::Inputs;
use skink_job::Allocation;
use skink_protocol::{Descriptor, Start};
use skink_walls::Access;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

/// Descriptors of one call, each with its meaning.
#[derive(Debug, Default)]
pub(crate) struct Handed {
    artefact: Option<OwnedFd>,
    results: Option<OwnedFd>,
    sources: Option<OwnedFd>,
    previous: Option<OwnedFd>,
    build_log: Option<OwnedFd>,
    outbox: Option<OwnedFd>,
    attachments: Option<OwnedFd>,
}

impl Handed {
    /// Gives each descriptor its meaning.
    ///
    /// # Errors
    /// There are more or fewer than named, or one kind is named twice.
    pub(crate) fn sort(kinds: &[Descriptor], descriptors: Vec<OwnedFd>) -> Result<Self, String> {
        if kinds.len() != descriptors.len() {
            return Err(format!("{} descriptors came, {} are named", descriptors.len(), kinds.len()));
        }
        let mut handed = Self::default();
        for (kind, descriptor) in kinds.iter().zip(descriptors) {
            let place = match kind {
                Descriptor::Artefact => &mut handed.artefact,
                Descriptor::Results => &mut handed.results,
                Descriptor::Sources => &mut handed.sources,
                Descriptor::Previous => &mut handed.previous,
                Descriptor::BuildLog => &mut handed.build_log,
                Descriptor::Outbox => &mut handed.outbox,
                Descriptor::Attachments => &mut handed.attachments,
            };
            if place.replace(descriptor).is_some() {
                return Err(format!("the descriptor {kind:?} came twice"));
            }
        }
        Ok(handed)
    }

    /// What each may be used for.
    pub(crate) fn rules(&self) -> Vec<(BorrowedFd<'_>, Access)> {
        [
            (&self.artefact, Access::Read),
            (&self.results, Access::ReadTree),
            (&self.sources, Access::ReadTree),
            (&self.previous, Access::ReadTree),
            (&self.build_log, Access::Read),
            (&self.outbox, Access::WriteTree),
            (&self.attachments, Access::WriteTree),
        ]
        .into_iter()
        .filter_map(|(descriptor, access)| Some((descriptor.as_ref()?.as_fd(), access)))
        .collect()
    }

    /// The artefact alone.
    pub(crate) fn artefact(self) -> Option<File> {
        self.artefact.map(File::from)
    }

    /// The artefact, and what the guest's side needs to know.
    pub(crate) fn inputs(self, start: Start) -> (Option<File>, Inputs) {
        let inputs = Inputs {
            facts: start.facts,
            allocation: Allocation::default(),
            settings: start.settings,
            grants: start.grants,
            tools: start.tools,
            packages: start.packages,
            statistics: start.statistics,
            now: start.now,
            seed: start.seed,
            results: self.results.map(Arc::new),
            sources: self.sources.map(Arc::new),
            previous: self.previous.map(Arc::new),
            build_log: self.build_log.map(|log| Arc::new(File::from(log))),
            outbox: self.outbox.map(Arc::new),
            attachments: self.attachments.map(Arc::new),
        };
        (self.artefact.map(File::from), inputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_must_be_those_that_are_named() {
        use Descriptor::{Artefact, Outbox, Results};
        let rows: [(&[Descriptor], usize, Option<usize>); 4] = [
            (&[Artefact, Results, Outbox], 3, Some(3)),
            (&[Artefact], 2, None),
            (&[Artefact, Results], 1, None),
            (&[Artefact, Artefact], 2, None),
        ];
        for (kinds, count, rules) in rows {
            let descriptors = (0..count).map(|_| File::open("/dev/null").unwrap().into()).collect();
            let got = Handed::sort(kinds, descriptors).ok().map(|handed| handed.rules().len());
            assert_eq!(got, rules, "{kinds:?}");
        }
    }
}
