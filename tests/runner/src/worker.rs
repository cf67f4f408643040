//! The worker's side of one call: spawn, hand over, listen, answer.

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use skink_engine::{COMPILE_TIME, Compiled, compile_walled};
use skink_job::{Grants, Limits, Phase};
use skink_protocol::{
    CallEnd, Descriptor, ExitStatus, FailureKind, Flavour, FromRunner, Prepare, RawFinding, Reply, RunnerEnd,
    Start, ToRunner, ToolInfo, ToolRequest,
};
use skink_walls::{Child, Spawner};
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Everything a call needs; change what a row is about.
#[derive(Clone)]
pub struct Call {
    pub phase: Phase,
    pub settings: String,
    pub grants: Grants,
    pub limits: Limits,
    pub tools: Vec<ToolInfo>,
    pub results: Option<PathBuf>,
    pub build_log: Option<PathBuf>,
    pub outbox: Option<PathBuf>,
    pub attachments: Option<PathBuf>,
    /// Where the runner is told that the results are going to be; where they are, if it is not said.
    pub place: Option<PathBuf>,
    /// Whether the runner has prepared before the call comes.
    pub ahead: bool,
}

impl Default for Call {
    fn default() -> Self {
        let grants = Grants { results: true, outbox: true, build_log: true, ..Grants::default() };
        Self {
            phase: Phase::Check,
            settings: String::new(),
            grants,
            limits: Limits::default(),
            tools: Vec::new(),
            results: None,
            build_log: None,
            outbox: None,
            attachments: None,
            place: None,
            ahead: false,
        }
    }
}

/// What the worker heard.
#[derive(Debug, Default)]
pub struct Heard {
    pub findings: Vec<RawFinding>,
    pub lines: Vec<String>,
    pub progress: Vec<(u64, u64)>,
    pub denied: Vec<String>,
    pub asked: Vec<String>,
    /// `/proc/PID/limits` of the runner while it waited for an answer.
    pub resources: String,
}

/// How a call ended, what was heard before, and how long it took.
#[derive(Debug)]
pub struct Ended {
    pub call: CallEnd,
    pub heard: Heard,
    pub exited: bool,
}

/// Where the binaries lie: where the environment says, or where cargo built them beside the tests.
pub fn program(name: &str) -> PathBuf {
    let dir = match std::env::var_os("SKINK_BIN_DIR") {
        Some(dir) => PathBuf::from(dir),
        None => std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned(),
    };
    let program = dir.join(name);
    assert!(program.is_file(), "{} is missing; build {name} first", program.display());
    program
}

/// Compiles a component in the real compiler process. `Err` holds why it was refused.
pub fn compile(spawner: &Spawner, component: &[u8]) -> Result<File, String> {
    let program = program("skink-compiler");
    let mut module = component.to_vec();
    add_manifest(&mut module);
    let mut sealed = memfd("module");
    sealed.write_all(&module).unwrap();
    let seals = SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL;
    fcntl_add_seals(&sealed, seals).unwrap();
    match compile_walled(spawner, &program, sealed.as_fd(), Flavour::Timed, COMPILE_TIME).unwrap() {
        Compiled::Done { artefact, .. } => Ok(artefact),
        Compiled::Rejected { reason } => Err(reason.to_string()),
    }
}

fn memfd(name: &str) -> File {
    File::from(memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING).unwrap())
}

/// The custom section that every module carries; what it says does not matter to the runner.
fn add_manifest(module: &mut Vec<u8>) {
    let name = b"skink:manifest";
    let mut section = vec![u8::try_from(name.len()).unwrap()];
    section.extend_from_slice(name);
    section.extend_from_slice(br#"{"manifest":1,"name":"t","version":"1","wit":"0.1.0","phases":["check"]}"#);
    assert!(section.len() < 128);
    module.extend([0, u8::try_from(section.len()).unwrap()]);
    module.extend(section);
}

/// Makes one call in a new runner.
pub fn run(spawner: &Spawner, artefact: &File, call: &Call) -> Ended {
    let mut child = spawner.spawn(&program("skink-runner")).unwrap();
    ready(&mut child.channel);
    for dir in [&call.outbox, &call.attachments].into_iter().flatten() {
        if let Some((uid, gid)) = child.owner() {
            std::os::unix::fs::chown(dir, Some(uid), Some(gid)).unwrap();
        }
    }
    let place = call.place.clone().or_else(|| call.results.clone());
    let places = [
        (Descriptor::Results, &place),
        (Descriptor::Outbox, &call.outbox),
        (Descriptor::Attachments, &call.attachments),
    ];
    let (mut kinds, mut descriptors) = opened(&places);
    kinds.push(Descriptor::Artefact);
    descriptors.push(artefact.try_clone().unwrap().into());
    let prepare = Prepare {
        descriptors: kinds,
        flavour: Flavour::Timed,
        phases: vec![call.phase],
        limits: call.limits,
        early: true,
    };
    let borrowed: Vec<BorrowedFd<'_>> = descriptors.iter().map(AsFd::as_fd).collect();
    child.channel.send_with(&ToRunner::Prepare(Box::new(prepare)), &borrowed, soon()).unwrap();
    let mut heard = Heard::default();
    if call.ahead {
        let answer = child.channel.receive::<FromRunner>(soon()).unwrap().message;
        if let FromRunner::End(end) = answer {
            return Ended::of(*end, heard, child);
        }
        assert!(matches!(answer, FromRunner::Prepared { .. }), "{answer:?}");
    }
    let trees = [(Descriptor::Results, &call.results), (Descriptor::BuildLog, &call.build_log)];
    let (kinds, descriptors) = opened(&trees);
    let borrowed: Vec<BorrowedFd<'_>> = descriptors.iter().map(AsFd::as_fd).collect();
    // A runner that cannot prepare ends, and says why.
    let _ = child.channel.send_with(&ToRunner::Start(Box::new(start(call, kinds))), &borrowed, soon());
    let deadline = Instant::now() + Duration::from(call.limits.wall_time) + Duration::from_secs(10);
    let end = loop {
        let message = child.channel.receive::<FromRunner>(Some(deadline)).map(|received| received.message);
        match message {
            Ok(FromRunner::End(end)) => break *end,
            Ok(other) => {
                if let Some(reply) = heard.take(other) {
                    heard.resources =
                        std::fs::read_to_string(format!("/proc/{}/limits", child.pid())).unwrap();
                    child.channel.send(&ToRunner::Reply(reply), soon()).unwrap();
                }
            }
            Err(error) => panic!("{error}: {:?}", child.wait(Instant::now())),
        }
    };
    Ended::of(end, heard, child)
}

impl Ended {
    fn of(call: CallEnd, heard: Heard, child: Child) -> Self {
        let exit = child.wait(Instant::now() + Duration::from_secs(5));
        Self { call, heard, exited: exit.status == Some(ExitStatus::Code(0)) && !exit.timed_out }
    }
}

fn opened(paths: &[(Descriptor, &Option<PathBuf>)]) -> (Vec<Descriptor>, Vec<OwnedFd>) {
    let there = paths.iter().filter_map(|(kind, path)| Some((*kind, path.as_ref()?)));
    there.map(|(kind, path)| (kind, OwnedFd::from(File::open(path).unwrap()))).unzip()
}

/// Waits for a runner to be ready.
pub fn ready(channel: &mut skink_protocol::Channel) {
    let message = channel.receive::<FromRunner>(soon()).unwrap().message;
    let FromRunner::Ready { version } = message else { panic!("{message:?}") };
    assert_eq!(version, skink_protocol::VERSION);
}

fn start(call: &Call, descriptors: Vec<Descriptor>) -> Start {
    Start {
        descriptors,
        phase: call.phase,
        facts: skink_job::Facts::default(),
        settings: call.settings.clone(),
        grants: call.grants.clone(),
        tools: call.tools.clone(),
        packages: Vec::new(),
        statistics: Vec::new(),
        now: 1_700_000_000,
        seed: 1,
    }
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_secs(20))
}

impl Heard {
    /// Notes a message; answers it if it asks.
    fn take(&mut self, message: FromRunner) -> Option<Result<Reply, (FailureKind, String)>> {
        match message {
            FromRunner::Findings(findings) => self.findings.extend(findings),
            FromRunner::Log(line) => self.lines.push(line),
            FromRunner::Progress { done, total, .. } => self.progress.push((done, total)),
            FromRunner::Denied { what } => self.denied.push(what),
            FromRunner::Plan(edit) => {
                self.asked.push(format!("{edit:?}"));
                return Some(Ok(Reply::Done));
            }
            FromRunner::Tool(request) => {
                let ToolRequest::Spawn { tool, .. } = &request else { panic!("{request:?}") };
                self.asked.push(tool.clone());
                return Some(Err((FailureKind::Other, "this worker has no tools".to_owned())));
            }
            FromRunner::Effect(request) => {
                self.asked.push(format!("{request:?}"));
                return Some(Ok(Reply::InEffect(None)));
            }
            FromRunner::Prepared { .. } => {}
            FromRunner::Ready { .. } | FromRunner::End(_) | FromRunner::Probed(_) => {
                panic!("{message:?} in the middle of a call")
            }
        }
        None
    }
}

/// The end in one line: its kind, and the text that goes with it.
pub fn shown(end: &RunnerEnd) -> String {
    match end {
        RunnerEnd::Pass => "pass".to_owned(),
        RunnerEnd::Fail(text) => format!("fail: {text}"),
        RunnerEnd::Unchanged(text) => format!("unchanged: {text}"),
        RunnerEnd::Answer(answer) => format!("answer: {answer:?}"),
        RunnerEnd::Failure(kind, text) => format!("{kind:?}: {text}"),
        RunnerEnd::Limit(kind, text) => format!("limit({kind}): {text}"),
        RunnerEnd::Trap(crash) => format!("trap: {}", crash.message),
        RunnerEnd::Unlinkable(text) => format!("unlinkable: {text}"),
        RunnerEnd::StaleArtefact(text) => format!("stale: {text}"),
        RunnerEnd::HostError(text) => format!("host error: {text}"),
    }
}
