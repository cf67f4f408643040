//! A tool as the policy names it, and the check of its program.

use crate::ToolsError;
use sha2::{Digest as _, Sha256};
use skink_job::{Digest, ToolName};
use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

/// Names below `/etc` that the broker makes up and no policy entry may replace.
const MADE_UP: [&str; 2] = ["/etc/passwd", "/etc/group"];

/// A program of the host that a granted hook may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// Its name in the policy and in the guest.
    pub name: ToolName,
    /// Absolute path of an executable file below `/usr`.
    pub program: PathBuf,
    /// Files or folders below `/etc` that the tool may read besides the usual ones.
    pub etc: Vec<PathBuf>,
}

impl Tool {
    /// Checks the program and the `etc` entries; gives the program's real path and metadata.
    pub(crate) fn check(&self) -> Result<(PathBuf, Metadata), ToolsError> {
        self.etc.iter().try_for_each(|entry| self.check_etc(entry))?;
        let bad = |why: String| ToolsError::Program {
            tool: self.name.to_string(),
            path: self.program.clone(),
            why,
        };
        if !is_plain_absolute(&self.program) {
            return Err(bad("must be an absolute path without '..'".to_owned()));
        }
        let real = self.program.canonicalize().map_err(|e| bad(format!("{e}; install it on this host")))?;
        if !real.starts_with("/usr") {
            return Err(bad(format!("leads to {}, which is not below /usr", real.display())));
        }
        let metadata = real.metadata().map_err(|e| bad(e.to_string()))?;
        if !metadata.is_file() {
            return Err(bad("is not a regular file".to_owned()));
        }
        if metadata.permissions().mode() & 0o111 == 0 {
            return Err(bad("is not executable".to_owned()));
        }
        // The C library would hand anything else to a shell.
        let mut start = Vec::new();
        let read = File::open(&real).and_then(|file| file.take(4).read_to_end(&mut start));
        read.map_err(|e| bad(e.to_string()))?;
        if !is_program(&start) {
            return Err(bad("is neither a binary nor a script with '#!'".to_owned()));
        }
        Ok((real, metadata))
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

    /// The sha256 of the program's file.
    pub(crate) fn digest(&self, real: &Path) -> Result<Digest, ToolsError> {
        let failed = |e: std::io::Error| ToolsError::Program {
            tool: self.name.to_string(),
            path: real.to_owned(),
            why: e.to_string(),
        };
        let mut file = File::open(real).map_err(failed)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            let n = file.read(&mut buffer).map_err(failed)?;
            if n == 0 {
                return Ok(Digest::from_bytes(hash.finalize().into()));
            }
            hash.update(buffer.get(..n).unwrap_or_default());
        }
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
            let tool = Tool { name: "t".parse().unwrap(), program: program.into(), etc };
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

    #[test]
    fn the_digest_is_the_files_sha256() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x");
        std::fs::write(&file, "abc").unwrap();
        let tool = Tool { name: "t".parse().unwrap(), program: file.clone(), etc: Vec::new() };
        let want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(tool.digest(&file).unwrap().to_string(), want);
    }
}
