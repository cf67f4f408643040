//! `skink doctor`: whether the walls stand on this machine.

use crate::print;
use anyhow::{Result, bail};
use clap::Args;
use skink_obs::Verbosity;
use skink_protocol::{FromRunner, ToRunner, VERSION};
use skink_worker::Host;
use skink_worker::render::Shown;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// Skink's folder for compiled modules.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Keep the runner waiting for so many seconds before it tries, to look at it from outside.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=60))]
    hold: u64,
}

pub(crate) fn main(arguments: &DoctorArguments, verbosity: Verbosity) -> Result<ExitCode> {
    let host = Host::open(&std::env::current_exe()?, arguments.state.clone())?;
    let mut runner = host.runners.take()?;
    let deadline = || Some(Instant::now() + Duration::from_secs(20));
    let told = Shown::Passed.at(verbosity);
    if told {
        print::line(&format!("runner {} is ready, protocol {VERSION}", runner.pid()));
    }
    std::thread::sleep(Duration::from_secs(arguments.hold));
    runner.channel.send(&ToRunner::Probe, deadline())?;
    let FromRunner::Probed(results) = runner.channel.receive::<FromRunner>(deadline())?.message else {
        bail!("the runner did not answer the probe")
    };
    let holes = results.iter().filter(|result| result.error.is_none()).count();
    for result in results.iter().filter(|result| told || result.error.is_none()) {
        let tried = skink_job::SafeText::from(result.tried.as_str());
        let outcome = match &result.error {
            Some(error) => format!("held: {}", skink_job::SafeText::from(error.as_str())),
            None => "NOT HELD".to_owned(),
        };
        print::line(&format!("  {tried:40} {outcome}"));
    }
    if holes > 0 || results.is_empty() {
        bail!(
            "{holes} of {} attempts got through the walls; do not run hooks on this machine",
            results.len()
        );
    }
    if told {
        print::line(&format!("{} attempts, none got through", results.len()));
    }
    Ok(ExitCode::SUCCESS)
}
