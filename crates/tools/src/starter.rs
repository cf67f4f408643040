//! The starter: the last step before a tool, inside its root.
//!
//! bubblewrap runs it as `/job/starter` with one end of a socket as standard input. It says [`READY`], waits for
//! one order (resource limits, program, arguments), takes the limits upon itself, has some system
//! calls filtered ([`calls`]) and becomes the program, with `/dev/null` as standard input and no descriptor but the
//! standard three. Arguments come over the socket because bubblewrap takes at most 9000 of them.
//!
//! Invariant: without an order nothing starts. If the parent is dead the socket ends and so does the starter,
//! and with it the whole namespace, also in the moment before bubblewrap's own death signal is set.

mod calls;

use crate::builder;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// Where bubblewrap finds the starter in a tool root.
pub const PATH: &str = "/job/starter";

/// The exit code where the tool could not be started.
pub(crate) const NOT_STARTED: u8 = 126;

/// What the starter says once the root stands.
pub(crate) const READY: u8 = b'R';

/// The largest order, in bytes: the arguments, the program and three numbers.
const MAX_ORDER: usize = 2 << 20;

/// Resource limits of a tool. They come on top of the broker's own: a process cannot hide from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rlimits {
    /// Processes and threads in the tool's user namespace.
    pub(crate) processes: u64,
    /// Bytes of one file.
    pub(crate) file_bytes: u64,
    /// Processor seconds of one process.
    pub(crate) cpu_seconds: u64,
}

/// Whether this program was started as a step on the way to a tool. Ask before anything else in `main`.
pub fn asked() -> bool {
    called_as(PATH) || called_as(builder::PATH)
}

fn called_as(path: &str) -> bool {
    std::env::args_os().next().is_some_and(|name| name == path)
}

/// Takes that step, and so becomes the next one. Comes back only where that failed; the parent is told why.
pub fn run() -> ExitCode {
    if called_as(builder::PATH) { builder::run() } else { start() }
}

fn start() -> ExitCode {
    // A folder of the host that was open in our caller would be a way out for the tool.
    if close_inherited().is_err() {
        return ExitCode::from(NOT_STARTED);
    }
    let Ok(mut socket) = io::stdin().as_fd().try_clone_to_owned().map(UnixStream::from) else {
        return ExitCode::from(NOT_STARTED);
    };
    let error = obey(&mut socket);
    // Nobody to tell where the parent is gone.
    let _ = socket.write_all(error.to_string().as_bytes());
    ExitCode::from(NOT_STARTED)
}

/// Closes every descriptor but the standard three. bubblewrap hands on all that its caller left open.
///
/// Sound only before this program has opened any of its own.
fn close_inherited() -> io::Result<()> {
    let names = fs::read_dir("/proc/self/fd")?.map(|entry| Ok(entry?.file_name()));
    let names: io::Result<Vec<_>> = names.collect();
    for number in names?.iter().filter_map(|name| name.to_str()?.parse::<i32>().ok()).filter(|n| *n > 2) {
        // The folder's own number is among them and closed already.
        let _ = nix::unistd::close(number);
    }
    Ok(())
}

/// Waits for the order and obeys it; gives the reason where that is not possible.
fn obey(socket: &mut UnixStream) -> io::Error {
    let order = socket.write_all(&[READY]).and_then(|()| receive(socket));
    let (limits, command) = match order.as_deref().map(decode) {
        Ok(Some(order)) => order,
        Ok(None) => return io::Error::new(io::ErrorKind::InvalidData, "the starter's order is malformed"),
        Err(e) => return io::Error::new(e.kind(), format!("the starter got no order: {e}")),
    };
    if let Err(e) = limits.apply() {
        return io::Error::new(e.kind(), format!("resource limits could not be set: {e}"));
    }
    if let Err(e) = calls::apply() {
        return io::Error::other(format!("the filters of system calls could not be set: {e}"));
    }
    let Some((program, args)) = command.split_first() else {
        return io::Error::new(io::ErrorKind::InvalidData, "the starter's order names no program");
    };
    let error = Command::new(program).args(args).stdin(Stdio::null()).exec();
    io::Error::new(error.kind(), format!("{program} could not be started: {error}"))
}

impl Rlimits {
    fn apply(self) -> io::Result<()> {
        let wanted = [
            (Resource::Core, 0),
            (Resource::Nproc, self.processes),
            (Resource::Fsize, self.file_bytes),
            (Resource::Cpu, self.cpu_seconds),
        ];
        wanted.into_iter().try_for_each(|(resource, most)| limit(resource, most))
    }
}

/// Limits ourselves and our children. A lower limit of the caller stays.
pub(crate) fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let most = getrlimit(resource).maximum.map_or(most, |now| now.min(most));
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

/// The order as bytes: a four-byte length (little endian), then texts that each end in NUL: processes, file
/// bytes, processor seconds, program, arguments. The caller has seen to it that no argument holds a NUL.
pub(crate) fn encode(limits: Rlimits, program: &Path, args: &[String]) -> Option<Vec<u8>> {
    let mut order = vec![0; 4];
    let numbers = [limits.processes, limits.file_bytes, limits.cpu_seconds].map(|n| n.to_string());
    let texts = numbers.iter().map(String::as_str).chain([program.to_str()?]);
    for text in texts.chain(args.iter().map(String::as_str)) {
        order.extend_from_slice(text.as_bytes());
        order.push(0);
    }
    let len = u32::try_from(order.len() - 4).ok().filter(|len| *len as usize <= MAX_ORDER)?;
    order.get_mut(..4)?.copy_from_slice(&len.to_le_bytes());
    Some(order)
}

fn receive(socket: &mut UnixStream) -> io::Result<Vec<u8>> {
    let mut len = [0; 4];
    socket.read_exact(&mut len)?;
    let len = u32::from_le_bytes(len) as usize;
    if len > MAX_ORDER {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut order = vec![0; len];
    socket.read_exact(&mut order)?;
    Ok(order)
}

fn decode(order: &[u8]) -> Option<(Rlimits, Vec<&str>)> {
    let mut texts = std::str::from_utf8(order).ok()?.strip_suffix('\0')?.split('\0');
    let limits = Rlimits {
        processes: texts.next()?.parse().ok()?,
        file_bytes: texts.next()?.parse().ok()?,
        cpu_seconds: texts.next()?.parse().ok()?,
    };
    Some((limits, texts.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Rlimits = Rlimits { processes: 1, file_bytes: 2, cpu_seconds: 3 };

    #[test]
    fn an_order_arrives_as_it_was_given() {
        let rows: [&[&str]; 4] = [&[], &[""], &["a b", "", "-x\n", "ä"], &["", ""]];
        for args in rows {
            let args: Vec<String> = args.iter().map(|a| (*a).to_owned()).collect();
            let bytes = encode(LIMITS, Path::new("/usr/bin/x"), &args).unwrap();
            let (mut ours, mut theirs) = UnixStream::pair().unwrap();
            ours.write_all(&bytes).unwrap();
            let order = receive(&mut theirs).unwrap();
            let (limits, command) = decode(&order).unwrap();
            assert_eq!(limits, LIMITS);
            assert_eq!(command.split_first().unwrap().0, &"/usr/bin/x");
            assert_eq!(command[1..], args);
        }
    }

    #[test]
    fn a_dead_parent_and_a_malformed_order_start_nothing() {
        let rows: [(&[u8], &str); 4] = [
            (b"", "got no order"),
            (b"\x09\0\0\0short", "got no order"),
            (b"\xff\xff\xff\xff", "got no order"),
            (b"\x03\0\0\0a\0\0", "malformed"),
        ];
        for (sent, want) in rows {
            let (mut ours, mut theirs) = UnixStream::pair().unwrap();
            ours.write_all(sent).unwrap();
            ours.shutdown(std::net::Shutdown::Write).unwrap();
            let error = obey(&mut theirs).to_string();
            assert!(error.contains(want), "{sent:?}: {error}");
        }
        assert!(encode(LIMITS, Path::new("/x"), &["x".repeat(MAX_ORDER)]).is_none());
    }
}
