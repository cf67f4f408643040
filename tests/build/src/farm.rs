//! What `cargo xtask test` told us of this checkout.

use std::path::PathBuf;
use std::sync::OnceLock;

/// The programs and packages that tests use.
#[derive(Debug)]
pub struct Farm {
    /// Folder of skink, skink-runner and skink-compiler.
    pub bin: PathBuf,
    /// Folder of the hooks.
    pub hooks: PathBuf,
    /// Packages of the chroot.
    pub pool: PathBuf,
    /// Packages that only hooks bring in.
    pub extra: PathBuf,
    /// Packages for builds of 32 bits.
    pub multilib: PathBuf,
    /// The project's configuration.
    pub dist: PathBuf,
    /// The examples.
    pub examples: PathBuf,
    /// An empty folder for this stage.
    pub folder: PathBuf,
    /// The real `build`.
    pub build: PathBuf,
}

/// The farm of this run.
pub fn farm() -> &'static Farm {
    static FARM: OnceLock<Farm> = OnceLock::new();
    FARM.get_or_init(|| {
        let told = |name: &str| {
            let value = std::env::var_os(name);
            PathBuf::from(value.unwrap_or_else(|| panic!("{name} is not set; run `cargo xtask test build`")))
        };
        assert!(rustix::process::geteuid().is_root(), "obs-build needs root; run `cargo xtask test build`");
        Farm {
            bin: told("SKINK_BIN_DIR"),
            hooks: told("SKINK_HOOKS_DIR"),
            pool: told("SKINK_POOL"),
            extra: told("SKINK_POOL_EXTRA"),
            multilib: told("SKINK_POOL_MULTILIB"),
            dist: told("SKINK_DIST"),
            examples: told("SKINK_EXAMPLES"),
            folder: told("SKINK_TEST_DIR"),
            build: "/usr/lib/obs-build/build".into(),
        }
    })
}

impl Farm {
    /// The program `skink`.
    pub fn skink(&self) -> PathBuf {
        self.bin.join("skink")
    }

    /// The state folder that all tests share; compiled modules in it are reused.
    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// The folders of packages, as `--rpms` takes them.
    pub fn rpms(&self) -> String {
        format!("{}:{}", self.pool.display(), self.extra.display())
    }
}
