//! The folders that a hook's files go to, and how much is left of their limits.

use super::Writer;
use crate::files::walk;
use crate::{Clock, Refusal};
use rustix::fs::RenameFlags;
use skink_job::{ByteCount, FileName, LimitKind, Limits};
use std::collections::BTreeSet;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

/// What one call adds.
#[derive(Debug)]
pub(crate) struct Output {
    outbox: Option<Arc<OwnedFd>>,
    attachments: Option<Arc<OwnedFd>>,
    max_bytes: ByteCount,
    max_files: u32,
    bytes: u64,
    files: u32,
    /// Numbers the temporary files.
    next: u64,
    /// Small letters of all names that are taken, once they are known.
    taken: Option<BTreeSet<String>>,
}

impl Output {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            outbox: None,
            attachments: None,
            max_bytes: limits.output_bytes,
            max_files: limits.output_files,
            bytes: 0,
            files: 0,
            next: 0,
            taken: None,
        }
    }

    /// Says which folders.
    pub(crate) fn goes_to(&mut self, outbox: Option<Arc<OwnedFd>>, attachments: Option<Arc<OwnedFd>>) {
        (self.outbox, self.attachments) = (outbox, attachments);
    }

    /// Bytes and files so far.
    pub(crate) fn usage(&self) -> (u64, u32) {
        (self.bytes, self.files)
    }

    /// Begins a file of the outbox. `results` are looked through for the names that are taken.
    pub(crate) fn create(
        &mut self,
        name: FileName,
        results: Option<&Arc<OwnedFd>>,
        clock: &Clock,
    ) -> Result<Writer, Refusal> {
        let dir = self.outbox.clone().ok_or_else(|| Refusal::other("the outbox is not at hand"))?;
        let taken = match &mut self.taken {
            Some(taken) => taken,
            none => none.insert(names_in(results, clock)?),
        };
        let folded = name.as_str().to_lowercase();
        if taken.contains(&folded) {
            let what = format!("outbox.create: a result is named {name} already, or nearly so");
            return Err(Refusal::invalid(what));
        }
        let writer = self.begin(&dir, name)?;
        if let Some(taken) = &mut self.taken {
            taken.insert(folded);
        }
        Ok(writer)
    }

    fn begin(&mut self, dir: &Arc<OwnedFd>, name: FileName) -> Result<Writer, Refusal> {
        let files = self.files.saturating_add(1);
        if files > self.max_files {
            let what = format!("the limit is {} files in outbox and attachments", self.max_files);
            return Err(Refusal::Limit(LimitKind::OutputFiles, what));
        }
        let writer = Writer::create(dir, self.next, name)?;
        self.files = files;
        self.next = self.next.saturating_add(1);
        Ok(writer)
    }

    /// Counts bytes that are about to be written.
    pub(crate) fn count(&mut self, writer: &mut Writer, more: usize) -> Result<(), Refusal> {
        let more = u64::try_from(more).unwrap_or(u64::MAX);
        let bytes = self.bytes.saturating_add(more);
        if bytes > self.max_bytes.0 {
            let what = format!("the limit is {} in outbox and attachments", self.max_bytes);
            return Err(Refusal::Limit(LimitKind::OutputBytes, what));
        }
        self.bytes = bytes;
        writer.bytes = writer.bytes.saturating_add(more);
        Ok(())
    }

    /// Makes a file visible.
    pub(crate) fn finish(&mut self, writer: Writer) -> Result<(), Refusal> {
        let (name, bytes) = (writer.name.clone(), writer.bytes);
        writer.finish(RenameFlags::NOREPLACE).inspect_err(|_| self.give_back(&name, bytes))
    }

    /// Forgets a file that was dropped before it was finished.
    pub(crate) fn abandon(&mut self, writer: Writer) {
        self.give_back(&writer.name, writer.bytes);
        drop(writer);
    }

    fn give_back(&mut self, name: &FileName, bytes: u64) {
        self.bytes = self.bytes.saturating_sub(bytes);
        self.files = self.files.saturating_sub(1);
        if let Some(taken) = &mut self.taken {
            taken.remove(&name.as_str().to_lowercase());
        }
    }

    /// Leaves a whole file among the attachments; a later one of that name takes its place.
    pub(crate) fn attach(&mut self, name: &FileName, content: &[u8]) -> Result<(), Refusal> {
        let dir =
            self.attachments.clone().ok_or_else(|| Refusal::other("there is no room for attachments"))?;
        let mut writer = self.begin(&dir, name.clone())?;
        self.count(&mut writer, content.len())?;
        writer.write(content)?;
        writer.finish(RenameFlags::empty())
    }
}

/// The names of all files in the results, in small letters.
fn names_in(results: Option<&Arc<OwnedFd>>, clock: &Clock) -> Result<BTreeSet<String>, Refusal> {
    let Some(results) = results else { return Ok(BTreeSet::new()) };
    let found = walk(results.as_fd(), clock)?;
    let names = found.iter().map(|found| found.path.rsplit('/').next().unwrap_or(&found.path));
    Ok(names.map(str::to_lowercase).collect())
}
