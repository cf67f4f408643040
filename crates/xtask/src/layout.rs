//! Where everything lies. All that is made lies under `target/`.

use anyhow::Context;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders of one checkout.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// The checkout.
    pub(crate) root: PathBuf,
}

impl Layout {
    /// The checkout that `cargo xtask` was called in.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.join("../..");
        let root = root.canonicalize().with_context(|| format!("looking for the workspace at {root:?}"))?;
        Ok(Self { root })
    }

    /// Where cargo puts what it compiles for the host, whatever `CARGO_TARGET_DIR` says.
    pub(crate) fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// Everything of ours that outlives one run.
    fn skink(&self) -> PathBuf {
        self.target().join("skink")
    }

    /// The product: `skink`, `skink-runner` and `skink-compiler` side by side.
    pub(crate) fn bin(&self) -> PathBuf {
        self.skink().join("bin")
    }

    /// The hooks: `NAME.wasm`.
    pub(crate) fn hooks(&self) -> PathBuf {
        self.skink().join("hooks")
    }

    /// The Rust guest of the stage `guests`.
    pub(crate) fn rust_guest(&self) -> PathBuf {
        self.skink().join("guest.wasm")
    }

    /// The guest of the stage `packages`.
    pub(crate) fn packages_guest(&self) -> PathBuf {
        self.skink().join("package-facts.wasm")
    }

    /// The guest of the benchmarks.
    pub(crate) fn bench_guest(&self) -> PathBuf {
        self.skink().join("bench-tree.wasm")
    }

    /// A folder that holds a `cargo` for guests, under that name.
    pub(crate) fn guest_cargo(&self) -> PathBuf {
        self.skink().join("guest-cargo")
    }

    /// Programs that are installed for this checkout alone.
    pub(crate) fn tools(&self) -> PathBuf {
        self.skink().join("tools")
    }

    /// Where cargo compiles guests, one folder a toolchain.
    pub(crate) fn guest_target(&self, toolchain: &str) -> PathBuf {
        self.skink().join(format!("guest-{toolchain}"))
    }

    /// What was downloaded.
    pub(crate) fn cache(&self) -> PathBuf {
        self.skink().join("cache")
    }

    /// The packages of the example's chroot.
    pub(crate) fn pool(&self) -> PathBuf {
        self.cache().join("pool")
    }

    /// Packages that only a hook brings into the chroot.
    pub(crate) fn extra(&self) -> PathBuf {
        self.cache().join("extra")
    }

    /// What noisy programs printed.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.skink().join("log").join(name)
    }

    /// What the demo makes.
    pub(crate) fn demo(&self) -> PathBuf {
        self.target().join("demo")
    }

    /// What the benchmarks make.
    pub(crate) fn bench(&self) -> PathBuf {
        self.target().join("bench")
    }

    /// Scratch of the tests.
    pub(crate) fn test(&self) -> PathBuf {
        self.target().join("test")
    }

    /// The project of the examples.
    pub(crate) fn examples(&self) -> PathBuf {
        self.root.join("examples")
    }

    /// The project configuration of the examples.
    pub(crate) fn prjconf(&self) -> PathBuf {
        self.examples().join("prjconf")
    }
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(path).with_context(|| format!("making the folder {}", path.display()))
}

/// Empties a folder, or makes it.
pub(crate) fn fresh_folder(path: &Path) -> anyhow::Result<()> {
    remove_folder(path)?;
    make_folder(path)
}

/// Removes a folder that may not be there.
pub(crate) fn remove_folder(path: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("removing {}", path.display())),
    }
}

/// Writes a file, making the folders above it.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    fs::write(path, content).with_context(|| format!("writing {}", path.display()))
}

/// Copies a file under a name of its own first, so that no one ever runs half of it.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let partial = to.with_extension("partial");
    let context = || format!("copying {} to {}", from.display(), to.display());
    fs::copy(from, &partial).with_context(context)?;
    fs::rename(&partial, to).with_context(context)
}
