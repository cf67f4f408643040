//! What can go wrong with a file of a tree.

use crate::{Refusal, Stop};
use rustix::io::Errno;
use skink_job::{ByteCount, LimitKind};

#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("{0} is not there")]
    Missing(String),
    #[error("{0} is a symlink or lies behind one, and symlinks are not followed")]
    Link(String),
    #[error("{0} is no regular file")]
    NotRegular(String),
    #[error("{path} has more than {max}")]
    TooLarge { path: String, max: ByteCount },
    #[error("{0}")]
    Bound(String),
    #[error("{0}: too many files are open at once; the hook must drop those that it no longer needs")]
    Descriptors(String),
    #[error("{path}: {errno}")]
    System { path: String, errno: Errno },
    #[error(transparent)]
    Stop(#[from] Stop),
}

impl FileError {
    pub(crate) fn new(path: &str, errno: Errno) -> Self {
        let path = path.to_owned();
        match errno {
            Errno::NOENT | Errno::NOTDIR => Self::Missing(path),
            Errno::LOOP | Errno::XDEV => Self::Link(path),
            Errno::NAMETOOLONG => Self::Bound(format!("{path}: the path is too long")),
            Errno::MFILE => Self::Descriptors(path),
            errno => Self::System { path, errno },
        }
    }

    pub(crate) fn io(path: &str, error: &std::io::Error) -> Self {
        let errno = Errno::from_io_error(error).unwrap_or(Errno::IO);
        Self::new(path, errno)
    }
}

impl From<FileError> for Refusal {
    fn from(error: FileError) -> Self {
        let text = error.to_string();
        match error {
            FileError::Missing(_) => Refusal::not_found(text),
            FileError::Link(_) | FileError::NotRegular(_) => {
                Refusal::Told(skink_protocol::FailureKind::Invalid, text)
            }
            FileError::Descriptors(_) => Refusal::Limit(LimitKind::Handles, text),
            FileError::TooLarge { .. } | FileError::Bound(_) => Refusal::limit(text),
            FileError::System { .. } => Refusal::other(text),
            FileError::Stop(stop) => stop.into(),
        }
    }
}
