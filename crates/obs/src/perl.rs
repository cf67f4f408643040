//! obs-build's small perl programs.

use crate::{Environment, RealBuild};
use skink_job::SafeText;
use std::ffi::OsStr;
use std::io;
use std::process::{Command, Output, Stdio};

/// Why one of obs-build's programs gave nothing.
#[derive(Debug)]
pub(crate) enum ProgramError {
    /// It could not be started.
    Start(io::Error),
    /// It refused, in these words.
    Refused(SafeText),
}

/// Runs one of them and gives its output.
pub(crate) fn run(
    build: &RealBuild,
    environment: &Environment,
    program: &str,
    args: &[&OsStr],
) -> Result<String, ProgramError> {
    let mut perl = Command::new("perl");
    perl.arg("-I").arg(build.dir()).arg(build.dir().join(program)).args(args);
    let output = output(perl, build, environment).map_err(ProgramError::Start)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(ProgramError::Refused(said(&[output.stderr, output.stdout].concat())))
}

/// Runs a program as `build` runs its own: with the same environment, and nothing to read.
pub(crate) fn output(
    mut command: Command,
    build: &RealBuild,
    environment: &Environment,
) -> io::Result<Output> {
    command.env_clear().envs(environment.for_build(build.dir().as_os_str())).stdin(Stdio::null()).output()
}

/// What a program said, as one line.
pub(crate) fn said(bytes: &[u8]) -> SafeText {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    SafeText::line(&lines.join("; ")).truncated(2000)
}
