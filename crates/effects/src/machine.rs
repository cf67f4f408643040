//! Entries in the machine's own table, for kernels that have no other.
//!
//! Jobs that run side by side share an entry: each holds it by a file of its own, under a lock, and with the last holder
//! the entry goes. What is noted lies in `/run`, which a reboot empties as it does the kernel's table. The table itself
//! is mounted in our own mount namespace where the machine has it nowhere, and goes from there with this process.
//!
//! Invariant: an entry that we did not make is neither changed nor removed, whatever its name.

use crate::binfmt::{has, is_mounted, own_table, register, unregister};
use crate::{BinfmtError, Registration};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Where holders are noted.
const USUAL: &str = "/run/skink/binfmt";

/// Why an entry could not be made or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MachineError {
    /// The kernel's table.
    #[error(transparent)]
    Table(#[from] BinfmtError),
    /// Somebody else has an entry of that name.
    #[error(
        "the machine's table has an entry {entry} that is not ours, and it is left alone; where nobody needs it, remove \
         it by `echo -1 > /proc/sys/fs/binfmt_misc/{entry}`"
    )]
    Taken {
        /// Its name.
        entry: String,
    },
    /// What is noted of holders.
    #[error("cannot {what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn file<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> MachineError + 'a {
    move |source| MachineError::File { what, path: path.to_owned(), source }
}

/// The machine's table, and who holds which of our entries.
#[derive(Debug)]
pub struct MachineTable {
    folder: PathBuf,
}

impl Default for MachineTable {
    fn default() -> Self {
        Self { folder: USUAL.into() }
    }
}

impl MachineTable {
    /// Whether this kernel has such a table that we can use.
    pub fn is_usable() -> Result<(), BinfmtError> {
        if is_mounted() { Ok(()) } else { own_table() }
    }

    /// Has the entry there for this holder, who names itself by a flat name. A holder that dies without
    /// [`MachineTable::release`] holds it until somebody calls that in its name.
    pub fn hold(&self, registration: &Registration, holder: &str) -> Result<(), MachineError> {
        let _turn = self.turn()?;
        Self::is_usable()?;
        let holders = self.holders(registration.entry());
        let is_there = has(registration.entry());
        if is_there && count(&holders)? == 0 {
            return Err(MachineError::Taken { entry: registration.entry().to_owned() });
        }
        make(&holders)?;
        let own = holders.join(holder);
        File::create(&own).map_err(file("create", &own))?;
        if !is_there {
            register(registration)?;
        }
        Ok(())
    }

    /// Ends what a holder holds; whether the entry is gone with it. What it does not hold is released.
    pub fn release(&self, entry: &str, holder: &str) -> Result<bool, MachineError> {
        let holders = self.holders(entry);
        let own = holders.join(holder);
        if !own.exists() {
            return Ok(false);
        }
        let _turn = self.turn()?;
        let others = count(&holders)?.saturating_sub(usize::from(own.exists()));
        let is_gone = others == 0 && {
            Self::is_usable()?;
            unregister(entry)?
        };
        match fs::remove_file(&own) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(file("remove", &own)(error)),
            Ok(()) | Err(_) => {}
        }
        // It is not empty while others hold the entry.
        let _ = fs::remove_dir(&holders);
        Ok(is_gone)
    }

    fn holders(&self, entry: &str) -> PathBuf {
        self.folder.join(entry)
    }

    /// The right to look at the table and to change it. Others wait for it.
    fn turn(&self) -> Result<File, MachineError> {
        make(&self.folder)?;
        let lock = File::open(&self.folder).map_err(file("open", &self.folder))?;
        let metadata = lock.metadata().map_err(file("look at", &self.folder))?;
        if metadata.uid() != rustix::process::geteuid().as_raw() || metadata.mode() & 0o022 != 0 {
            let why = io::Error::other("it must belong to root, and nobody else may write to it");
            return Err(file("use", &self.folder)(why));
        }
        flock(&lock, FlockOperation::LockExclusive)
            .map_err(|errno| file("lock", &self.folder)(errno.into()))?;
        Ok(lock)
    }
}

fn make(folder: &Path) -> Result<(), MachineError> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(file("create", folder))
}

fn count(holders: &Path) -> Result<usize, MachineError> {
    match fs::read_dir(holders) {
        Ok(entries) => Ok(entries.count()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(file("list", holders)(error)),
    }
}
