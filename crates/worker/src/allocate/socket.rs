//! The socket that a dispatcher connects to.
//!
//! Invariants: nobody but its owner can connect, at no time; one server answers on it; a socket that a killed server
//! left is replaced, and anything else that stands at its path is not.

use rustix::fs::{AtFlags, CWD, FlockOperation, Gid, Mode, Uid, chmodat, chownat, flock};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SocketError {
    /// Something else has the path.
    #[error("{0} is there and is no socket; name another path, or take it away")]
    NoSocket(PathBuf),
    /// Another server answers.
    #[error("another server answers on {0}; end it first")]
    Taken(PathBuf),
    /// The system refused.
    #[error("cannot {action} {path}: {source}")]
    System {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

/// A listening socket. Dropped, its path is free again.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
    /// Device and inode of what we put at the path.
    identity: (u64, u64),
    /// Held for as long as the socket is ours.
    _lock: File,
}

impl Socket {
    /// Listens at `path`; only `owner`, or this process's own user, may connect.
    ///
    /// # Errors
    /// See [`SocketError`].
    pub fn bind(path: &Path, owner: Option<u32>) -> Result<Self, SocketError> {
        let failed = |action, path: &Path| {
            let path = path.to_owned();
            move |source| SocketError::System { action, path, source }
        };
        let lock_path = beside(path, "lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(failed("create", &lock_path))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(SocketError::Taken(path.to_owned()));
        }
        match fs::symlink_metadata(path) {
            Ok(there) if !there.file_type().is_socket() => {
                return Err(SocketError::NoSocket(path.to_owned()));
            }
            Ok(_) | Err(_) => {}
        }
        // Made under another name, in a folder that nobody looks into, and moved when it is as it must be.
        let draft = beside(path, "new");
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove", &draft)(error));
            }
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(&draft).map_err(failed("listen at", path))?;
        let prepared = (|| {
            chmodat(CWD, &draft, Mode::RUSR | Mode::WUSR, AtFlags::empty())?;
            if let Some(owner) = owner {
                chownat(CWD, &draft, Some(Uid::from_raw(owner)), None::<Gid>, AtFlags::SYMLINK_NOFOLLOW)?;
            }
            let made = fs::symlink_metadata(&draft)?;
            fs::rename(&draft, path)?;
            listener.set_nonblocking(true)?;
            io::Result::Ok((made.dev(), made.ino()))
        })();
        let identity = prepared.map_err(|source| {
            let _ = fs::remove_file(&draft);
            failed("listen at", path)(source)
        })?;
        Ok(Self { listener, path: path.to_owned(), identity, _lock: lock })
    }

    pub(super) fn listener(&self) -> &UnixListener {
        &self.listener
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let ours = |there: fs::Metadata| (there.dev(), there.ino()) == self.identity;
        if fs::symlink_metadata(&self.path).is_ok_and(ours) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixStream;

    #[test]
    fn only_the_owner_connects_and_only_one_server_answers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let socket = Socket::bind(&path, None).unwrap();
        assert_eq!(fs::symlink_metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        UnixStream::connect(&path).unwrap();
        assert!(matches!(Socket::bind(&path, None), Err(SocketError::Taken(_))));
        UnixStream::connect(&path).unwrap();
        drop(socket);
        assert!(!path.exists());
        drop(Socket::bind(&path, None).unwrap());
    }

    #[test]
    fn a_stale_socket_is_replaced_and_a_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        drop(UnixListener::bind(&path).unwrap());
        assert!(UnixStream::connect(&path).is_err());
        let socket = Socket::bind(&path, None).unwrap();
        UnixStream::connect(&path).unwrap();
        // What somebody else has put there meanwhile is not taken away.
        fs::remove_file(&path).unwrap();
        fs::write(&path, "precious").unwrap();
        drop(socket);
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        assert!(matches!(Socket::bind(&path, None), Err(SocketError::NoSocket(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }
}
