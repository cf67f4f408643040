//! The file of an emulator on the build host.
//!
//! Invariant: what is handed to the kernel is a static program that root owns and nobody else can write to. The kernel
//! opens it once, and runs it for every program of the other architecture, whoever starts that in the build root.

use crate::Emulator;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Where distributions put emulators, below the root of the host's files.
const FOLDER: &str = "usr/bin";

/// The type of a part of a program that names the dynamic linker.
const PT_INTERP: u32 = 3;

/// An emulator's file, looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    path: PathBuf,
}

/// Why there is no emulator for an architecture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InterpreterError {
    /// No file of its names.
    #[error(
        "there is no emulator for {arch}: neither {first} nor {second} is here; install the package qemu-user-static \
         (of Debian) or qemu-linux-user (of openSUSE)"
    )]
    Missing {
        /// The architecture.
        arch: String,
        /// The name that is looked for first.
        first: PathBuf,
        /// And second.
        second: PathBuf,
    },
    /// The file cannot be read.
    #[error("cannot read the emulator {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is none that may be used.
    #[error("the emulator {path} cannot be used: {why}")]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what would be right.
        why: &'static str,
    },
}

impl Interpreter {
    /// Finds the emulator below `root`, `/` for the build host's own files. Of the two usual names the one that says that
    /// it is static is tried first.
    pub fn find(emulator: &Emulator, root: &Path) -> Result<Self, InterpreterError> {
        let folder = root.join(FOLDER);
        let first = folder.join(format!("qemu-{}-static", emulator.qemu()));
        let second = folder.join(format!("qemu-{}", emulator.qemu()));
        let found = [&first, &second].into_iter().find(|path| path.exists());
        let Some(path) = found else {
            return Err(InterpreterError::Missing { arch: emulator.arch().to_string(), first, second });
        };
        Self::check(path)?;
        Ok(Self { path: path.clone() })
    }

    /// Its path on the build host.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn check(path: &Path) -> Result<(), InterpreterError> {
        let read = |source| InterpreterError::Read { path: path.to_owned(), source };
        let unfit = |why| InterpreterError::Unfit { path: path.to_owned(), why };
        // A colon would end the kernel's field.
        if path.to_str().is_none_or(|path| path.contains([':', '\n', '\\'])) {
            return Err(unfit("its path must have no colon, backslash or line feed"));
        }
        // Never a special file: opening one may wait for ever.
        let metadata = path.metadata().map_err(read)?;
        if !metadata.is_file() {
            return Err(unfit("it must be a plain file"));
        }
        if metadata.uid() != 0 || metadata.permissions().mode() & 0o022 != 0 {
            return Err(unfit("it must belong to root, and nobody else may write to it"));
        }
        if metadata.permissions().mode() & 0o111 != 0o111 {
            return Err(unfit("everybody must be allowed to execute it"));
        }
        match is_static(&File::open(path).map_err(read)?).map_err(read)? {
            Some(true) => Ok(()),
            Some(false) => Err(unfit(
                "it needs a dynamic linker, which a build root of another architecture has not; install a static one, \
                 such as qemu-user-static of Debian",
            )),
            None => Err(unfit("it must be a program (an ELF file of 64 bits)")),
        }
    }

    #[cfg(test)]
    pub(crate) fn for_tests(path: &str) -> Self {
        Self { path: path.into() }
    }
}

/// Whether a program needs no dynamic linker; `None` where it is no ELF file of 64 bits in this machine's byte order.
fn is_static(file: &File) -> io::Result<Option<bool>> {
    let mut header = [0_u8; 64];
    match (&*file).read_exact(&mut header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let order = if cfg!(target_endian = "little") { 1 } else { 2 };
    if !header.starts_with(&[0x7f, b'E', b'L', b'F', 2, order]) {
        return Ok(None);
    }
    // e_phoff, e_phentsize, e_phnum
    let (Some(at), Some(size), Some(count)) = (u64_at(&header, 32), u16_at(&header, 54), u16_at(&header, 56))
    else {
        return Ok(None);
    };
    for index in 0..u64::from(count) {
        let mut kind = [0_u8; 4];
        let place = index.checked_mul(u64::from(size)).and_then(|offset| at.checked_add(offset));
        let Some(place) = place else { return Ok(None) };
        if file.read_at(&mut kind, place)? < kind.len() {
            return Ok(None);
        }
        if u32::from_ne_bytes(kind) == PT_INTERP {
            return Ok(Some(false));
        }
    }
    Ok(Some(true))
}

fn u64_at(header: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(header.get(at..at + 8)?.try_into().ok()?))
}

fn u16_at(header: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(header.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_job::ForeignArch;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::chown;

    fn is_root() -> bool {
        rustix::process::geteuid().is_root()
    }

    #[test]
    fn the_two_names_in_their_order_and_what_is_missing() {
        let root = tempfile::tempdir().unwrap();
        let emulator = Emulator::of(ForeignArch::Riscv64);
        let error = Interpreter::find(&emulator, root.path()).unwrap_err().to_string();
        for part in ["riscv64", "usr/bin/qemu-riscv64-static", "usr/bin/qemu-riscv64 ", "qemu-user-static"] {
            assert!(error.contains(part), "{part}: {error}");
        }
        if !is_root() {
            return;
        }
        let folder = root.path().join(FOLDER);
        fs::create_dir_all(&folder).unwrap();
        // Tests are static programs themselves, as all of the product is.
        for name in ["qemu-riscv64", "qemu-riscv64-static"] {
            fs::copy(std::env::current_exe().unwrap(), folder.join(name)).unwrap();
            assert_eq!(Interpreter::find(&emulator, root.path()).unwrap().path(), folder.join(name));
        }
    }

    #[test]
    fn what_may_not_be_an_emulator() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("q");
        let refused = || Interpreter::check(&path).unwrap_err().to_string();
        fs::create_dir(&path).unwrap();
        assert!(refused().contains("a plain file"));
        fs::remove_dir(&path).unwrap();
        fs::write(&path, "#!/bin/sh\n").unwrap();
        for mode in [0o777, 0o775] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert!(refused().contains("belong to root"), "{mode:o}");
        }
        assert!(Interpreter::check(&place.path().join("a:b")).unwrap_err().to_string().contains("colon"));
        if !is_root() {
            return;
        }
        fs::set_permissions(&path, Permissions::from_mode(0o744)).unwrap();
        assert!(refused().contains("everybody"));
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        assert!(refused().contains("an ELF file"));
        fs::copy("/bin/sh", &path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        assert!(refused().contains("dynamic linker"));
        chown(&path, Some(65534), None).unwrap();
        assert!(refused().contains("belong to root"));
    }
}
