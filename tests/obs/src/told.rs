//! What `cargo xtask test` told us of this checkout.

use std::path::PathBuf;
use std::sync::OnceLock;

/// The programs and packages that tests use.
#[derive(Debug)]
pub struct Told {
    /// Folder of skink, skink-runner and skink-compiler.
    pub bin: PathBuf,
    /// Folder of the hooks.
    pub hooks: PathBuf,
    /// Packages of the chroot.
    pub pool: PathBuf,
    /// The example's project configuration.
    pub dist: PathBuf,
    /// Debian's obs-server, unpacked: the folder with `bs_srcserver` and the others.
    pub obs_server: PathBuf,
    /// An empty folder for this stage.
    pub folder: PathBuf,
    /// The folder of the real `build`.
    pub obs_build: PathBuf,
}

/// What this run was told.
pub fn told() -> &'static Told {
    static TOLD: OnceLock<Told> = OnceLock::new();
    TOLD.get_or_init(|| {
        let told = |name: &str| {
            let value = std::env::var_os(name);
            PathBuf::from(value.unwrap_or_else(|| panic!("{name} is not set; run `cargo xtask test obs`")))
        };
        assert!(rustix::process::geteuid().is_root(), "bs_worker needs root; run `cargo xtask test obs`");
        Told {
            bin: told("SKINK_BIN_DIR"),
            hooks: told("SKINK_HOOKS_DIR"),
            pool: told("SKINK_POOL"),
            dist: told("SKINK_DIST"),
            obs_server: told("SKINK_OBS_SERVER"),
            folder: told("SKINK_TEST_DIR"),
            obs_build: "/usr/lib/obs-build".into(),
        }
    })
}

impl Told {
    /// The program `skink`.
    pub fn skink(&self) -> PathBuf {
        self.bin.join("skink")
    }
}
