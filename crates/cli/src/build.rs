//! `skink build`, and Skink under the name `build`.
//!
//! Invariant: exit code 3, by which a build farm tries another host, is said only of what fails on this host before
//! the first layer is read. Whatever the project's own files had a part in ends with 1.

use crate::{layers, print};
use anyhow::{Context, Error, anyhow};
use skink_obs::{Environment, Invocation, Mode, RealBuild, find_build, reentry};
use skink_worker::layers::{LayersError, Said, any, load};
use skink_worker::log::Log;
use skink_worker::pipeline::{self, Job};
use skink_worker::render::{Shown, set_colors};
use skink_worker::{Host, WorkerError};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// The exit code where the host cannot do its part.
const HOST_FAILED: i32 = 3;

/// Why there was no build.
struct Stop {
    code: i32,
    error: Error,
}

impl Stop {
    /// The host cannot do its part, and no file of the project was read: another host may do better.
    fn host(error: impl Into<Error>) -> Self {
        Self { code: HOST_FAILED, error: error.into() }
    }

    /// It would be the same elsewhere.
    fn job(error: impl Into<Error>) -> Self {
        Self { code: 1, error: error.into() }
    }
}

/// `arguments` are those of `build`.
pub(crate) fn main(arguments: Vec<OsString>) -> ExitCode {
    let code = run(arguments).unwrap_or_else(|stop| {
        print::error(&stop.error);
        stop.code
    });
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

fn run(arguments: Vec<OsString>) -> Result<i32, Stop> {
    let began = Instant::now();
    let environment = Environment::of_this_process();
    let called_as = std::env::args_os().next().unwrap_or_default();
    if let Some(inside) = reentry(&called_as, &environment) {
        return Err(Stop::job(exec(Command::new(&inside.script).args(arguments), &inside.script)));
    }
    let cwd = std::env::current_dir().context("cannot find the current folder").map_err(Stop::host)?;
    let invocation = Invocation::parse(arguments, environment, cwd).map_err(Stop::job)?;
    set_colors(invocation.hooks().color);
    let own = std::env::current_exe().context("cannot find this program").map_err(Stop::host)?;
    let real = find_build(invocation.hooks().build.as_deref(), &own, invocation.environment());
    let real = real.map_err(Stop::host)?;
    if invocation.mode() != Mode::Build {
        return Err(Stop::host(hand_on(&invocation, &real)));
    }
    build(&invocation, &real, &own, began)
}

/// The policy, the host, the layers, and only then the job: what fails first says whose fault it is.
fn build(invocation: &Invocation, real: &RealBuild, own: &Path, began: Instant) -> Result<i32, Stop> {
    let options = invocation.hooks();
    let policy = layers::policy(options.policy.as_deref()).map_err(Stop::host)?;
    let facts = invocation.facts();
    let project = facts.project.as_deref();
    let mandatory = policy.mandatory(project).next().map(|hook| hook.name.to_string());
    let (root, config) = (invocation.root(real), invocation.config_file(real));
    let sources = invocation.sources().unwrap_or(Path::new(""));
    let said = Said { sources, root: &root, config: config.as_deref() };
    match mandatory {
        Some(name) if options.none => return Err(Stop::job(LayersError::Mandatory(name))),
        None if options.none || !any(said) => return Err(Stop::host(hand_on(invocation, real))),
        Some(_) | None => {}
    }
    let host = Host::open(own, options.state.clone());
    let layers = load(policy, project, said, options.modules.clone());
    if layers.as_ref().is_ok_and(|layers| layers.merged.entries.is_empty()) {
        // All of them are disabled: a host that cannot run hooks does as well.
        return Err(Stop::job(hand_on(invocation, real)));
    }
    let is_told = Shown::Progress.at(options.verbosity);
    let log = || Log::new(invocation.log_file(real).as_deref(), invocation.timestamps(), is_told);
    let host = match host {
        Ok(host) => host,
        Err(error) => return failed(log().ok(), error),
    };
    let log = log().context("cannot open the build's log").map_err(Stop::job)?;
    let layers = match layers {
        Ok(layers) => layers,
        Err(error) => return Ok(pipeline::not_begun(invocation, real, &log, &error)),
    };
    if !rustix::process::geteuid().is_root() {
        return Err(Stop::job(anyhow!(
            "building needs root, also with hooks; try a single hook by skink hook run"
        )));
    }
    Ok(pipeline::run(&Job { host: &host, invocation, real, layers, log: &log, began }))
}

/// Tells of a host that could not be opened in the build's log, where there is one.
fn failed(log: Option<Log>, error: WorkerError) -> Result<i32, Stop> {
    let Some(log) = log else { return Err(Stop::host(error)) };
    log.line(&format!("skink: {error}"));
    Ok(HOST_FAILED)
}

/// Becomes the real `build`. Comes back only where that failed.
fn hand_on(invocation: &Invocation, real: &RealBuild) -> Error {
    let mut command = Command::new(real.script());
    command.args(invocation.handed_on(real)).env("BUILD_DIR", real.dir());
    exec(&mut command, real.script())
}

fn exec(command: &mut Command, script: &Path) -> Error {
    Error::new(command.exec()).context(format!("cannot start {}", script.display()))
}
