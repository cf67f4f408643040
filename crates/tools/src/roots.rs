//! Tool roots that are built of packages: found by what they are made of, built once, shared read-only.
//!
//! ```text
//! tool-roots/
//!   names/NAME.json    what NAME led to: its fingerprint, and the address of the root or why there is none
//!   names/NAME.lock    held by the one that resolves and builds NAME
//!   names/NAME.log     what obs-build said when NAME was built last
//!   ADDRESS/           a finished root: `root/`, and `root.json`, which says what is in it
//!   part-NAME/         a root that is being built, or was when its builder died
//!   cache/             what was fetched
//! ```
//!
//! The **address** is a digest of all that a root is made of: the bytes of every package, the configuration, the
//! architecture. Another machine comes to the same. The **fingerprint** is what can be seen without running
//! anything: the description, and names, sizes and times of the files in its folders; while it stays the same, the
//! address does.
//!
//! Invariants: a folder with an address as its name is whole, for it was renamed to that when it was on the disk.
//! Who uses a root holds a shared lock on its folder; it is removed only by who holds the exclusive one.

mod address;
mod build;
mod error;
mod fingerprint;
mod finish;
mod info;
mod lease;
mod names;
mod owned;
mod prune;

use crate::roots::names::{Known, Names};
pub use build::{RootBuilder, RootWatcher};
pub use error::ToolRootError;
pub(crate) use finish::OWN;
pub use info::{RootInfo, RootPackage};
pub use lease::BuiltRoot;
pub use prune::Pruned;
use skink_job::{Digest, ToolRootName};
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// What an admin says of a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootSpec {
    /// Its name in the policy.
    pub name: ToolRootName,
    /// The configuration of its distribution.
    pub dist: PathBuf,
    /// What is installed, with all that it needs.
    pub packages: Vec<String>,
    /// Where packages come from, as `build --repo` takes it.
    pub repositories: Vec<String>,
    /// The architecture; none for this machine's own.
    pub arch: Option<String>,
}

/// All roots of one state folder.
#[derive(Debug, Clone)]
pub struct ToolRoots {
    folder: PathBuf,
}

impl ToolRoots {
    /// Those of the state folder `state`.
    pub fn of(state: &Path) -> Self {
        Self { folder: state.join("tool-roots") }
    }

    /// The root of a description, if it is built and nothing has changed since.
    pub fn find(&self, spec: &RootSpec) -> Result<Option<BuiltRoot>, ToolRootError> {
        let fingerprint = fingerprint::of(spec)?;
        match Names::of(&self.folder, &spec.name).known()? {
            Some(Known::Built { fingerprint: known, address }) if known == fingerprint => {
                BuiltRoot::lease(&self.folder, &spec.name, address)
            }
            Some(Known::Built { .. } | Known::Failed { .. }) | None => Ok(None),
        }
    }

    /// The root of a description; builds it where it is not there. Of many that ask at once one builds, and the
    /// others wait for what comes of it.
    pub fn get(&self, spec: &RootSpec, builder: &RootBuilder<'_>) -> Result<BuiltRoot, ToolRootError> {
        match self.find(spec)? {
            Some(root) => Ok(root),
            None => self.build(spec, builder, false),
        }
    }

    /// Resolves a description anew, so that what is new in its repositories counts, and builds what is not there.
    pub fn refresh(&self, spec: &RootSpec, builder: &RootBuilder<'_>) -> Result<BuiltRoot, ToolRootError> {
        self.build(spec, builder, true)
    }

    fn build(
        &self,
        spec: &RootSpec,
        builder: &RootBuilder<'_>,
        anew: bool,
    ) -> Result<BuiltRoot, ToolRootError> {
        if !rustix::process::geteuid().is_root() {
            return Err(ToolRootError::NotRoot { name: spec.name.clone() });
        }
        self.make_folders()?;
        let names = Names::of(&self.folder, &spec.name);
        let asked = names::now();
        let _turn = names.turn(builder.watcher)?;
        if !anew {
            if let Some(root) = self.find(spec)? {
                return Ok(root);
            }
            // Whoever waited for it need not try the same again.
            if let Some(Known::Failed { fingerprint, at, why }) = names.known()?
                && at >= asked
                && fingerprint == fingerprint::of(spec)?
            {
                return Err(ToolRootError::FailedBefore { name: spec.name.clone(), why });
            }
        }
        let fingerprint = fingerprint::of(spec)?;
        match build::build(&self.folder, spec, builder) {
            Ok(address) => {
                names.note(&Known::Built { fingerprint, address })?;
                BuiltRoot::lease(&self.folder, &spec.name, address)?
                    .ok_or_else(|| ToolRootError::Vanished { name: spec.name.clone() })
            }
            Err(why) => {
                if !matches!(why, ToolRootError::Interrupted(_)) {
                    names.note(&Known::Failed { fingerprint, at: names::now(), why: why.to_string() })?;
                }
                Err(why)
            }
        }
    }

    /// Every root that is there.
    pub fn list(&self) -> Result<Vec<RootInfo>, ToolRootError> {
        let mut roots = Vec::new();
        for address in self.addresses()? {
            roots.extend(RootInfo::read(&self.folder.join(address.to_string()))?);
        }
        roots.sort_by(|a, b| (&a.name, a.built).cmp(&(&b.name, b.built)));
        Ok(roots)
    }

    /// What a root of that address is made of.
    pub fn show(&self, address: &Digest) -> Result<Option<RootInfo>, ToolRootError> {
        RootInfo::read(&self.folder.join(address.to_string()))
    }

    /// The folder of a root.
    pub fn path(&self, address: &Digest) -> PathBuf {
        lease::root_of(&self.folder, address)
    }

    fn addresses(&self) -> Result<Vec<Digest>, ToolRootError> {
        let names = names::entries(&self.folder)?;
        Ok(names.into_iter().filter_map(|name| name.parse().ok()).collect())
    }

    /// Tools are other users and walk through.
    fn make_folders(&self) -> Result<(), ToolRootError> {
        for (folder, mode) in [("", 0o711), ("names", 0o700), ("cache", 0o700)] {
            let path = self.folder.join(folder);
            let made = DirBuilder::new().recursive(true).mode(mode).create(&path);
            made.map_err(ToolRootError::file("make", &path))?;
        }
        Ok(())
    }
}

/// Removes a tree of our own that may not be there.
fn remove(path: &Path) -> Result<(), ToolRootError> {
    match fs::remove_dir_all(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(ToolRootError::file("remove", path)(e)),
        Ok(()) | Err(_) => Ok(()),
    }
}
