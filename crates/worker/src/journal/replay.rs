//! Reading the journals of dead jobs, and undoing what they list.
//!
//! Whoever comes next finds them, and has a job of its own to do: nothing here is a reason not to do it.

use super::{Line, Undo, VERSION, apply};
use crate::WorkerError;
use rustix::fs::{FlockOperation, flock};
use skink_job::SafeText;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Undoes the journals in `folder` whose jobs are dead, and tells what became of them.
pub(super) fn replay_dead(folder: &Path) -> Result<Vec<SafeText>, WorkerError> {
    let mut notes = Vec::new();
    for entry in fs::read_dir(folder).map_err(WorkerError::file("list", folder))? {
        let path = entry.map_err(WorkerError::file("list", folder))?.path();
        if path.extension().is_none_or(|e| e != "jsonl") {
            continue;
        }
        if let Err(why) = replay(&path, &mut notes) {
            notes.push(
                format!("what a dead job left is not all undone, see {}: {why}", path.display()).into(),
            );
        }
    }
    Ok(notes)
}

/// Why a journal is left where it is.
#[derive(Debug, thiserror::Error)]
enum Stays {
    #[error("its line {0} is not understood; was it written by another version of skink?")]
    Foreign(usize),
    #[error(transparent)]
    Host(#[from] WorkerError),
}

/// Undoes one journal, if its job is dead, and removes it. What could not be undone may be what earlier things
/// stand on: those are left alone.
fn replay(path: &Path, notes: &mut Vec<SafeText>) -> Result<(), Stays> {
    let mut file = match File::open(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened.map_err(WorkerError::file("open", path))?,
    };
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(()); // its job runs
    }
    if file.metadata().map_err(WorkerError::file("look at", path))?.nlink() == 0 {
        return Ok(()); // its job has ended well, while we looked
    }
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(WorkerError::file("read", path))?;
    for undo in read_open(&text)?.into_iter().rev() {
        for what in apply(&undo)? {
            notes.push(format!("a job that died had left {what}, which is gone now").into());
        }
    }
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(WorkerError::file("remove", path)(e).into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What a journal leaves to undo. A last line that was cut off by a crash was never acted on.
fn read_open(text: &[u8]) -> Result<Vec<Undo>, Stays> {
    let mut open: Vec<(u64, Undo)> = Vec::new();
    for (i, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        match (serde_json::from_slice(line), i) {
            (Ok(Line::Head { version: VERSION }), 0) => {}
            (Ok(Line::Do { seq, undo }), 1..) => open.push((seq, undo)),
            (Ok(Line::Done { done }), 1..) => open.retain(|(seq, _)| *seq != done),
            (Err(_), _) if !line.ends_with(b"\n") => {}
            (Ok(Line::Head { .. } | Line::Do { .. } | Line::Done { .. }) | Err(_), _) => {
                return Err(Stays::Foreign(i + 1));
            }
        }
    }
    Ok(open.into_iter().map(|(_, undo)| undo).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Journal;
    use std::path::PathBuf;

    fn folders(state: &Path) -> (PathBuf, PathBuf) {
        (state.join("journal"), state.join("scratch"))
    }

    const HEAD: &str = "{\"skink-journal\":1}\n";

    fn removal(seq: u64, path: &Path) -> String {
        let undo = Undo::RemoveFolder { path: path.to_owned() };
        serde_json::to_string(&Line::Do { seq, undo }).unwrap() + "\n"
    }

    #[test]
    fn what_is_not_understood_is_kept_and_nothing_of_it_undone() {
        let known = |path: &Path| removal(1, path);
        let unknown = "{\"seq\":2,\"undo\":{\"kind\":\"unmount\",\"path\":\"/x\"}}\n";
        type Row<'a> = (&'a str, &'a dyn Fn(&Path) -> String, bool);
        let rows: [Row<'_>; 8] = [
            ("a job that died at once", &|_| String::new(), true),
            ("a head that was cut off", &|_| "{\"skink-jou".to_owned(), true),
            ("a last line that was cut off", &|path| [HEAD, &known(path), "{\"seq\":2,"].concat(), true),
            ("no head", &known, false),
            ("another version", &|path| ["{\"skink-journal\":2}\n", &known(path)].concat(), false),
            ("an unknown effect", &|path| [HEAD, &known(path), unknown].concat(), false),
            ("a line in the middle", &|path| [HEAD, "{\"seq\":2,\n", &known(path)].concat(), false),
            ("a second head", &|path| [HEAD, &known(path), HEAD].concat(), false),
        ];
        for (what, text, understood) in rows {
            let state = tempfile::tempdir().unwrap();
            let (folder, scratch) = folders(state.path());
            Journal::open(&folder, "first").unwrap().0.close().unwrap();
            fs::create_dir_all(&scratch).unwrap();
            let (dead, text) = (folder.join("dead.jsonl"), text(&scratch));
            fs::write(&dead, &text).unwrap();
            let (journal, notes) = Journal::open(&folder, "next").unwrap();
            journal.close().unwrap();
            assert_eq!(!dead.exists(), understood, "{what}: {notes:?}");
            let acts = understood && text.contains("undo");
            assert_eq!(!scratch.exists(), acts, "{what}: {notes:?}");
            let told = notes.iter().any(|note| note.as_str().contains("dead.jsonl"));
            assert_eq!(told, !understood, "{what}: {notes:?}");
        }
    }

    #[test]
    fn what_cannot_be_undone_stops_no_job_and_is_tried_again() {
        let state = tempfile::tempdir().unwrap();
        let (folder, scratch) = folders(state.path());
        Journal::open(&folder, "first").unwrap().0.close().unwrap();
        // A file cannot be removed as a folder.
        let stuck = state.path().join("stuck");
        fs::write(&stuck, "").unwrap();
        let later = state.path().join("later");
        let text = [HEAD, &removal(1, &scratch), &removal(2, &stuck), &removal(3, &later)].concat();
        fs::write(folder.join("dead.jsonl"), text).unwrap();
        fs::create_dir_all(&scratch).unwrap();
        fs::create_dir_all(&later).unwrap();

        let (journal, notes) = Journal::open(&folder, "next").unwrap();
        journal.close().unwrap();
        assert!(!later.exists() && scratch.exists() && folder.join("dead.jsonl").exists());
        assert!(notes.iter().any(|note| note.as_str().contains("stuck")), "{notes:?}");

        fs::remove_file(&stuck).unwrap();
        Journal::open(&folder, "last").unwrap().0.close().unwrap();
        assert!(!scratch.exists());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }
}
