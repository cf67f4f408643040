//! The worker's side of the compiler process: hand it a module, get a description and an artefact.

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use skink_job::{Millis, SafeText};
use skink_protocol::{ExitStatus, Flavour, FromCompiler, ModuleDescription, ProtocolError, ToCompiler};
use skink_walls::{Child, ChildEnd, Spawner, WallsError};
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the compiler process may take, if the caller has no better idea. An interpreter of 18 MB takes 10 s of
/// processor time; on a machine that is busy with builds that was 90 s.
pub const COMPILE_TIME: Duration = Duration::from_secs(240);

/// How long a compiler that has answered, or has closed its socket, may take to exit.
const EXIT_TIME: Duration = Duration::from_secs(2);

/// What the compiler process said of a module.
#[derive(Debug)]
pub enum Compiled {
    /// It is well-formed and compiled.
    Done {
        /// What it says of itself. Untrusted: the compiler process has read hostile bytes.
        description: ModuleDescription,
        /// Machine code, sealed in memory. Trusted for this module only: put it into a store under its digest.
        artefact: File,
    },
    /// It is refused.
    Rejected {
        /// What is wrong and what to do.
        reason: SafeText,
    },
}

/// Why there is no answer of the compiler process.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalledError {
    /// It could not be started.
    #[error("cannot start the compiler process: {0}")]
    Start(#[from] WallsError),
    /// Memory for the artefact could not be had.
    #[error("cannot make memory for the artefact: {0}")]
    Memory(std::io::Error),
    /// It is of another build of Skink.
    #[error("the compiler process speaks version {found} of the protocol, this Skink speaks {ours}; install all \
             programs of Skink from one build", ours = skink_protocol::VERSION)]
    Version {
        /// Its version.
        found: u32,
    },
    /// It was killed at its deadline.
    #[error("the module was not compiled within {}; make it smaller", Millis::from(*after))]
    Timeout {
        /// The time it had.
        after: Duration,
    },
    /// It died, or said what it must not.
    #[error("the compiler process failed on the module: {how}; {}", told(stderr))]
    Crashed {
        /// How.
        how: SafeText,
        /// The last that it wrote.
        stderr: SafeText,
    },
}

fn told(stderr: &SafeText) -> String {
    match stderr.lines().last() {
        Some(last) => format!("its last words: {last}"),
        None => "it left no message; a module that is made to break compilers does this".to_owned(),
    }
}

/// Inspects and compiles a module in a walled process of its own.
///
/// `program` is `skink-compiler`, `module` the sealed bytes that were hashed. Call it from a thread that waits
/// for the result: the process dies with the thread that started it.
///
/// # Errors
/// There is no answer: the process could not be started, died or took longer than `time`.
pub fn compile_walled(
    spawner: &Spawner,
    program: &Path,
    module: BorrowedFd<'_>,
    flavour: Flavour,
    time: Duration,
) -> Result<Compiled, WalledError> {
    let deadline = Instant::now().checked_add(time);
    let memory = memfd_create("skink-artefact", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)
        .map_err(|errno| WalledError::Memory(errno.into()))?;
    let mut child = spawner.spawn(program)?;
    let answer = match talk(&mut child, module, memory.as_fd(), flavour, deadline) {
        Ok(answer) => answer,
        Err(Talk::Version(found)) => return Err(WalledError::Version { found }),
        Err(Talk::Broken(ProtocolError::Deadline)) => return Err(WalledError::Timeout { after: time }),
        Err(Talk::Broken(error)) => return Err(crashed(child, &error.to_string())),
    };
    match answer {
        FromCompiler::Rejected { reason } => {
            Ok(Compiled::Rejected { reason: SafeText::line(&reason).truncated(2000) })
        }
        FromCompiler::Done { description, artefact_len } => {
            // Only when it has ended is the artefact what it will be.
            let end = child.wait(Instant::now() + EXIT_TIME);
            let artefact = File::from(memory);
            seal(&artefact).map_err(WalledError::Memory)?;
            let length = artefact.metadata().map_err(WalledError::Memory)?.len();
            if length != artefact_len || length == 0 {
                let how = format!("it promised an artefact of {artefact_len} bytes and left {length}");
                return Err(WalledError::Crashed { how: how.into(), stderr: end.stderr });
            }
            Ok(Compiled::Done { description, artefact })
        }
        FromCompiler::Ready { .. } => Err(crashed(child, "it said twice that it is ready")),
    }
}

/// Why a conversation ended.
enum Talk {
    Version(u32),
    Broken(ProtocolError),
}

impl From<ProtocolError> for Talk {
    fn from(error: ProtocolError) -> Self {
        Self::Broken(error)
    }
}

fn talk(
    child: &mut Child,
    module: BorrowedFd<'_>,
    artefact: BorrowedFd<'_>,
    flavour: Flavour,
    deadline: Option<Instant>,
) -> Result<FromCompiler, Talk> {
    match child.channel.receive::<FromCompiler>(deadline)?.message {
        FromCompiler::Ready { version: skink_protocol::VERSION } => {}
        FromCompiler::Ready { version } => return Err(Talk::Version(version)),
        answer @ (FromCompiler::Done { .. } | FromCompiler::Rejected { .. }) => return Ok(answer),
    }
    child.channel.send_with(&ToCompiler::Compile { flavour }, &[module, artefact], deadline)?;
    Ok(child.channel.receive::<FromCompiler>(deadline)?.message)
}

/// The child has closed its socket or broken the protocol: find out how it ended.
fn crashed(child: Child, said: &str) -> WalledError {
    let ChildEnd { status, timed_out, stderr } = child.wait(Instant::now() + EXIT_TIME);
    let how = match status {
        Some(ExitStatus::Signal(signal)) if !timed_out => format!("it died of signal {signal}"),
        Some(ExitStatus::Code(code)) if code != 0 => format!("it ended with exit code {code}"),
        Some(ExitStatus::Signal(_) | ExitStatus::Code(_)) | None => said.to_owned(),
    };
    WalledError::Crashed { how: how.into(), stderr }
}

fn seal(artefact: &File) -> std::io::Result<()> {
    let seals = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
    Ok(fcntl_add_seals(artefact, seals)?)
}
