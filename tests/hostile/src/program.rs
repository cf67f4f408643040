//! Running a command of the product in a place, with nothing of ours around it.

use crate::Place;
use crate::processes::children_of;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// No command of these tests takes longer; then something hangs, and its test has failed.
const PATIENCE: Duration = Duration::from_secs(150);

/// A command that runs. Dropping it ends it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    started: Instant,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
}

/// A command that has ended by itself.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
    /// The most memory that a runner of it was seen with, in bytes. What came and went too quickly is not seen.
    pub runner_peak: u64,
}

impl Running {
    /// Starts a program of `place`, as `user` if one is given.
    pub fn start<A: AsRef<std::ffi::OsStr>>(place: &Place, user: Option<u32>, arguments: &[A]) -> Self {
        let mut command = Command::new(place.program("skink"));
        command.args(arguments).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("HOME", place.path("home")).env("TMPDIR", place.path("tmp")).env("NO_COLOR", "1");
        command.envs(place.environment()).current_dir(place.path("cwd"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(user) = user {
            command.uid(user).gid(user);
        }
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Self { child, started: Instant::now(), stdout: Some(collect(stdout)), stderr: Some(collect(stderr)) }
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it with SIGKILL, as an out-of-memory killer would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for the end.
    pub fn wait(mut self) -> Ended {
        let mut runner_peak = 0;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            let runners = children_of(self.pid()).into_iter().filter(|child| child.name == "skink-runner");
            runner_peak = runners.filter_map(|child| child.peak_memory()).fold(runner_peak, u64::max);
            if self.started.elapsed() > PATIENCE {
                self.kill();
                panic!("a command still ran after {PATIENCE:?}");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let took = self.started.elapsed();
        let text = |thread: Option<JoinHandle<Vec<u8>>>| {
            String::from_utf8(thread.unwrap().join().unwrap()).expect("it printed what is no UTF-8")
        };
        let (stdout, stderr) = (text(self.stdout.take()), text(self.stderr.take()));
        Ended { status, stdout, stderr, took, runner_peak }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.kill();
        }
    }
}

impl Ended {
    /// The exit code; none where a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Everything it printed.
    pub fn output(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}
