//! Packages for builds of another architecture.

use crate::cross::log_of;
use skink_tests_build::{Package, Started, farm};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

const HOOKS: &str = "schema = 1\n[hooks.cross-qemu]\nmodule = \"cross-qemu.wasm\"\n";

/// Long enough for a build on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(240);

/// The example, with the hook alone, for which that architecture is granted.
pub(crate) fn cross_package(name: &str, granted: &str) -> Package {
    let package = Package::example(name).write("_hooks", HOOKS);
    package.add_module("cross-qemu");
    // Of a package of that name that was built before.
    let _ = fs::remove_file(package.log());
    let module = package.folder().join("cross-qemu.wasm");
    let digest = Command::new(farm().skink()).args(["module", "digest"]).arg(module).output().unwrap().stdout;
    let digest = String::from_utf8(digest).unwrap();
    let digest = digest.split_whitespace().next().unwrap();
    let granted = if granted.is_empty() { String::new() } else { format!("\"{granted}\"") };
    package.with_policy(&format!(
        "[[allow]]\nmodule = \"cross-qemu\"\nsha256 = [\"{digest}\"]\nprojects = [\"home:*\"]\n\
         grants.effects.binfmt = [{granted}]\n"
    ))
}

/// A package whose build waits until a file is gone.
pub(crate) struct Sleeper {
    pub(crate) package: Package,
}

/// What its build prints when it waits.
const WAITS: &str = "the build waits";

impl Sleeper {
    pub(crate) fn new(package: Package) -> Self {
        let wait = format!("%build\necho {WAITS}\nwhile ! [ -e /tmp/wake-up ]; do sleep 0.1; done\n");
        Self { package: package.edit("hello.spec", "%build\n", &wait) }
    }

    /// Waits until the build waits, in that root.
    pub(crate) fn wait_for_it(&self, started: &Started) {
        let deadline = Instant::now() + PATIENCE;
        // The script itself is printed, too, but not at the end of a line.
        while !log_of(&self.package).lines().any(|line| line.ends_with(&format!("] {WAITS}"))) {
            assert!(Instant::now() < deadline, "the build of {} does not wait", started.pid());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Has the build in that root go on.
    pub(crate) fn wake(&self, root: &std::path::Path) {
        fs::write(Self::signal(root), "").unwrap();
    }

    pub(crate) fn signal(root: &std::path::Path) -> PathBuf {
        root.join("tmp/wake-up")
    }
}
