//! Build roots that are warm: made once by the plain `build`, then lent.

use crate::command::Started;
use crate::{Package, farm};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};

/// As many as there are processors on the smallest machine that runs the tests.
const ROOTS: usize = 2;

struct Shelf {
    free: Mutex<Vec<PathBuf>>,
    returned: Condvar,
}

/// A build root that nobody else has for now.
#[derive(Debug)]
pub struct Root(PathBuf);

/// Waits for a free root.
pub fn lend() -> Root {
    static SHELF: OnceLock<Shelf> = OnceLock::new();
    let shelf = SHELF.get_or_init(|| Shelf { free: Mutex::new(make_roots()), returned: Condvar::new() });
    // Leaked on purpose: a static that is returned to on drop.
    SHELF_FOR_RETURN.get_or_init(|| shelf);
    let mut free = shelf.free.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some(path) = free.pop() {
            return Root(path);
        }
        free = shelf.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
    }
}

static SHELF_FOR_RETURN: OnceLock<&'static Shelf> = OnceLock::new();

impl Drop for Root {
    fn drop(&mut self) {
        if let Some(shelf) = SHELF_FOR_RETURN.get() {
            shelf.free.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut self.0));
            shelf.returned.notify_one();
        }
    }
}

impl Root {
    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What a worker would collect.
    pub fn results(&self) -> PathBuf {
        self.0.join(".build.packages")
    }

    /// Names of the files in `OTHER` of the results.
    pub fn other(&self) -> Vec<String> {
        let list = std::fs::read_dir(self.results().join("OTHER")).into_iter().flatten().flatten();
        let mut names: Vec<String> = list.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Whether some folder of a job of Skink's is in the root, other than what the results show.
    pub fn leftovers(&self) -> Vec<String> {
        let visible = std::fs::read_link(self.results()).unwrap_or_default();
        let list = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        let names = list.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter(|name| name.starts_with(".skink-") && !visible.starts_with(name)).collect()
    }
}

fn make_roots() -> Vec<PathBuf> {
    let first = farm().folder.join("root-0");
    let package = Package::example("warm-up").without_hooks();
    let ended = Started::plain(&first, &package, &[]).wait();
    assert_eq!(ended.code(), Some(0), "the warm-up build failed:\n{}", ended.output);
    let mut roots = vec![first.clone()];
    for i in 1..ROOTS {
        let copy = farm().folder.join(format!("root-{i}"));
        let done = Command::new("cp").args(["-a", "--reflink=auto"]).arg(&first).arg(&copy).status().unwrap();
        assert!(done.success(), "cannot copy the root");
        roots.push(copy);
    }
    roots
}
