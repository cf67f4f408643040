//! Running builds, and looking at what they leave behind.

use crate::{Package, farm};
use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// No build of the tests takes longer; then something hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// A build that runs.
#[derive(Debug)]
pub struct Started {
    child: Child,
    output: Option<JoinHandle<String>>,
}

/// A test that fails leaves no build behind.
impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A build that has ended.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// What it printed.
    pub output: String,
}

impl Started {
    /// The plain `build`.
    pub fn plain(root: &Path, package: &Package, more: &[&str]) -> Self {
        let mut command = Command::new(&farm().build);
        command.env("BUILD_DIR", "/usr/lib/obs-build");
        common(&mut command, root, package, more);
        Self::start(command)
    }

    /// `skink build` with the package's policy.
    pub fn skink(root: &Path, package: &Package, more: &[&str]) -> Self {
        Self::start(skink_command(root, package, more))
    }

    /// `skink build` that is killed at a named point.
    pub fn skink_killed_at(point: &str, root: &Path, package: &Package, more: &[&str]) -> Self {
        let mut command = skink_command(root, package, more);
        command.env("SKINK_FAULT", point);
        Self::start(command)
    }

    /// `skink build` with more in its environment.
    pub fn skink_in(environment: &[(&str, &str)], root: &Path, package: &Package, more: &[&str]) -> Self {
        let mut command = skink_command(root, package, more);
        command.envs(environment.iter().copied());
        Self::start(command)
    }

    /// Any command.
    pub fn start(mut command: Command) -> Self {
        let (mut reader, writer) = std::io::pipe().unwrap();
        command.stdin(Stdio::null()).stdout(writer.try_clone().unwrap()).stderr(writer);
        let child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        drop(command); // it holds the writing end
        let output = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = reader.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        Self { child, output: Some(output) }
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end.
    pub fn wait(self) -> Ended {
        self.wait_for(PATIENCE)
    }

    /// Waits for the end, of a build that takes longer than others.
    pub fn wait_for(mut self, patience: Duration) -> Ended {
        let deadline = Instant::now() + patience;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > deadline {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        Ended { status, output: self.output.take().unwrap().join().unwrap() }
    }
}

impl Ended {
    /// The exit code; none where a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The signal that ended it.
    pub fn signal(&self) -> Option<i32> {
        self.status.signal()
    }
}

fn skink_command(root: &Path, package: &Package, more: &[&str]) -> Command {
    let mut command = Command::new(farm().skink());
    command.arg("build");
    let log = package.log();
    command.arg("--logfile").arg(&log).arg("--hook-policy").arg(package.policy());
    command.arg("--hook-report").arg(package.report()).arg("--hook-state").arg(farm().state());
    command.args(["--hook-project", "home:tester"]);
    common(&mut command, root, package, more);
    command
}

fn common(command: &mut Command, root: &Path, package: &Package, more: &[&str]) {
    command.arg("--root").arg(root).arg("--dist").arg(&farm().dist);
    command.args(["--rpms", &farm().rpms(), "--arch", "x86_64", "--changelog"]);
    command.args(more).arg(package.recipe());
}

/// Mounts below a folder, as the whole machine sees them.
pub fn mounts_below(folder: &Path) -> Vec<String> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    let below = format!("{}/", folder.display());
    mounts
        .lines()
        .filter(|l| l.split(' ').nth(1).is_some_and(|at| at.starts_with(&below)))
        .map(str::to_owned)
        .collect()
}

/// Processes with `text` in their command line or root, other than ours, after a moment for them to go.
pub fn processes_naming(text: &str) -> Vec<String> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let found = scan(text);
        if found.is_empty() || Instant::now() > deadline {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn scan(text: &str) -> Vec<String> {
    let own = std::process::id().to_string();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let pid = entry.file_name().to_string_lossy().into_owned();
        if pid == own || !pid.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        let root = fs::read_link(entry.path().join("root")).unwrap_or_default();
        if line.contains(text) || root.to_string_lossy().contains(text) {
            found.push(format!("{pid}: {line} (root {})", root.display()));
        }
    }
    found
}
