//! Which tool this is: the digest of its program and what it says of its version.

use crate::{Broker, Launcher, Mounts, Tool, ToolsError};
use serde::{Deserialize, Serialize};
use skink_job::{Digest, Limits, Millis, SafeText};
use skink_protocol::{ExitStatus, FailureKind, Reply, Stream, ToolRequest};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a tool may take to tell its version.
const VERSION_TIME: Millis = Millis(10_000);

/// How many processes it may need for that; those of whoever asks may count among them.
const VERSION_PROCESSES: u32 = 4096;

/// How much of its answer is looked at, in bytes.
const VERSION_BYTES: usize = 64 << 10;

/// Which tool this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolIdentity {
    /// The first line of `PROGRAM --version`; empty where it told nothing in time.
    pub version: SafeText,
    /// The sha256 of the program's file. Of a script that is the script alone.
    pub digest: Digest,
}

/// Checks a tool's program, takes its digest and asks for its version, in a tool root without any tree.
/// `scratch` is an empty folder that the tools' user can reach; it is empty again afterwards.
fn identify(launcher: &Launcher, tool: &Tool, scratch: &Path) -> Result<ToolIdentity, ToolsError> {
    let unread = |e| ToolsError::file("read", &tool.program)(e);
    let digest = tool.check()?.digest().map_err(unread)?;
    // The one argument is ours.
    let tool = &Tool { args: None, ..tool.clone() };
    let limits = Limits { tool_time: VERSION_TIME, tool_processes: VERSION_PROCESSES, ..Limits::default() };
    let deadline = Instant::now() + Duration::from(VERSION_TIME);
    let (tools, trees) = (vec![tool.clone()], Mounts::default());
    let mut broker = Broker::new(launcher.clone(), tools, trees, scratch.to_owned(), &limits, deadline);
    let answer = ask_version(&mut broker, tool);
    let usage = broker.finish();
    match answer {
        Ok(version) => Ok(ToolIdentity { version, digest }),
        // A tool that does not know the option may also wait for ever.
        Err((FailureKind::Limit, _)) if usage.limit.is_some() => {
            Ok(ToolIdentity { version: SafeText::default(), digest })
        }
        Err((_, why)) => Err(ToolsError::Root { tool: tool.name.to_string(), why }),
    }
}

fn ask_version(broker: &mut Broker, tool: &Tool) -> Result<SafeText, (FailureKind, String)> {
    let spawn = ToolRequest::Spawn {
        tool: tool.name.to_string(),
        args: vec!["--version".to_owned()],
        inputs: Vec::new(),
    };
    let Reply::Spawned { process } = broker.request(spawn)? else { return Ok(SafeText::default()) };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    while let Reply::Output { stream, bytes } = broker.request(ToolRequest::Read { process, max: 4096 })? {
        let said = match stream {
            Stream::Stdout => &mut stdout,
            Stream::Stderr => &mut stderr,
        };
        said.extend_from_slice(&bytes);
        if bytes.is_empty() {
            // What a program says of an option that it does not know is no version.
            let Reply::Exited(ExitStatus::Code(0)) = broker.request(ToolRequest::Wait { process })? else {
                return Ok(SafeText::default());
            };
            break;
        }
        if said.len() > VERSION_BYTES {
            break;
        }
    }
    let first_line = |said: &[u8]| {
        let line = said.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty());
        line.map(|line| SafeText::line_from_bytes(line).truncated(120))
    };
    Ok(first_line(&stdout).or_else(|| first_line(&stderr)).unwrap_or_default())
}

/// Identities that were found before. An entry holds while the program's file is the same: path, device, inode,
/// size, and the times of its content and of its inode. The caller may keep it in a file between runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdentityCache {
    entries: Vec<(FileKey, ToolIdentity)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FileKey {
    program: PathBuf,
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl IdentityCache {
    /// The tool's identity, from the cache or by [`identify`].
    pub fn identify(
        &mut self,
        launcher: &Launcher,
        tool: &Tool,
        scratch: &Path,
    ) -> Result<ToolIdentity, ToolsError> {
        let key = FileKey::of(tool)?;
        if let Some((_, known)) = self.entries.iter().find(|(k, _)| *k == key) {
            return Ok(known.clone());
        }
        let identity = identify(launcher, tool, scratch)?;
        // One entry a program: a file that was replaced does not come back.
        self.entries.retain(|(k, _)| k.program != key.program);
        self.entries.push((key, identity.clone()));
        Ok(identity)
    }
}

impl FileKey {
    fn of(tool: &Tool) -> Result<Self, ToolsError> {
        let file = tool.check()?.metadata;
        let program = tool.program.strip_prefix("/").unwrap_or(&tool.program);
        Ok(Self {
            program: tool.root.path().join(program),
            device: file.dev(),
            inode: file.ino(),
            size: file.size(),
            modified: (file.mtime(), file.mtime_nsec()),
            changed: (file.ctime(), file.ctime_nsec()),
        })
    }
}
