//! systemd-nspawn inside the build's namespaces.
//!
//! By default systemd-nspawn registers its machine with the host's machine manager, by process id. In a pid
//! namespace of its own that id names another process of the host, so a build must never register. And the
//! script of 2021 has no way to hand options to systemd-nspawn. Both are solved at one place: in the build's
//! own mount namespace a small wrapper lies over the program and adds the options.

use crate::scratch::ScratchFolder;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

const PROGRAM: &str = "/usr/bin/systemd-nspawn";
const NEVER_REGISTER: [&str; 2] = ["--register=no", "--keep-unit"];

/// The words of `--vm-args`, which are options for systemd-nspawn. `None` where a word would need quoting.
pub(crate) fn words(text: &str) -> Option<Vec<String>> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-=,.:/_@%+".contains(c);
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    words.iter().all(|word| word.chars().all(plain)).then_some(words)
}

/// The wrapper's files, below the scratch folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrapper {
    /// The wrapper.
    pub(crate) script: PathBuf,
    /// Where the program itself will be found.
    pub(crate) real: PathBuf,
}

impl Wrapper {
    /// The paths of the wrapper in that scratch folder, which may not be there.
    pub(crate) fn paths(scratch: &Path) -> Self {
        Self { script: scratch.join("systemd-nspawn.wrapper"), real: scratch.join("systemd-nspawn.real") }
    }

    /// Writes the wrapper with more options than those that keep it from registering.
    pub(crate) fn write(scratch: &ScratchFolder, options: &[String]) -> io::Result<()> {
        let paths = Self::paths(scratch.path());
        let mut words = NEVER_REGISTER.map(str::to_owned).to_vec();
        words.extend(options.iter().filter(|option| !NEVER_REGISTER.contains(&option.as_str())).cloned());
        let text = format!("#!/bin/sh\nexec {} {} \"$@\"\n", paths.real.display(), words.join(" "));
        fs::write(&paths.script, text)?;
        fs::set_permissions(&paths.script, fs::Permissions::from_mode(0o755))?;
        fs::write(&paths.real, "")
    }

    /// Lays the wrapper over the program. For the first process of the build's mount namespace.
    pub(crate) fn mount(&self) -> rustix::io::Result<()> {
        if !self.script.exists() || !Path::new(PROGRAM).exists() {
            return Ok(());
        }
        rustix::mount::mount_bind(PROGRAM, &self.real)?;
        rustix::mount::mount_bind(&self.script, PROGRAM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_words_that_need_no_quotes() {
        let rows = [
            ("--register=no --keep-unit", Some(2)),
            ("  --bind-ro=/opt:/opt ", Some(1)),
            ("", Some(0)),
            ("--setenv='A B'", None),
            ("$(reboot)", None),
            ("a;b", None),
        ];
        for (text, count) in rows {
            assert_eq!(words(text).map(|words| words.len()), count, "{text}");
        }
    }

    #[test]
    fn the_wrapper_never_registers_and_says_it_once() {
        let dir = tempfile::tempdir().unwrap();
        let scratch = ScratchFolder::new(dir.path()).unwrap();
        let options = words("--keep-unit --bind=/x").unwrap();
        Wrapper::write(&scratch, &options).unwrap();
        let real = scratch.join("systemd-nspawn.real");
        let want = format!("#!/bin/sh\nexec {} --register=no --keep-unit --bind=/x \"$@\"\n", real.display());
        assert_eq!(fs::read_to_string(scratch.join("systemd-nspawn.wrapper")).unwrap(), want);
    }
}
