//! What all tests of the broker share: a host folder, a broker, and the same test as root and as ordinary user.
#![allow(dead_code, reason = "each test binary uses a part")]

use skink_job::Limits;
use skink_protocol::{ExitStatus, FailureKind, Reply, Stream, ToolRequest};
use skink_tools::{Broker, Kind, Launcher, Mounts, Root, Tool};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const AS_USER: &str = "SKINK_TEST_AS_USER";
const STARTER: &str = "SKINK_TEST_STARTER";

/// An uid that nobody has.
pub(crate) const NOBODYS: u32 = 0x5000_0001;

pub(crate) type Failure = (FailureKind, String);

/// Trees and a scratch folder for one test.
pub(crate) struct Host {
    dir: tempfile::TempDir,
    pub(crate) owner: Option<(u32, u32)>,
    pub(crate) mounts: Mounts,
    pub(crate) launcher: Launcher,
}

impl Host {
    pub(crate) fn new() -> Self {
        let owner = rustix::process::geteuid().is_root().then_some((NOBODYS + 1, NOBODYS + 2));
        let dir = tempfile::tempdir().unwrap();
        open_to_all(dir.path());
        let tree = |name: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.join("sub")).unwrap();
            fs::write(path.join("name"), name).unwrap();
            Some(path)
        };
        let mounts = Mounts {
            results: tree("results"),
            sources: tree("sources"),
            previous: tree("previous"),
            packages: Vec::new(),
        };
        fs::create_dir(dir.path().join("scratch")).unwrap();
        let starter = std::env::var_os(STARTER)
            .map_or_else(|| env!("CARGO_BIN_EXE_skink-tool-starter").into(), PathBuf::from);
        let launcher = Launcher::new(owner).unwrap().with_starter(starter);
        Self { dir, owner, mounts, launcher }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn scratch(&self) -> PathBuf {
        self.path().join("scratch")
    }

    /// A broker with usual limits and a minute's time.
    pub(crate) fn broker(&self) -> Broker {
        self.broker_with(&Limits::default(), Duration::from_secs(60))
    }

    pub(crate) fn broker_with(&self, limits: &Limits, time: Duration) -> Broker {
        let tools = ["sh", "env", "cat", "sleep", "yes", "printf"].map(tool).to_vec();
        let deadline = Instant::now() + time;
        Broker::new(self.launcher.clone(), tools, self.mounts.clone(), self.scratch(), limits, deadline)
    }

    /// Nothing is left of any run.
    pub(crate) fn assert_clean(&self) {
        let left: Vec<_> = fs::read_dir(self.scratch()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

pub(crate) fn tool(name: &str) -> Tool {
    let program = Path::new("/usr/bin").join(name);
    Tool {
        name: name.parse().unwrap(),
        program,
        root: Root::Host,
        kind: Kind::Plain,
        etc: Vec::new(),
        args: None,
    }
}

pub(crate) fn open_to_all(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
}

pub(crate) fn spawn(broker: &mut Broker, tool: &str, args: &[&str]) -> Result<u32, Failure> {
    let args = args.iter().map(|a| (*a).to_owned()).collect();
    match broker.request(ToolRequest::Spawn { tool: tool.to_owned(), args, inputs: Vec::new() })? {
        Reply::Spawned { process } => Ok(process),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn wait(broker: &mut Broker, process: u32) -> Result<ExitStatus, Failure> {
    match broker.request(ToolRequest::Wait { process })? {
        Reply::Exited(status) => Ok(status),
        other => panic!("{other:?}"),
    }
}

/// Everything that the tool writes, until its end: stdout and stderr.
pub(crate) fn read_all(broker: &mut Broker, process: u32) -> Result<[Vec<u8>; 2], Failure> {
    let mut said = [Vec::new(), Vec::new()];
    loop {
        match broker.request(ToolRequest::Read { process, max: u32::MAX })? {
            Reply::Output { bytes, .. } if bytes.is_empty() => return Ok(said),
            Reply::Output { stream: Stream::Stdout, bytes } => said[0].extend(bytes),
            Reply::Output { stream: Stream::Stderr, bytes } => said[1].extend(bytes),
            other => panic!("{other:?}"),
        }
    }
}

/// Runs a tool to its end: status, stdout, stderr.
pub(crate) fn run(broker: &mut Broker, tool: &str, args: &[&str]) -> (ExitStatus, String, String) {
    let process = spawn(broker, tool, args).unwrap();
    let [out, err] = read_all(broker, process).unwrap().map(|b| String::from_utf8(b).unwrap());
    (wait(broker, process).unwrap(), out, err)
}

/// Runs the test's body as the user who runs the tests and, where that is root, as an ordinary user too.
pub(crate) fn as_everyone(test: &str, body: fn(&Host)) {
    let host = Host::new();
    body(&host);
    host.assert_clean();
    if rustix::process::geteuid().is_root() {
        let dir = tempfile::tempdir().unwrap();
        let output = output_of(as_user(&dir, test));
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("1 passed"), "as ordinary user: {said}");
    } else if std::env::var_os(AS_USER).is_none() {
        println!("{test}: ran as ordinary user only; run the tests as root to see both");
    }
}

/// Runs a program that was just written. A process that another test is starting may hold it open for writing for
/// an instant, between its `fork` and its `exec`.
fn output_of(mut command: Command) -> std::process::Output {
    loop {
        match command.output() {
            Err(e) if e.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            output => return output.unwrap(),
        }
    }
}

/// One test of this binary, run by an ordinary user from copies that it can reach.
fn as_user(dir: &tempfile::TempDir, test: &str) -> Command {
    open_to_all(dir.path());
    let copy = |from: &Path, name: &str| {
        let to = dir.path().join(name);
        fs::copy(from, &to).unwrap();
        open_to_all(&to);
        to
    };
    let exe = copy(&std::env::current_exe().unwrap(), "test");
    let starter = copy(Path::new(env!("CARGO_BIN_EXE_skink-tool-starter")), "starter");
    let mut command = Command::new(exe);
    command.args(["--exact", test, "--nocapture"]).current_dir("/");
    command.env(AS_USER, "1").env(STARTER, starter).uid(NOBODYS).gid(NOBODYS);
    command
}

/// Pids whose command line holds the marker; not those of bubblewrap, whose arguments name the marker's folder.
pub(crate) fn processes_with(marker: &str) -> Vec<u32> {
    let all = fs::read_dir("/proc").unwrap().filter_map(|e| e.unwrap().file_name().to_str()?.parse().ok());
    let has = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(marker)
    };
    all.filter(|pid| *pid != std::process::id() && has(pid)).collect()
}

/// A text that occurs in no other command line.
pub(crate) fn marker(what: &str) -> String {
    format!("skink-marker-{what}-{}-{}", std::process::id(), rustix::process::geteuid().as_raw())
}

/// Waits until the condition holds; a minute is for a machine under load, not for the broker.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < until, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
