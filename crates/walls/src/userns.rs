//! A user namespace whose ids are mapped from outside.
//!
//! A process that makes a user namespace for itself may map one id only, its own. More ids are mapped by a process that
//! may do so outside. So two processes work together over a socket: the child calls [`enter_user_namespace`], the parent
//! [`map_ids`]; neither comes back before both have done their part, or one of them is gone.
//!
//! What the child has to know: until the ids are mapped it is nobody, and a program that it would start then would lose
//! every capability; so it must start others only afterwards. A death signal that was asked for before does not survive
//! an exec that gains capabilities: whoever is started asks again for itself.

use crate::WallsError;
use crate::error::{trying, trying_io};
use rustix::thread::UnshareFlags;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// What the child says once the namespaces are made, and what it hears once its ids are mapped.
const MADE: u8 = b'n';
const MAPPED: u8 = b'm';

/// How long the other side may take for its part.
const PATIENCE: Duration = Duration::from_secs(10);

/// Ids in a row: `count` ids from `inside` on are those from `outside` on to the parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdRange {
    /// The first id inside.
    pub inside: u32,
    /// What it is outside.
    pub outside: u32,
    /// How many follow each other.
    pub count: u32,
}

/// Who is who in a user namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdMap {
    /// Of users.
    pub uids: Vec<IdRange>,
    /// Of groups.
    pub gids: Vec<IdRange>,
}

impl IdMap {
    /// Every id that there is here, as itself.
    ///
    /// # Errors
    /// The kernel does not say which there are.
    pub fn identity() -> Result<Self, WallsError> {
        let own = |path: &str| {
            let text = fs::read_to_string(path).map_err(trying_io("read the ids that there are"))?;
            Ok::<_, WallsError>(text.lines().filter_map(itself).collect())
        };
        Ok(Self { uids: own("/proc/self/uid_map")?, gids: own("/proc/self/gid_map")? })
    }
}

/// A line of a map, with what is inside of it on both sides.
fn itself(line: &str) -> Option<IdRange> {
    let mut numbers = line.split_whitespace().map(|number| number.parse().ok());
    let (inside, _, count) = (numbers.next()??, numbers.next()??, numbers.next()??);
    Some(IdRange { inside, outside: inside, count })
}

fn text(ranges: &[IdRange]) -> String {
    let mut text = String::new();
    for IdRange { inside, outside, count } in ranges {
        let _ = writeln!(text, "{inside} {outside} {count}");
    }
    text
}

/// For the child: makes a user namespace and the given ones beside it, and waits until its ids are mapped. The process
/// must have one thread.
///
/// # Errors
/// The kernel refuses, or the parent is gone.
pub fn enter_user_namespace(beside: UnshareFlags, mut parent: &UnixStream) -> Result<(), WallsError> {
    // Deprecated because other flags could take descriptors away from other threads.
    #[expect(deprecated, reason = "the replacement is unsafe for flags that are not used here")]
    rustix::thread::unshare(UnshareFlags::NEWUSER | beside).map_err(trying("make a user namespace"))?;
    let told = parent.write_all(&[MADE]).and_then(|()| hear(parent, MAPPED));
    told.map_err(trying_io("have the ids of the user namespace mapped"))
}

/// For the parent: waits until the child has its namespaces, and maps its ids.
///
/// # Errors
/// The child is gone, which says itself why; or the kernel refuses the map.
pub fn map_ids(pid: u32, map: &IdMap, mut child: &UnixStream) -> Result<(), WallsError> {
    hear(child, MADE).map_err(trying_io("wait for the user namespace of a child"))?;
    for (name, ranges) in [("uid_map", &map.uids), ("gid_map", &map.gids)] {
        fs::write(format!("/proc/{pid}/{name}"), text(ranges))
            .map_err(trying_io("map the ids of a user namespace"))?;
    }
    child.write_all(&[MAPPED]).map_err(trying_io("tell a child that its ids are mapped"))
}

/// Reads one byte, which must be that one.
fn hear(mut stream: &UnixStream, wanted: u8) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut heard = [0];
    stream.read_exact(&mut heard)?;
    stream.set_read_timeout(None)?;
    if heard == [wanted] { Ok(()) } else { Err(io::Error::from(io::ErrorKind::InvalidData)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_written_as_the_kernel_reads_them() {
        let one = IdRange { inside: 0, outside: 100_000, count: 65_536 };
        assert_eq!(text(&[one]), "0 100000 65536\n");
        let rows = [
            ("         0          0 4294967295", Some((0, 0, u32::MAX))),
            ("         0     100000      65536", Some((0, 0, 65_536))),
            ("0 0", None),
            ("0 0 x", None),
            ("", None),
        ];
        for (line, want) in rows {
            let want = want.map(|(inside, outside, count)| IdRange { inside, outside, count });
            assert_eq!(itself(line), want, "{line}");
        }
    }

    #[test]
    fn a_side_that_is_gone_is_noticed() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(theirs);
        let map = IdMap { uids: Vec::new(), gids: Vec::new() };
        assert!(map_ids(1, &map, &ours).unwrap_err().to_string().contains("wait for the user namespace"));
        let (ours, theirs) = UnixStream::pair().unwrap();
        (&theirs).write_all(b"x").unwrap();
        assert!(map_ids(1, &map, &ours).is_err());
    }
}
