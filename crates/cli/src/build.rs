//! `skink build`, and Skink under the name `build`.

use crate::{layers, print};
use anyhow::{Context, Result};
use skink_obs::{Environment, Invocation, Mode, RealBuild, find_build, reentry};
use skink_worker::Host;
use skink_worker::layers::{Layers, LayersError};
use skink_worker::log::Log;
use skink_worker::pipeline::{self, Job};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

/// `arguments` are those of `build`.
pub(crate) fn main(arguments: Vec<OsString>) -> ExitCode {
    match run(arguments) {
        Ok(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        Err(error) => {
            print::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Vec<OsString>) -> Result<i32> {
    let environment = Environment::of_this_process();
    let called_as = std::env::args_os().next().unwrap_or_default();
    if let Some(inside) = reentry(&called_as, &environment) {
        return Err(exec(Command::new(&inside.script).args(arguments), &inside.script));
    }
    let cwd = std::env::current_dir().context("cannot find the current folder")?;
    let invocation = Invocation::parse(arguments, environment, cwd)?;
    let own = std::env::current_exe().context("cannot find this program")?;
    let real = find_build(invocation.hooks().build.as_deref(), &own, invocation.environment())?;
    if invocation.mode() != Mode::Build {
        return Err(hand_on(&invocation, &real));
    }
    let Some(layers) = layers_of(&invocation, &real)? else { return Err(hand_on(&invocation, &real)) };
    let log_path = invocation.log_file(&real);
    let log =
        Log::new(log_path.as_deref(), invocation.timestamps()).context("cannot open the build's log")?;
    let host = match Host::open(&own, invocation.hooks().state.clone()) {
        Ok(host) => host,
        // Nothing of the project was touched yet: another host may do better.
        Err(e) => {
            log.line(&format!("skink: {e}"));
            return Ok(3);
        }
    };
    Ok(pipeline::run(&Job { host: &host, invocation: &invocation, real: &real, layers, log: &log }))
}

/// The job's layers; `None` where there is no hook to run.
fn layers_of(invocation: &Invocation, real: &RealBuild) -> Result<Option<Layers>> {
    let options = invocation.hooks();
    let policy = layers::policy(options.policy.as_deref())?;
    let facts = invocation.facts();
    let project = facts.project.as_deref();
    let mandatory = policy.mandatory(project).next().map(|hook| hook.name.to_string());
    if options.none {
        return match mandatory {
            Some(name) => Err(LayersError::Mandatory(name).into()),
            None => Ok(None),
        };
    }
    let sources = invocation.sources().unwrap_or(Path::new("")).to_owned();
    let root = invocation.root(real);
    let layers = skink_worker::layers::load(policy, project, &sources, &root, options.modules.clone())?;
    Ok((!layers.merged.entries.is_empty()).then_some(layers))
}

/// Becomes the real `build`. Comes back only where that failed.
fn hand_on(invocation: &Invocation, real: &RealBuild) -> anyhow::Error {
    let mut command = Command::new(real.script());
    command.args(invocation.handed_on(real)).env("BUILD_DIR", real.dir());
    exec(&mut command, real.script())
}

fn exec(command: &mut Command, script: &Path) -> anyhow::Error {
    anyhow::Error::new(command.exec()).context(format!("cannot start {}", script.display()))
}
