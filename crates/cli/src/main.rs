//! The `skink` command: it stands where `build` stands, tries single hooks, and answers questions.
//!
//! Each verb is a module of its own. The program is also started by itself, as the first process of a build's
//! namespaces and as the first step in a tool root, and by others under the names `build` and `skink-hostcheck`.

mod allocate;
mod build;
mod command;
mod diff;
mod doctor;
mod hook;
mod hostcheck;
mod install;
mod layers;
mod manual;
mod module;
mod policy;
mod print;
mod report;
mod tools;

use command::Verb;
use skink_worker::render::set_colors;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// `EX_USAGE` of `sysexits.h`.
const USAGE: u8 = 64;

fn main() -> ExitCode {
    if skink_tools::starter::asked() {
        return skink_tools::starter::run();
    }
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|verb| verb == skink_obs::INIT_VERB) {
        skink_obs::init_main(arguments.get(2..).unwrap_or_default());
    }
    let called_as = arguments.first().cloned().unwrap_or_default();
    if Path::new(&called_as).file_name().is_some_and(|name| name == "build" || name == "init") {
        arguments.drain(..1.min(arguments.len()));
        start_tracing();
        return build::main(arguments);
    }
    // `build` has its own grammar, which clap must not see.
    if arguments.get(1).is_some_and(|verb| verb == "build") {
        arguments.drain(..2.min(arguments.len()));
        start_tracing();
        return build::main(arguments);
    }
    start_tracing();
    let arguments = hostcheck::as_verb(&called_as, arguments);
    // There every other code keeps the worker's jobs away for a day.
    let is_hostcheck = arguments.get(1).is_some_and(|verb| verb == "hostcheck");
    let command::Arguments { verb, shown } = match command::parse(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            if is_hostcheck {
                return ExitCode::SUCCESS;
            }
            // 2, which clap would give, is "unchanged" here.
            return ExitCode::from(if error.use_stderr() { USAGE } else { 0 });
        }
    };
    set_colors(shown.color());
    let ended = match verb {
        Verb::Build { arguments } => return build::main(arguments),
        Verb::Hook(verb) => hook::main(verb, shown.verbosity()),
        Verb::Module(verb) => module::main(verb),
        Verb::Policy(verb) => policy::main(verb, shown.verbosity()),
        Verb::Tools(verb) => tools::main(verb, shown.verbosity()),
        Verb::Diff(arguments) => Ok(diff::main(&arguments, shown.verbosity())),
        Verb::Report(arguments) => report::main(&arguments),
        Verb::Allocate(arguments) => allocate::main(&arguments),
        Verb::Hostcheck(arguments) => Ok(hostcheck::main(&arguments)),
        Verb::Install(arguments) => install::main(&arguments),
        Verb::Doctor(arguments) => doctor::main(&arguments, shown.verbosity()),
        Verb::Completions { shell } => manual::completions(shell),
        Verb::Man { page, output } => manual::man(page.as_deref(), output.as_deref()),
    };
    ended.unwrap_or_else(|error| {
        print::error(&error);
        ExitCode::FAILURE
    })
}

/// Spans on standard error, where `SKINK_LOG` asks for them (`SKINK_LOG=debug`).
fn start_tracing() {
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("SKINK_LOG") {
        let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    }
}
