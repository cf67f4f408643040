//! A tool as the policy names it, and the check of its program.

use crate::ToolsError;
use crate::roots::BuiltRoot;
use rustix::fs::{Mode, OFlags, ResolveFlags};
use skink_job::{ArgPattern, Digest, ToolName};
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Names below `/etc` that the broker makes up and no policy entry may replace.
const MADE_UP: [&str; 2] = ["/etc/passwd", "/etc/group"];

/// A program that a granted hook may run.
#[derive(Debug, Clone)]
pub struct Tool {
    /// Its name in the policy and in the guest.
    pub name: ToolName,
    /// Absolute path of an executable file in its root; in the root `host` one below `/usr`.
    pub program: PathBuf,
    /// Where it lives.
    pub root: Root,
    /// What it may do there.
    pub kind: Kind,
    /// Files or folders below `/etc` that the tool may read besides the usual ones; only for the root `host`.
    pub etc: Vec<PathBuf>,
    /// What each of its arguments must fit one of; none where it may be given any.
    pub args: Option<Vec<ArgPattern>>,
}

/// What a tool may do in its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// It is an ordinary user, and its root is read-only.
    Plain,
    /// It is root, in a root of which it changes a copy that is thrown away; only in a root that is built.
    RootBuilder {
        /// Devices below `/dev` that it may use besides the harmless ones.
        devices: Vec<PathBuf>,
    },
}

/// Where a tool lives.
#[derive(Debug, Clone)]
pub enum Root {
    /// In the machine's own `/usr`.
    Host,
    /// In a root that is built of packages.
    Built(Arc<BuiltRoot>),
}

impl Root {
    /// Its name: `host`, or that in the policy.
    pub fn name(&self) -> &str {
        match self {
            Self::Host => "host",
            Self::Built(root) => root.name().as_str(),
        }
    }

    /// The address of a root that is built: what it is made of.
    pub fn address(&self) -> Option<&Digest> {
        match self {
            Self::Host => None,
            Self::Built(root) => Some(root.address()),
        }
    }

    /// Its `/`, as seen from here.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Host => Path::new("/"),
            Self::Built(root) => root.path(),
        }
    }

    /// Opens what `path` leads to in the root, whatever symlinks are on the way; tells where that is.
    fn open(&self, path: &Path) -> io::Result<(File, PathBuf)> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(self.path(), flags, Mode::empty())?;
        // A pipe must not keep us waiting.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let within = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let file = File::from(rustix::fs::openat2(root, path, flags, Mode::empty(), within)?);
        let real = std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
        let base = self.path().canonicalize()?;
        let inside = real.strip_prefix(&base).map_err(|_| io::Error::other("it was moved meanwhile"))?;
        Ok((file, Path::new("/").join(inside)))
    }
}

impl Tool {
    /// Checks the program and the `etc` entries; gives the program's file, its real path in the root, and metadata.
    pub(crate) fn check(&self) -> Result<Program, ToolsError> {
        self.etc.iter().try_for_each(|entry| self.check_etc(entry))?;
        let bad = |why: String| ToolsError::Program {
            tool: self.name.to_string(),
            path: self.program.clone(),
            why,
        };
        if !is_plain_absolute(&self.program) {
            return Err(bad("must be an absolute path without '..'".to_owned()));
        }
        let (file, real) = self.root.open(&self.program).map_err(|e| bad(self.absent(&e)))?;
        if matches!(self.root, Root::Host) && !real.starts_with("/usr") {
            return Err(bad(format!("leads to {}, which is not below /usr", real.display())));
        }
        let metadata = file.metadata().map_err(|e| bad(e.to_string()))?;
        if !metadata.is_file() {
            return Err(bad("is not a regular file".to_owned()));
        }
        if metadata.permissions().mode() & 0o111 == 0 {
            return Err(bad("is not executable".to_owned()));
        }
        // The C library would hand anything else to a shell.
        let mut start = [0; 4];
        let read = file.read_at(&mut start, 0).map_err(|e| bad(e.to_string()))?;
        if !is_program(start.get(..read).unwrap_or_default()) {
            return Err(bad("is neither a binary nor a script with '#!'".to_owned()));
        }
        Ok(Program { file, metadata })
    }

    fn absent(&self, error: &io::Error) -> String {
        match &self.root {
            Root::Host => format!("{error}; install it on this host"),
            Root::Built(root) => format!(
                "{error}; it is not in the tool root {0}: name the package that has it in [tool-roots.{0}]",
                root.name()
            ),
        }
    }

    /// The root that a root-builder changes; none for other tools.
    pub(crate) fn built_for_builders(&self) -> Result<Option<PathBuf>, ToolsError> {
        match (&self.kind, &self.root) {
            (Kind::Plain, _) => Ok(None),
            (Kind::RootBuilder { .. }, Root::Built(root)) => Ok(Some(root.for_builders()?)),
            (Kind::RootBuilder { .. }, Root::Host) => Err(ToolsError::Program {
                tool: self.name.to_string(),
                path: self.program.clone(),
                why: "a root-builder cannot live in the machine's own root; name a root in [tool-roots]"
                    .to_owned(),
            }),
        }
    }

    /// The first argument that the policy does not allow, counted from 1, if there is one.
    pub(crate) fn refused<'a>(&self, args: &'a [String]) -> Option<(usize, &'a str)> {
        let patterns = self.args.as_ref()?;
        let refused = |arg: &&String| !patterns.iter().any(|pattern| pattern.allows(arg));
        (1..).zip(args).find(|(_, arg)| refused(arg)).map(|(place, arg)| (place, arg.as_str()))
    }

    fn check_etc(&self, entry: &Path) -> Result<(), ToolsError> {
        let bad = |why: String| ToolsError::Etc { tool: self.name.to_string(), path: entry.to_owned(), why };
        if !is_plain_absolute(entry) || !entry.starts_with("/etc") || entry == Path::new("/etc") {
            return Err(bad("must be an absolute path below /etc, without '..'".to_owned()));
        }
        if MADE_UP.iter().any(|made_up| entry == Path::new(made_up)) {
            return Err(bad("is made up for the tool and cannot be replaced".to_owned()));
        }
        entry.metadata().map(drop).map_err(|e| bad(format!("{e}; remove the entry or create the file")))
    }
}

/// A tool's program, as it was found.
#[derive(Debug)]
pub(crate) struct Program {
    file: File,
    pub(crate) metadata: Metadata,
}

impl Program {
    /// The sha256 of its bytes.
    pub(crate) fn digest(&mut self) -> io::Result<Digest> {
        crate::digest::of(&mut self.file)
    }
}

/// Whether the kernel itself runs a file that begins so.
fn is_program(start: &[u8]) -> bool {
    start.starts_with(b"#!") || start.starts_with(b"\x7fELF")
}

fn is_plain_absolute(path: &Path) -> bool {
    path.is_absolute() && path.components().all(|c| matches!(c, Component::RootDir | Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfit_programs_and_entries_are_named_with_a_reason() {
        let rows: [(&str, &[&str], &str); 11] = [
            ("/usr/bin/env", &["/etc/alternatives"], ""),
            ("/bin/sh", &[], ""),
            ("usr/bin/env", &[], "absolute"),
            ("/usr/../usr/bin/env", &[], "absolute"),
            ("/usr/bin/no-such-program", &[], "install it"),
            ("/usr/bin", &[], "regular file"),
            ("/etc/passwd", &[], "not below /usr"),
            ("/usr/bin/env", &["/etc"], "below /etc"),
            ("/usr/bin/env", &["/etc/../root"], "below /etc"),
            ("/usr/bin/env", &["/etc/passwd"], "made up"),
            ("/usr/bin/env", &["/etc/no-such-entry"], "remove the entry"),
        ];
        for (program, etc, want) in rows {
            let etc = etc.iter().map(PathBuf::from).collect();
            let name = "t".parse().unwrap();
            let tool =
                Tool { name, program: program.into(), root: Root::Host, kind: Kind::Plain, etc, args: None };
            match tool.check() {
                Ok(_) => assert_eq!(want, "", "{program}"),
                Err(e) => assert!(!want.is_empty() && e.to_string().contains(want), "{program}: {e}"),
            }
        }
    }

    #[test]
    fn what_only_a_shell_would_run_is_no_program() {
        let rows: [(&[u8], bool); 5] =
            [(b"#!/b", true), (b"\x7fELF", true), (b"", false), (b"echo", false), (b" #!/", false)];
        for (start, want) in rows {
            assert_eq!(is_program(start), want, "{start:?}");
        }
    }
}
