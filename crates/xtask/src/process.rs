//! Running other programs.
//!
//! Invariant: nothing that cargo told *this* program reaches a child, so that a crate is compiled alike
//! whether xtask or a person calls cargo.

use crate::layout::make_folder;
use anyhow::{Context, bail};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What cargo sets for the program it runs, and flags that would give a second set of artefacts.
const NOT_FOR_CHILDREN: [&str; 9] = [
    "CARGO",
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_PRIMARY_PACKAGE",
    "LD_LIBRARY_PATH",
    "RUSTC",
    "RUSTFLAGS",
];

/// A command with a clean environment.
pub(crate) fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    for (key, _) in std::env::vars_os() {
        let key = key.to_string_lossy().into_owned();
        if NOT_FOR_CHILDREN.contains(&key.as_str())
            || key.starts_with("CARGO_PKG_")
            || key.starts_with("CARGO_MANIFEST_")
        {
            command.env_remove(key);
        }
    }
    command
}

/// A command that needs root: through sudo where we are not, saying so.
pub(crate) fn root_command(program: &str, why: &str) -> anyhow::Result<Command> {
    if is_root() {
        return Ok(command(program));
    }
    need_sudo(why)?;
    let mut sudo = command("sudo");
    sudo.arg(program);
    Ok(sudo)
}

/// Says that sudo is called, and what for; an error where it is not here.
pub(crate) fn need_sudo(why: &str) -> anyhow::Result<()> {
    if find("sudo").is_none() {
        bail!("{why} needs root, and there is no sudo here: call `cargo xtask` as root");
    }
    println!("xtask: {why} needs root, so sudo is called");
    Ok(())
}

/// Whether this process may do what root may.
pub(crate) fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Whether this is a run of CI.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// Finds a program as a shell would, and in the folders of administrators.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

/// Runs a command to its end; an error where it did not succeed.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("starting {}", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a noisy command with its output in a file; where it fails, the end of that is part of the error.
pub(crate) fn run_logged(command: &mut Command, log: &Path) -> anyhow::Result<()> {
    if let Some(folder) = log.parent() {
        make_folder(folder)?;
    }
    let file = File::create(log).with_context(|| format!("writing {}", log.display()))?;
    let again = file.try_clone().with_context(|| format!("writing {}", log.display()))?;
    let status = command
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(again)
        .status()
        .with_context(|| format!("starting {}", shown(command)))?;
    if status.success() {
        return Ok(());
    }
    let mut text = String::new();
    File::open(log).and_then(|mut file| file.read_to_string(&mut text)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines.iter().skip(lines.len().saturating_sub(8)).copied().collect::<Vec<_>>().join("\n  ");
    bail!("{} ended with {status}; the end of {}:\n  {tail}", shown(command), log.display());
}

/// What a command printed on its standard output, trimmed.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("starting {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", shown(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
