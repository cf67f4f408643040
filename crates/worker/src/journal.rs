//! The journal: what a job did outside of its own process, so that it can be undone after a crash.
//!
//! One file a job, one JSON object a line, written and synced *before* the thing is done: the first line is
//! `{"skink-journal":1}`, synced with the second, then `{"seq":N,"undo":…}` for each thing and `{"done":N}` once it
//! is undone. The job holds an advisory lock on its journal; a journal whose lock is free belongs to a job that died,
//! and the next start undoes what it lists, last first. Undoing is idempotent: a thing that is not there is undone.
//!
//! Invariant: a journal is removed only when everything in it was understood and undone. One that was not stays
//! for the next start, or for the version of Skink that wrote it, and stops no job.

mod replay;

use crate::WorkerError;
use crate::strays;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use skink_effects::MachineTable;
use skink_effects::mounts::Wanted;
use skink_effects::strays::Before;
use skink_job::SafeText;
use std::fmt::{self, Display, Formatter};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Something to undo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[non_exhaustive]
pub enum Undo {
    /// Remove a folder of our own, with all that is in it.
    RemoveFolder {
        /// Its absolute path.
        path: PathBuf,
    },
    /// Remove a folder that we staged inside a build root, never following a symlink out of it.
    RemoveStaged {
        /// The build root.
        root: PathBuf,
        /// The folder's flat name.
        name: String,
    },
    /// End what a job holds in the machine's table of emulators; the last holder's end removes the entry.
    ReleaseBinfmt {
        /// The entry's name.
        entry: String,
        /// The holder's name.
        holder: String,
    },
    /// End what there was not below a place of the job's own before the job began, in the host's mount namespace.
    Strays {
        /// What there was.
        before: Box<Before>,
    },
    /// Unmount what a cleanup hook was about to have unmounted.
    Unmount {
        /// The mount.
        mount: Box<Wanted>,
    },
}

/// For people: what is gone then.
impl Display for Undo {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::RemoveFolder { path } => write!(f, "{}", path.display()),
            Self::RemoveStaged { root, name } => write!(f, "{}", root.join(name).display()),
            Self::ReleaseBinfmt { entry, .. } => {
                write!(f, "the entry {entry} in the machine's table of emulators")
            }
            Self::Strays { before } => {
                write!(f, "mounts and loop devices below {}", before.place().display())
            }
            Self::Unmount { mount } => write!(f, "the mount {}", mount.point().display()),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Head {
        #[serde(rename = "skink-journal")]
        version: u32,
    },
    Do {
        seq: u64,
        undo: Undo,
    },
    Done {
        done: u64,
    },
}

/// The form of the lines above.
const VERSION: u32 = 1;

/// The open journal of one running job.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    noted: Mutex<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    open: Vec<(u64, Undo)>,
    last: u64,
}

impl Journal {
    /// Opens a new journal in `folder`, after undoing what dead jobs left. Returns notes for people: what was
    /// undone, and what could not be.
    pub fn open(folder: &Path, job: &str) -> Result<(Self, Vec<SafeText>), WorkerError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(WorkerError::file("create", folder))?;
        // One at a time: a journal that is made but not locked yet would look like a dead job's.
        let _turn = Turn::take(folder)?;
        let notes = replay::replay_dead(folder)?;
        let path = folder.join(format!("{job}.jsonl"));
        let file = OpenOptions::new().append(true).create_new(true).open(&path);
        let file = file.map_err(WorkerError::file("create", &path))?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)
            .map_err(|errno| WorkerError::file("lock", &path)(errno.into()))?;
        let journal = Self { file, path, noted: Mutex::default() };
        // Synced with the first intention: without one there is nothing to undo.
        journal.append(&Line::Head { version: VERSION })?;
        Ok((journal, notes))
    }

    /// Notes things that are about to be done. They may be done much later: undoing what was not is nothing.
    pub fn intend(&self, undos: &[Undo]) -> Result<Vec<u64>, WorkerError> {
        let mut noted = self.noted();
        let mut seqs = Vec::new();
        for undo in undos {
            noted.last += 1;
            let seq = noted.last;
            self.append(&Line::Do { seq, undo: undo.clone() })?;
            noted.open.push((seq, undo.clone()));
            seqs.push(seq);
        }
        self.sync().map(|()| seqs)
    }

    /// Notes that the thing needs no undoing any more.
    pub fn settle(&self, seq: u64) -> Result<(), WorkerError> {
        self.append(&Line::Done { done: seq })?;
        self.sync()?;
        self.noted().open.retain(|(open, _)| *open != seq);
        Ok(())
    }

    /// Undoes these things now, last first, and says what there was.
    pub fn undo(&self, seqs: &[u64]) -> Result<Vec<String>, WorkerError> {
        let mut told = Vec::new();
        for seq in seqs.iter().rev() {
            let undo = self.noted().open.iter().find(|(open, _)| open == seq).map(|(_, undo)| undo.clone());
            if let Some(undo) = undo {
                told.extend(apply(&undo)?);
                self.settle(*seq)?;
            }
        }
        Ok(told)
    }

    /// Undoes what is still open, last first, and removes the journal. What is left after the first that cannot be undone is
    /// for the next start: it may be what that stands on.
    pub fn close(&self) -> Result<(), WorkerError> {
        while let Some((_, undo)) = { self.noted().open.pop() } {
            apply(&undo)?;
        }
        fs::remove_file(&self.path).map_err(WorkerError::file("remove", &self.path))
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All lines are on the disk when this comes back.
    fn sync(&self) -> Result<(), WorkerError> {
        self.file.sync_data().map_err(WorkerError::file("write", &self.path))
    }

    fn append(&self, line: &Line) -> Result<(), WorkerError> {
        let mut text =
            serde_json::to_string(line).map_err(|e| WorkerError::file("encode", &self.path)(e.into()))?;
        text.push('\n');
        (&self.file).write_all(text.as_bytes()).map_err(WorkerError::file("write", &self.path))
    }
}

/// The right to look at all journals of a folder. Others wait for it.
struct Turn(#[expect(dead_code, reason = "holds the lock")] File);

impl Turn {
    fn take(folder: &Path) -> Result<Self, WorkerError> {
        let file = File::open(folder).map_err(WorkerError::file("open", folder))?;
        let metadata = file.metadata().map_err(WorkerError::file("look at", folder))?;
        // Whoever can write a journal can have any folder removed.
        if metadata.uid() != rustix::process::geteuid().as_raw() || metadata.mode() & 0o022 != 0 {
            let why = io::Error::other(
                "others may write to it or it belongs to another user; it must be the folder of the user that \
                 Skink runs as, and nobody else's",
            );
            return Err(WorkerError::file("use", folder)(why));
        }
        flock(&file, FlockOperation::LockExclusive)
            .map_err(|errno| WorkerError::file("lock", folder)(errno.into()))?;
        Ok(Self(file))
    }
}

/// Undoes it, and says what there was to undo.
fn apply(undo: &Undo) -> Result<Vec<String>, WorkerError> {
    let was_there = match undo {
        Undo::RemoveFolder { path } => {
            strays::refuse_mounts_below(path)?;
            match fs::remove_dir_all(path) {
                Ok(()) => true,
                Err(e) if e.kind() == io::ErrorKind::NotFound => false,
                Err(e) => return Err(WorkerError::file("remove", path)(e)),
            }
        }
        Undo::RemoveStaged { root, name } => {
            strays::refuse_mounts_below(&root.join(name))?;
            crate::root::remove_staged(root, name)?
        }
        Undo::ReleaseBinfmt { entry, holder } => MachineTable::default().release(entry, holder)?,
        Undo::Strays { before } => return strays::end(before),
        Undo::Unmount { mount } => crate::unmounts::end(mount)?,
    };
    Ok(was_there.then(|| undo.to_string()).into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(state: &Path) -> (PathBuf, PathBuf) {
        (state.join("journal"), state.join("scratch"))
    }

    #[test]
    fn what_a_dead_job_left_is_undone_and_what_a_living_one_holds_is_not() {
        let state = tempfile::tempdir().unwrap();
        let (folder, scratch) = folders(state.path());
        for (job, dies) in [("living", false), ("dead", true)] {
            let path = scratch.join(job);
            let (journal, _) = Journal::open(&folder, job).unwrap();
            journal.intend(&[Undo::RemoveFolder { path: path.clone() }]).unwrap();
            fs::create_dir_all(&path).unwrap();
            if dies {
                drop(journal);
            } else {
                std::mem::forget(journal);
            }
        }
        let (journal, undone) = Journal::open(&folder, "next").unwrap();
        let [note] = undone.as_slice() else { panic!("{undone:?}") };
        assert!(note.as_str().contains(scratch.join("dead").to_str().unwrap()), "{note}");
        assert!(scratch.join("living").exists() && !scratch.join("dead").exists());
        journal.close().unwrap();
    }

    #[test]
    fn jobs_that_start_at_once_leave_each_other_alone() {
        let state = tempfile::tempdir().unwrap();
        let (folder, scratch) = folders(state.path());
        std::thread::scope(|scope| {
            for job in 0..8 {
                let (folder, path) = (&folder, scratch.join(job.to_string()));
                scope.spawn(move || {
                    let (journal, undone) = Journal::open(folder, &job.to_string()).unwrap();
                    assert_eq!(undone, []);
                    journal.intend(&[Undo::RemoveFolder { path: path.clone() }]).unwrap();
                    fs::create_dir_all(&path).unwrap();
                    journal.close().unwrap();
                });
            }
        });
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[test]
    fn what_is_settled_is_kept_and_a_torn_last_line_is_ignored() {
        let state = tempfile::tempdir().unwrap();
        let (folder, scratch) = folders(state.path());
        let (journal, _) = Journal::open(&folder, "dead").unwrap();
        fs::create_dir_all(&scratch).unwrap();
        let seqs = journal.intend(&[Undo::RemoveFolder { path: scratch.clone() }]).unwrap();
        journal.settle(seqs[0]).unwrap();
        (&journal.file).write_all(b"{\"seq\":9,\"undo\":{\"kind\":\"remove-fol").unwrap();
        drop(journal);
        let (_, undone) = Journal::open(&folder, "next").unwrap();
        assert_eq!(undone, []);
        assert!(scratch.exists());
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let state = tempfile::tempdir().unwrap();
        let (folder, _) = folders(state.path());
        Journal::open(&folder, "first").unwrap().0.close().unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        for (mode, is_used) in [(0o755, true), (0o775, false), (0o703, false)] {
            fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(Journal::open(&folder, &mode.to_string()).is_ok(), is_used, "{mode:o}");
        }
        if rustix::process::geteuid().is_root() {
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
            std::os::unix::fs::chown(&folder, Some(65534), None).unwrap();
            assert!(Journal::open(&folder, "foreign").is_err());
        }
    }
}
