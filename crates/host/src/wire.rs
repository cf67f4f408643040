//! The socket to the worker, shared by the guest's calls and its standard streams.
//!
//! Invariant: what a guest can make the runner send is bounded: findings and lines by the log limit, refusals
//! by a count, progress by time. One message is at most [`MAX_MESSAGE`] bytes.

use crate::report::budget::{LogBudget, Room};
use crate::{Clock, Refusal, Stop};
use skink_job::ByteCount;
use skink_protocol::{CallEnd, Channel, FromRunner, ProtocolError, RawFinding, Received, Reply, ToRunner};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes of one message: a finding's text, a line of the log.
pub const MAX_MESSAGE: usize = 64 << 10;

/// Refused requests that the audit is told of one by one; the rest are counted.
const MAX_DENIED: u64 = 256;

/// Bytes of findings in one frame.
const FRAME_BYTES: u64 = 1 << 20;

/// Time to hand over the end of a call, after its deadline if need be.
const GRACE: Duration = Duration::from_secs(5);

/// The connection to the worker.
#[derive(Debug, Clone)]
pub struct Wire(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    channel: Channel,
    clock: Clock,
    log: LogBudget,
    denied: u64,
}

impl Wire {
    /// A wire for one call.
    pub fn new(channel: Channel, clock: Clock, log_bytes: ByteCount) -> Self {
        Self(Arc::new(Mutex::new(Inner { channel, clock, log: LogBudget::new(log_bytes), denied: 0 })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A poisoned lock means that a holder panicked; the bytes on the wire are whole frames all the same.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends findings, in frames of bounded size. What the limit does not allow is dropped and counted.
    pub(crate) fn findings(&self, findings: impl Iterator<Item = RawFinding>) -> Result<(), Stop> {
        let mut inner = self.inner();
        let (mut batch, mut bytes) = (Vec::new(), 0_u64);
        for finding in findings {
            let cost = cost(&finding);
            if inner.take(cost, true)? {
                bytes = bytes.saturating_add(cost);
                batch.push(finding);
            }
            if bytes > FRAME_BYTES {
                inner.send(&FromRunner::Findings(std::mem::take(&mut batch)))?;
                bytes = 0;
            }
        }
        if batch.is_empty() { Ok(()) } else { inner.send(&FromRunner::Findings(batch)) }
    }

    /// Sends one line for the log.
    pub(crate) fn log(&self, line: &str) -> Result<(), Stop> {
        let mut inner = self.inner();
        let line = shortened(line);
        if inner.take(count(line.len()).saturating_add(16), false)? {
            inner.send(&FromRunner::Log(line))?;
        }
        Ok(())
    }

    /// Says how far the hook is. The caller has coalesced.
    pub(crate) fn progress(&self, done: u64, total: u64, what: &str) -> Result<(), Stop> {
        let mut inner = self.inner();
        let what = shortened(what);
        if inner.take(count(what.len()).saturating_add(16), false)? {
            inner.send(&FromRunner::Progress { done, total, what })?;
        }
        Ok(())
    }

    /// Tells the audit of a refused request.
    pub(crate) fn denied(&self, what: &str) -> Result<(), Stop> {
        let mut inner = self.inner();
        inner.denied = inner.denied.saturating_add(1);
        if inner.denied > MAX_DENIED {
            return Ok(());
        }
        inner.send(&FromRunner::Denied { what: shortened(what) })
    }

    /// Asks the worker and waits for its answer.
    pub(crate) fn ask(&self, asked: &'static str, frame: &FromRunner) -> Result<Reply, Refusal> {
        let mut inner = self.inner();
        let deadline = Some(inner.clock.deadline());
        match inner.channel.send(frame, deadline) {
            Ok(()) => {}
            // Nothing was sent yet, so the guest may try again with less.
            Err(ProtocolError::TooLarge(bytes)) => {
                return Err(Refusal::limit(format!("{asked}: {bytes} bytes are too many for one request")));
            }
            Err(error) => return Err(inner.broken(asked, &error).into()),
        }
        match inner.channel.receive::<ToRunner>(deadline) {
            Ok(received) => match received.message {
                ToRunner::Reply(Ok(reply)) => Ok(reply),
                // What was denied, the worker has told its audit.
                ToRunner::Reply(Err((kind, what))) => Err(Refusal::Told(kind, what)),
                ToRunner::Prepare(_) | ToRunner::Start(_) | ToRunner::Ask(_) | ToRunner::Probe => {
                    Err(Stop::Worker { asked, problem: "it sent another request".to_owned() }.into())
                }
            },
            Err(error) => Err(inner.broken(asked, &error).into()),
        }
    }

    /// Says that all walls stand and the module is linked, which took so long.
    ///
    /// # Errors
    /// The worker is gone, or takes nothing more.
    pub fn prepared(&self, loading: Duration) -> Result<(), ProtocolError> {
        let micros = u64::try_from(loading.as_micros()).unwrap_or(u64::MAX);
        self.inner().channel.send(&FromRunner::Prepared { micros }, Some(Instant::now() + GRACE))
    }

    /// Waits for what the worker wants next, for as long as it likes.
    ///
    /// # Errors
    /// The worker is gone, or does not speak this version.
    pub fn request(&self) -> Result<Received<ToRunner>, ProtocolError> {
        self.inner().channel.receive(None)
    }

    /// Whether the worker has said something already, or is gone.
    pub fn is_asked(&self) -> bool {
        self.inner().channel.has_more()
    }

    /// The wire for one more call, over the same connection. Of the call before nothing is left.
    pub fn renew(&self, clock: Clock, log_bytes: ByteCount) {
        let mut inner = self.inner();
        (inner.clock, inner.log, inner.denied) = (clock, LogBudget::new(log_bytes), 0);
    }

    /// Bytes of findings, progress and lines so far, and the findings that were dropped.
    pub fn log_usage(&self) -> (u64, u64) {
        let inner = self.inner();
        (inner.log.used(), inner.log.suppressed())
    }

    /// Sends the last lines and the end of the call. Nothing is sent after it.
    ///
    /// # Errors
    /// The worker is gone, or takes nothing more.
    pub fn end(&self, end: CallEnd) -> Result<(), ProtocolError> {
        let inner = self.inner();
        let deadline = Some(inner.clock.deadline().max(Instant::now()) + GRACE);
        if let Some(what) = inner.denied.checked_sub(MAX_DENIED).filter(|more| *more > 0) {
            let what = format!("{what} more requests were refused");
            inner.channel.send(&FromRunner::Denied { what }, deadline)?;
        }
        if let Some(line) = inner.log.closing_line() {
            inner.channel.send(&FromRunner::Log(line), deadline)?;
        }
        inner.channel.send(&FromRunner::End(Box::new(end)), deadline)
    }
}

impl Inner {
    /// Whether the log's limit has room for so many bytes.
    fn take(&mut self, bytes: u64, finding: bool) -> Result<bool, Stop> {
        match self.log.take(bytes, finding) {
            Room::Fits => Ok(true),
            Room::Dropped => Ok(false),
            Room::Flood(stop) => Err(stop),
        }
    }

    fn send(&self, frame: &FromRunner) -> Result<(), Stop> {
        self.channel
            .send(frame, Some(self.clock.deadline()))
            .map_err(|error| self.broken("taking a message", &error))
    }

    fn broken(&self, asked: &'static str, error: &ProtocolError) -> Stop {
        if matches!(error, ProtocolError::Deadline) {
            self.clock.stop()
        } else {
            Stop::Worker { asked, problem: error.to_string() }
        }
    }
}

/// Cuts a text to [`MAX_MESSAGE`] bytes and marks the cut. It stays raw: it is escaped at the worker's side.
pub(crate) fn shortened(text: &str) -> String {
    cut(text, MAX_MESSAGE)
}

/// Cuts a text to `max` bytes at a character and marks the cut.
pub fn cut(text: &str, max: usize) -> String {
    match text.split_at_checked(text.floor_char_boundary(max)) {
        Some((head, tail)) if !tail.is_empty() => format!("{head}{CUT_MARK}"),
        Some(_) | None => text.to_owned(),
    }
}

/// The mark that `SafeText::truncated` leaves too.
const CUT_MARK: &str = "… [cut]";

fn cost(finding: &RawFinding) -> u64 {
    let RawFinding { severity: _, code, message, package, file, line: _, help, extra } = finding;
    let options = [package, file, help].into_iter().flatten().map(String::len).sum::<usize>();
    let extra = extra.iter().map(|(key, value)| key.len() + value.len() + 16).sum::<usize>();
    count(code.len() + message.len() + options + extra).saturating_add(32)
}

fn count(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_job::SafeText;

    #[test]
    fn a_cut_message_bears_the_mark_of_all_cut_texts() {
        let long = "x".repeat(MAX_MESSAGE + 1);
        assert_eq!(shortened(&long), SafeText::line(&long).truncated(MAX_MESSAGE).as_str());
        assert_eq!(shortened("short"), "short");
    }
}
