//! The build's log: Skink owns the file, `build`'s lines and the hooks' sections go through here.
//!
//! Every line gets `build`'s own prefix, seconds since the start, so that the log reads as one. What is written
//! is escaped text or `build`'s own bytes; a hook's text can therefore never look like a line of the host.

use crate::call::Progress;
use crate::render::Line;
use skink_job::{HookName, SafeText};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Where lines go. Shared by the threads of one job.
#[derive(Debug)]
pub struct Log {
    start: Instant,
    timestamps: bool,
    color: bool,
    file: Mutex<Option<File>>,
    path: Option<PathBuf>,
}

impl Log {
    /// Writes to standard output, and to `file` if one is given; the file is emptied first.
    pub fn new(file: Option<&Path>, timestamps: bool) -> io::Result<Self> {
        let path = file.map(Path::to_owned);
        let file = file.map(create).transpose()?;
        let color = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        Ok(Self { start: Instant::now(), timestamps, color, file: Mutex::new(file), path })
    }

    /// The log's file.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
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
        if self.timestamps { format!("[{:5}s] ", self.start.elapsed().as_secs()) } else { String::new() }
    }

    /// Neither a full disk nor a closed terminal may stop a build: what cannot be written is lost.
    fn write(&self, to_file: &[u8], to_terminal: &[u8]) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = file.as_mut() {
            let _ = file.write_all(to_file);
        }
        let mut terminal = io::stdout().lock();
        let _ = terminal.write_all(to_terminal).and_then(|()| terminal.flush());
    }
}

/// Tells in the log how far hooks are, each at most once in a while.
#[derive(Debug)]
pub struct LogProgress<'a> {
    log: &'a Log,
    told: Mutex<BTreeMap<HookName, Instant>>,
}

/// How long a hook is quiet after it told how far it is.
const QUIET: Duration = Duration::from_secs(5);

impl<'a> LogProgress<'a> {
    /// Tells it in `log`.
    pub fn new(log: &'a Log) -> Self {
        Self { log, told: Mutex::default() }
    }
}

impl Progress for LogProgress<'_> {
    fn progress(&self, hook: &HookName, done: u64, total: u64, what: &SafeText) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.get(hook).is_some_and(|at| at.elapsed() < QUIET) {
            return;
        }
        told.insert(hook.clone(), Instant::now());
        let share = if total > 0 { format!("{done}/{total} ") } else { String::new() };
        self.log.line(&format!("{hook}: {share}{what}"));
    }
}

/// Opens the log as `build` would: made anew, in place if it is there, never through a symlink.
fn create(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or_default();
    let file = OpenOptions::new().append(true).create(true).custom_flags(no_follow).open(path)?;
    file.set_len(0)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_emptied_and_never_opened_through_a_symlink() {
        let folder = tempfile::tempdir().unwrap();
        let (log, victim) = (folder.path().join("log"), folder.path().join("victim"));
        std::fs::write(&log, "old").unwrap();
        std::fs::write(&victim, "kept").unwrap();
        Log::new(Some(&log), true).unwrap().line("new");
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "[    0s] new\n");
        std::fs::remove_file(&log).unwrap();
        std::os::unix::fs::symlink(&victim, &log).unwrap();
        assert!(Log::new(Some(&log), true).is_err());
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "kept");
    }
}
