//! A connected socket that carries frames and descriptors, with deadlines.

use crate::{MAX_DESCRIPTORS, MAX_FRAME, ProtocolError};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Instant;

/// Bytes before the message: its length (four, little endian) and the number of its descriptors (one).
const HEAD: usize = 5;

/// One end of the connection between the worker and a child.
#[derive(Debug)]
pub struct Channel {
    socket: OwnedFd,
    /// Bytes that came but are no whole frame yet.
    pending: Vec<u8>,
    /// Descriptors that came but belong to no frame yet.
    descriptors: Vec<OwnedFd>,
    /// What the next read goes to. Most messages are short; it grows with those that are not.
    room: Vec<u8>,
}

/// Bytes of the first read.
const FEW: usize = 4 << 10;

/// Bytes of one read at most.
const MANY: usize = 64 << 10;

/// A message and the descriptors that came with it.
#[derive(Debug)]
pub struct Received<M> {
    /// The message.
    pub message: M,
    /// Its descriptors, in the order they were sent.
    pub descriptors: Vec<OwnedFd>,
}

impl Channel {
    /// Two connected ends. Both are closed on exec; the child's is passed on by the spawner.
    pub fn pair() -> Result<(Channel, OwnedFd), ProtocolError> {
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
        Ok((Self::new(ours), theirs))
    }

    /// Takes over a connected stream socket.
    pub fn new(socket: OwnedFd) -> Self {
        Self { socket, pending: Vec::new(), descriptors: Vec::new(), room: vec![0; FEW] }
    }

    /// Sends one message, and waits until `deadline` for room.
    pub fn send<M: Serialize>(&self, message: &M, deadline: Option<Instant>) -> Result<(), ProtocolError> {
        self.send_with(message, &[], deadline)
    }

    /// Sends one message with descriptors.
    pub fn send_with<M: Serialize>(
        &self,
        message: &M,
        descriptors: &[BorrowedFd<'_>],
        deadline: Option<Instant>,
    ) -> Result<(), ProtocolError> {
        let mut frame = postcard::to_extend(message, vec![0_u8; HEAD])?;
        let length = frame.len().saturating_sub(HEAD);
        if length > MAX_FRAME {
            return Err(ProtocolError::TooLarge(length));
        }
        if descriptors.len() > MAX_DESCRIPTORS {
            return Err(ProtocolError::Descriptors { got: descriptors.len(), expected: MAX_DESCRIPTORS });
        }
        let count = u8::try_from(descriptors.len()).unwrap_or(u8::MAX);
        if let (Some(head), Ok(length)) = (frame.first_chunk_mut::<HEAD>(), u32::try_from(length)) {
            let [a, b, c, d] = length.to_le_bytes();
            *head = [a, b, c, d, count];
        }
        self.send_bytes(&frame, descriptors, deadline)
    }

    fn send_bytes(
        &self,
        mut bytes: &[u8],
        mut descriptors: &[BorrowedFd<'_>],
        deadline: Option<Instant>,
    ) -> Result<(), ProtocolError> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
        while !bytes.is_empty() {
            let mut control = SendAncillaryBuffer::new(&mut space);
            if !descriptors.is_empty() {
                control.push(SendAncillaryMessage::ScmRights(descriptors));
            }
            let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
            match sendmsg(&self.socket, &[IoSlice::new(bytes)], &mut control, flags) {
                Ok(sent) => {
                    bytes = bytes.get(sent..).unwrap_or_default();
                    descriptors = &[];
                }
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT, deadline)?,
                Err(Errno::INTR) => {}
                Err(Errno::PIPE | Errno::CONNRESET) => return Err(ProtocolError::Closed),
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }

    /// Reads one message, and waits for it until `deadline` (`None`: for ever).
    pub fn receive<M: DeserializeOwned>(
        &mut self,
        deadline: Option<Instant>,
    ) -> Result<Received<M>, ProtocolError> {
        loop {
            if let Some(Received { message, descriptors }) = self.take_frame()? {
                return Ok(Received { message: postcard::from_bytes(&message)?, descriptors });
            }
            self.wait(PollFlags::IN, deadline)?;
            self.fill()?;
        }
    }

    /// Whether a read would not wait: something has come, or the other side is gone.
    pub fn has_more(&self) -> bool {
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let polled = poll(&mut [PollFd::new(&self.socket, PollFlags::IN)], Some(&now));
        !self.pending.is_empty() || polled.is_ok_and(|ready| ready > 0)
    }

    /// Cuts one whole frame off the pending bytes, and takes its descriptors. One read may have brought
    /// several frames, so each says how many are its own; they came with its first byte.
    fn take_frame(&mut self) -> Result<Option<Received<Vec<u8>>>, ProtocolError> {
        let Some(([a, b, c, d, count], body)) = self.pending.split_first_chunk::<HEAD>() else {
            return Ok(None);
        };
        let length = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
        if length > MAX_FRAME {
            return Err(ProtocolError::TooLarge(length));
        }
        let (got, expected) = (self.descriptors.len(), usize::from(*count));
        let Some(frame) = body.get(..length).map(<[u8]>::to_vec) else { return Ok(None) };
        if got < expected || expected > MAX_DESCRIPTORS {
            return Err(ProtocolError::Descriptors { got, expected });
        }
        self.pending.drain(..length.saturating_add(HEAD));
        Ok(Some(Received { message: frame, descriptors: self.descriptors.drain(..expected).collect() }))
    }

    fn fill(&mut self) -> Result<(), ProtocolError> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
        let mut room = [IoSliceMut::new(&mut self.room)];
        match recvmsg(&self.socket, &mut room, &mut control, flags) {
            Ok(got) if got.bytes == 0 => return Err(ProtocolError::Closed),
            Ok(got) => {
                self.pending.extend_from_slice(self.room.get(..got.bytes).unwrap_or_default());
                if got.bytes == self.room.len() {
                    self.room.resize(MANY, 0);
                }
            }
            Err(Errno::AGAIN | Errno::INTR) => return Ok(()),
            Err(Errno::CONNRESET) => return Err(ProtocolError::Closed),
            Err(errno) => return Err(errno.into()),
        }
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                self.descriptors.extend(descriptors);
            }
        }
        // Those of a frame whose end has not come yet, and of the next one.
        if self.descriptors.len() > 2 * MAX_DESCRIPTORS {
            return Err(ProtocolError::Descriptors {
                got: self.descriptors.len(),
                expected: MAX_DESCRIPTORS,
            });
        }
        Ok(())
    }

    fn wait(&self, events: PollFlags, deadline: Option<Instant>) -> Result<(), ProtocolError> {
        loop {
            let left = match deadline {
                None => None,
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(ProtocolError::Deadline);
                    }
                    Some(Timespec::try_from(left).unwrap_or(Timespec { tv_sec: i64::MAX, tv_nsec: 0 }))
                }
            };
            match poll(&mut [PollFd::new(&self.socket, events)], left.as_ref()) {
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(()),
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FromRunner, ToRunner};
    use std::io::Write;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    fn soon() -> Option<Instant> {
        Some(Instant::now() + Duration::from_millis(50))
    }

    #[test]
    fn messages_and_descriptors_arrive_in_order() {
        let (ours, theirs) = Channel::pair().unwrap();
        let mut theirs = Channel::new(theirs);
        let null = std::fs::File::open("/dev/null").unwrap();
        ours.send_with(&ToRunner::Probe, &[null.as_fd(), null.as_fd()], None).unwrap();
        ours.send(&ToRunner::Probe, None).unwrap();
        let first: Received<ToRunner> = theirs.receive(None).unwrap();
        assert_eq!(first.descriptors.len(), 2);
        assert!(theirs.has_more());
        let second: Received<ToRunner> = theirs.receive(None).unwrap();
        assert!(matches!(second.message, ToRunner::Probe) && !theirs.has_more());
        drop(ours);
        assert!(theirs.has_more());
        assert!(matches!(theirs.receive::<ToRunner>(None), Err(ProtocolError::Closed)));
    }

    #[test]
    fn descriptors_stay_with_their_frame_when_one_read_brings_several() {
        let (ours, theirs) = Channel::pair().unwrap();
        let null = std::fs::File::open("/dev/null").unwrap();
        let counts = [0, 1, 0, 3, 16, 2, 0];
        for count in counts {
            ours.send_with(&ToRunner::Probe, &vec![null.as_fd(); count], None).unwrap();
        }
        let mut theirs = Channel::new(theirs);
        for count in counts {
            let got: Received<ToRunner> = theirs.receive(None).unwrap();
            assert_eq!(got.descriptors.len(), count);
        }
    }

    #[test]
    fn what_a_hostile_child_may_send_is_an_error_and_no_panic() {
        let rows: [(&str, &[u8]); 5] = [
            ("a length beyond the limit", &[255, 255, 255, 255, 0]),
            ("an unknown variant", &[4, 0, 0, 0, 0, 99, 0, 0, 0]),
            ("an empty frame", &[0, 0, 0, 0, 0]),
            ("a list longer than the frame", &[2, 0, 0, 0, 0, 2, 255]),
            ("descriptors that did not come", &[1, 0, 0, 0, 1, 0]),
        ];
        for (what, bytes) in rows {
            let (mut ours, theirs) = Channel::pair().unwrap();
            UnixStream::from(theirs).write_all(bytes).unwrap();
            let error = ours.receive::<FromRunner>(None).unwrap_err();
            // The socket closes behind the bytes; the frame itself must be what is wrong.
            assert!(!matches!(error, ProtocolError::Closed), "{what}: {error}");
        }
    }

    #[test]
    fn a_silent_child_meets_the_deadline() {
        let (mut ours, theirs) = Channel::pair().unwrap();
        assert!(matches!(ours.receive::<FromRunner>(soon()), Err(ProtocolError::Deadline)));
        drop(theirs);
    }
}
