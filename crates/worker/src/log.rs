//! The build's log: Skink owns the file, `build`'s lines and the hooks' sections go through here.
//!
//! Every line gets `build`'s own prefix, seconds since the start, so that the log reads as one. What is written
//! is escaped text or `build`'s own bytes; a hook's text can therefore never look like a line of the host.
//!
//! The file gets plain text, whatever the terminal gets: no colours, and nothing of the line of [`crate::status`].
//!
//! The file lies where an untrusted build can put another one in its place. Invariant: it is opened once, before
//! the build; whoever reads it later gets that very file and never what its path leads to by then.

use crate::call::Progress;
use crate::render::{self, Line};
use crate::status::{Status, StatusProgress};
use skink_job::{HookName, SafeText};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where lines go. Shared by the threads of one job.
#[derive(Debug)]
pub struct Log {
    /// Whole seconds of Unix time, as `build` counts them: so no line is older than the one before it.
    start: u64,
    timestamps: bool,
    color: bool,
    status: Status,
    file: Mutex<Option<File>>,
    path: Option<PathBuf>,
}

impl Log {
    /// Writes to standard output, and to `file` if one is given; the file is emptied first. On a terminal there is a
    /// line of what is being done, unless it is not `wanted`.
    pub fn new(file: Option<&Path>, timestamps: bool, wanted: bool) -> io::Result<Self> {
        let path = file.map(Path::to_owned);
        let file = file.map(create).transpose()?;
        let color = render::has_colors();
        let status = Status::stdout(wanted);
        Ok(Self { start: unix_seconds(), timestamps, color, status, file: Mutex::new(file), path })
    }

    /// What is being done.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// The log's file.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The log's file, open for reading only; `None` where the log goes to standard output alone.
    pub fn reader(&self) -> io::Result<Option<File>> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.as_ref().map(reopened).transpose()
    }

    /// One line of the host's own words.
    pub fn line(&self, text: &str) {
        self.print(&Line::plain(text));
    }

    /// One line, in colours where the terminal shows them.
    pub fn print(&self, line: &Line) {
        let prefix = self.prefix();
        let plain = format!("{prefix}{}\n", line.text(false));
        let shown = if self.color { format!("{prefix}{}\n", line.text(true)) } else { plain.clone() };
        self.write(plain.as_bytes(), shown.as_bytes());
    }

    /// A line of `build`'s, as it came, with its own prefix but without its line feed.
    pub fn build_line(&self, bytes: &[u8]) {
        let line = [bytes, b"\n"].concat();
        self.write(&line, &line);
    }

    fn prefix(&self) -> String {
        if !self.timestamps {
            return String::new();
        }
        format!("[{:5}s] ", unix_seconds().saturating_sub(self.start))
    }

    /// A line that the terminal need not show, since its line of what is being done does.
    fn line_beside_status(&self, text: &str) {
        if self.status.is_live() {
            self.write(format!("{}{text}\n", self.prefix()).as_bytes(), b"");
        } else {
            self.line(text);
        }
    }

    /// Neither a full disk nor a closed terminal may stop a build: what cannot be written is lost.
    fn write(&self, to_file: &[u8], to_terminal: &[u8]) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = file.as_mut() {
            let _ = file.write_all(to_file);
        }
        if !to_terminal.is_empty() {
            self.status.write(to_terminal);
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.status.close();
    }
}

fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Tells in the log how far hooks are, each at most once in a while.
#[derive(Debug)]
pub struct LogProgress<'a> {
    log: &'a Log,
    told: Mutex<BTreeMap<HookName, Instant>>,
    shown: StatusProgress,
}

/// How long a hook is quiet after it told how far it is.
const QUIET: Duration = Duration::from_secs(5);

impl<'a> LogProgress<'a> {
    /// Tells it in `log`.
    pub fn new(log: &'a Log) -> Self {
        Self { log, told: Mutex::default(), shown: StatusProgress::new(log.status().clone()) }
    }
}

impl Progress for LogProgress<'_> {
    fn progress(&self, hook: &HookName, done: u64, total: u64, what: &SafeText) {
        self.shown.progress(hook, done, total, what);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.get(hook).is_some_and(|at| at.elapsed() < QUIET) {
            return;
        }
        told.insert(hook.clone(), Instant::now());
        let share = if total > 0 { format!("{done}/{total} ") } else { String::new() };
        self.log.line_beside_status(&format!("{hook}: {share}{what}"));
    }

    fn begun(&self, hook: &HookName) {
        self.shown.begun(hook);
    }

    fn ended(&self, hook: &HookName) {
        self.shown.ended(hook);
    }
}

/// The same file, opened anew for reading only, whatever became of its name. Only for plain files: opening may do
/// anything with others.
pub(crate) fn reopened(file: &File) -> io::Result<File> {
    File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Opens the log as `build` would: made anew, in place if it is there, never through a symlink.
fn create(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    if !is_plain(path)? {
        // `build` removes whatever is there. But nobody's log is to cost a machine its /dev/null.
        if path.starts_with("/dev") {
            return Err(io::Error::other("it is no plain file; give another path for the log"));
        }
        std::fs::remove_file(path)?;
    }
    let file = open(path, OpenOptions::new().append(true).create(true))?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    file.set_len(0)?;
    Ok(file)
}

/// Whether the log can be written in place: there is nothing, or a plain file with no other name. What the former
/// build left there may be a symlink, a second name of another file, or a FIFO on which opening would wait.
fn is_plain(path: &Path) -> io::Result<bool> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) => Ok(metadata.is_file() && metadata.nlink() == 1),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(e),
    }
}

/// Neither follows a symlink nor waits for somebody at the other end of a FIFO.
fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default()).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::os::unix::fs::symlink;

    #[test]
    fn the_log_is_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        std::fs::write(&log, "old").unwrap();
        Log::new(Some(&log), true, true).unwrap().line("new");
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "[    0s] new\n");
    }

    #[test]
    fn what_a_former_build_left_in_its_place_is_replaced_and_never_opened() {
        type Plant = fn(&Path, &Path);
        let rows: [(&str, Plant); 4] = [
            ("a symlink", |log, victim| symlink(victim, log).unwrap()),
            ("a dangling symlink", |log, _| symlink("nothing", log).unwrap()),
            ("a second name", |log, victim| std::fs::hard_link(victim, log).unwrap()),
            ("a FIFO", |log, _| {
                rustix::fs::mkfifoat(rustix::fs::CWD, log, 0o644.into()).unwrap();
            }),
        ];
        for (what, plant) in rows {
            let folder = tempfile::tempdir().unwrap();
            let (log, victim) = (folder.path().join("log"), folder.path().join("victim"));
            std::fs::write(&victim, "kept").unwrap();
            plant(&log, &victim);
            let (done, opened) = std::sync::mpsc::channel();
            let path = log.clone();
            std::thread::spawn(move || done.send(Log::new(Some(&path), true, true)));
            let opened = opened.recv_timeout(Duration::from_secs(20));
            opened.unwrap_or_else(|_| panic!("{what}: waits for ever")).unwrap().line("new");
            assert!(std::fs::symlink_metadata(&log).unwrap().is_file(), "{what}");
            assert_eq!(std::fs::read_to_string(&log).unwrap(), "[    0s] new\n", "{what}");
            assert_eq!(std::fs::read_to_string(&victim).unwrap(), "kept", "{what}");
        }
        assert!(Log::new(Some(Path::new("/dev/null")), true, true).is_err());
        assert!(Path::new("/dev/null").exists());
    }

    #[test]
    fn a_reader_reads_the_log_whatever_the_build_put_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let (path, victim) = (folder.path().join("log"), folder.path().join("victim"));
        std::fs::write(&victim, "secret").unwrap();
        let log = Log::new(Some(&path), false, true).unwrap();
        log.line("one");
        std::fs::remove_file(&path).unwrap();
        symlink(&victim, &path).unwrap();
        log.line("two");
        let mut reader = log.reader().unwrap().unwrap();
        assert_eq!(io::read_to_string(&reader).unwrap(), "one\ntwo\n");
        assert!(reader.write_all(b"x").is_err(), "open for reading only");
        assert!(Log::new(None, false, true).unwrap().reader().unwrap().is_none());
    }
}
