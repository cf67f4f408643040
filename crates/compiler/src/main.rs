//! The child process that inspects and compiles one module, behind the same walls as a runner.
//!
//! It reads hostile bytes with a large parser and a large compiler, so it has no authority at all: one module
//! to read, one piece of memory to write, one socket. A panic, a stack overflow or too much memory ends it and
//! nothing else. It is used once.

use rustix::process::{Resource, Rlimit, setrlimit};
use skink_module::{MAX_MODULE, inspect};
use skink_protocol::{Channel, FromCompiler, ProtocolError, Received, ToCompiler, VERSION};
use skink_walls::{Ceilings, Profile, WallsError};
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::process::ExitCode;

/// The most address space, in bytes. It maps no guest memory, so this bounds what it uses; an interpreter of
/// 18 MB takes less than 2 GiB.
const MAX_MEMORY: u64 = 6 << 30;

/// The most threads. More are not allowed to it, and a machine with hundreds of processors has other work too.
const MAX_THREADS: usize = 16;

/// Why the process gives up. None of them is about the module: that is [`FromCompiler::Rejected`].
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("cannot build the walls: {0}")]
    Walls(#[from] WallsError),
    #[error("cannot talk to the worker: {0}")]
    Talk(#[from] ProtocolError),
    #[error("cannot limit the memory: {0}")]
    Limit(rustix::io::Errno),
    #[error("cannot start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    #[error("cannot read the module: {0}")]
    Read(std::io::Error),
    #[error("cannot write the artefact: {0}")]
    Write(std::io::Error),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The worker reads it; a broken pipe changes nothing.
            let _ = writeln!(std::io::stderr(), "skink-compiler: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    let mut channel = skink_walls::enter()?;
    // The parent leaves room for any call.
    skink_walls::lower(Ceilings::default())?;
    let limit = Rlimit { current: Some(MAX_MEMORY), maximum: Some(MAX_MEMORY) };
    setrlimit(Resource::As, limit).map_err(Error::Limit)?;
    channel.send(&FromCompiler::Ready { version: VERSION }, None)?;
    let Received { message, descriptors } = channel.receive::<ToCompiler>(None)?;
    // The descriptors are open; nothing is opened any more, so there is no rule.
    skink_walls::lock(&[], Profile::Compiler)?;
    answer(&channel, &message, descriptors)
}

fn answer(channel: &Channel, message: &ToCompiler, descriptors: Vec<OwnedFd>) -> Result<(), Error> {
    let wrong = |got: usize, expected: usize| ProtocolError::Descriptors { got, expected };
    let got = descriptors.len();
    let mut descriptors = descriptors.into_iter().map(File::from);
    let module = descriptors.next().ok_or_else(|| wrong(got, 1))?;
    let artefact = descriptors.next().ok_or_else(|| wrong(got, 2))?;
    let ToCompiler::Compile { flavour } = *message;
    let answer = compile(&read(&module)?, flavour, &artefact)?;
    Ok(channel.send(&answer, None)?)
}

fn compile(module: &[u8], flavour: skink_protocol::Flavour, to: &File) -> Result<FromCompiler, Error> {
    let description = match inspect(module) {
        Ok(description) => description,
        Err(error) => return Ok(FromCompiler::Rejected { reason: error.to_string() }),
    };
    // Behind the walls: they can be built around a single thread only.
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get().min(MAX_THREADS));
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    let artefact = match skink_engine::compile(module, flavour) {
        Ok(artefact) => artefact,
        Err(error) => return Ok(FromCompiler::Rejected { reason: error.to_string() }),
    };
    to.write_all_at(&artefact, 0).map_err(Error::Write)?;
    let artefact_len = u64::try_from(artefact.len()).unwrap_or(u64::MAX);
    Ok(FromCompiler::Done { description, artefact_len })
}

/// Reads from the beginning, wherever the offset that is shared with the worker stands; one byte more than is
/// allowed, so that the inspection sees that it is too much.
fn read(module: &File) -> Result<Vec<u8>, Error> {
    let length = module.metadata().map_err(Error::Read)?.len();
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX).min(MAX_MODULE + 1)];
    module.read_exact_at(&mut bytes, 0).map_err(Error::Read)?;
    Ok(bytes)
}
