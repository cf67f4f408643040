//! The folder of one attack.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The programs, side by side as they are installed.
const PROGRAMS: [&str; 3] = ["skink", "skink-runner", "skink-compiler"];

/// What `cargo xtask test` told us of this checkout.
pub fn told(name: &str) -> PathBuf {
    let value = std::env::var_os(name);
    PathBuf::from(value.unwrap_or_else(|| panic!("{name} is not set; run `cargo xtask test hostile`")))
}

/// A folder that nobody else uses. It goes away with the test, unless that fails.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl Place {
    /// A new one in the folder of this stage.
    pub fn new(name: &str) -> Self {
        assert!(
            !Path::new("/etc/skink/policy.toml").exists(),
            "these tests bring policies of their own, and a policy is installed on this machine"
        );
        Self::below(&told("SKINK_TEST_DIR"), name)
    }

    /// A new one below `base`.
    pub fn below(base: &Path, name: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = base.join(format!("{name}-{}-{number}", std::process::id()));
        fs::create_dir_all(base).unwrap();
        fs::create_dir(&folder).unwrap();
        fs::create_dir(folder.join("bin")).unwrap();
        let folder = folder.canonicalize().unwrap();
        let place = Self { folder, environment: Vec::new() };
        for name in ["results", "home", "tmp", "cwd"] {
            fs::create_dir(place.path(name)).unwrap();
        }
        for name in PROGRAMS {
            let (from, to) = (told("SKINK_BIN_DIR").join(name), place.folder.join("bin").join(name));
            // A link where that is possible: the programs are large, and there are many attacks.
            if fs::hard_link(&from, &to).is_err() {
                fs::copy(&from, &to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
            }
        }
        place
    }

    /// Commands of this place are started with these variables besides the usual.
    #[must_use]
    pub fn with_environment(mut self, variables: &[(&'static str, &str)]) -> Self {
        self.environment.extend(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self
    }

    pub(crate) fn environment(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.environment.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Something in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The program of that name.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// Writes a file into it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Mounts in it, as the whole machine sees them.
    pub fn mounts(&self) -> Vec<String> {
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
        let below = format!("{}/", self.folder.display());
        let at = |line: &&str| line.split(' ').nth(1).is_some_and(|at| at.starts_with(&below));
        mounts.lines().filter(at).map(str::to_owned).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
