//! The keeper: the one thread that owns a run from its first process to its last.
//!
//! It spawns bubblewrap, pumps output into the bounded queue, looks at the clock and the scratch folder, kills,
//! reaps, and removes the folders. Death of the run is known from a descriptor of pid 1 of its namespace: the
//! kernel makes it readable only when every process of the namespace is gone.

mod bounds;
mod running;

use crate::account::Account;
use crate::folder::RunFolder;
use crate::process::{Done, End, Shared};
use crate::{Launcher, ToolsError};
use running::Running;
use skink_job::{LimitKind, Millis};
use skink_protocol::ExitStatus;
use std::ffi::OsString;
use std::io;
use std::sync::Arc;
use std::time::Instant;

/// How the C library words `ETXTBSY`, which bubblewrap tells.
const BUSY: &str = "Text file busy";

/// How often a starter that is busy is tried again.
const BUSY_TRIES: u32 = 20;

/// Everything that one run needs.
pub(crate) struct Keeper {
    pub(crate) shared: Arc<Shared>,
    pub(crate) account: Arc<Account>,
    pub(crate) launcher: Launcher,
    pub(crate) tool: String,
    pub(crate) folder: RunFolder,
    pub(crate) way: Way,
    /// The starter's order.
    pub(crate) order: Vec<u8>,
}

/// How bubblewrap is started.
pub(crate) enum Way {
    /// As the tool's user.
    Plain {
        /// Arguments of bubblewrap.
        root: Vec<OsString>,
    },
    /// As root of a user namespace.
    Builder {
        /// Arguments of the program that makes it.
        arguments: Vec<OsString>,
    },
}

impl Keeper {
    /// The whole life of the run.
    pub(crate) fn keep(self) {
        let began = Instant::now();
        self.account.start(began);
        let (end, left_behind) = match self.start() {
            Ok(running) => {
                self.shared.started();
                running.until_end(&self)
            }
            Err((end, left_behind)) => (end, left_behind),
        };
        let ended = Instant::now();
        self.account.stop(ended);
        let (scratch_bytes, problem) = match self.folder.remove() {
            Ok(bytes) => (bytes, left_behind),
            Err(e) => (0, left_behind.or(Some(e.to_string()))),
        };
        let end = self.judge(end, scratch_bytes);
        let millis = Millis::from(ended - began);
        self.shared.finish(Done { end, millis, scratch_bytes, problem });
    }

    /// A copied starter was just written. A process that another thread is making may hold it open for an instant,
    /// between its `fork` and its `exec`, and as long as it does nobody can execute it.
    fn start(&self) -> Result<Running, running::Ended> {
        let mut left = BUSY_TRIES;
        loop {
            match Running::start(self) {
                Err((End::Failed(why), None)) if left > 0 && why.contains(BUSY) => left -= 1,
                other => return other,
            }
        }
    }

    /// A tool that ended by itself may still have left too much, or have died at its file size limit.
    fn judge(&self, end: End, scratch_bytes: u64) -> End {
        let at_file_limit = end == End::Exited(ExitStatus::Signal(rustix::process::Signal::XFSZ.as_raw()));
        let by_itself = matches!(end, End::Exited(_));
        if by_itself && (at_file_limit || scratch_bytes > self.account.scratch_bytes.0) {
            return self.limit(LimitKind::ScratchBytes);
        }
        end
    }

    fn limit(&self, kind: LimitKind) -> End {
        End::limit(kind, self.account.meet(kind, &self.tool))
    }

    /// bubblewrap could not even be started.
    fn no_bubblewrap(&self, source: io::Error) -> End {
        let path = self.launcher.bubblewrap().to_owned();
        if source.kind() == io::ErrorKind::NotFound {
            return End::Failed(ToolsError::NoBubblewrap { path, source }.to_string());
        }
        let as_whom = self.launcher.owner().map_or_else(String::new, |(uid, gid)| format!(" as {uid}:{gid}"));
        self.failed(format!("{} could not be started{as_whom}: {source}", path.display()))
    }

    fn failed(&self, why: String) -> End {
        End::Failed(ToolsError::Root { tool: self.tool.clone(), why }.to_string())
    }
}
