//! The `skink` command: it stands where `build` stands, tries single hooks, and answers questions.
//!
//! Each verb is a module of its own. The program is also started by itself, as the first process of a build's
//! namespaces and as the first step in a tool root, and by others under the names `build` and `skink-hostcheck`.

mod allocate;
mod build;
mod doctor;
mod hook;
mod hostcheck;
mod layers;
mod module;
mod policy;
mod print;

use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// Runs build hooks: small, sandboxed WebAssembly modules around a package build.
#[derive(Debug, Parser)]
#[command(name = "skink", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Build a package with obs-build's `build`, and run its hooks around it.
    ///
    /// Takes all options of `build`, which `skink build --help` shows, and these of its own:
    ///
    ///   --hook-policy FILE   a policy; it may only narrow the installed one
    ///   --hook-project NAME  the project, where the options of `build` do not name it
    ///   --hook-none          run no hooks; refused where one is mandatory
    ///   --hook-report FILE   where to write the report
    ///   --hook-build PATH    the real `build`
    ///   --hook-state DIR     Skink's folder for compiled modules and journals
    ///   --hook-modules DIR   the admin's folder of modules
    ///   --hook-verbose       show grants, limits, tools and steps of each hook too
    ///   --hook-quiet         show the table, and of the hooks only those that did not pass
    ///
    /// Exit codes: those of `build` (0 succeeded, 1 failed, 2 unchanged), and 3 where this host
    /// failed before it looked at the hooks.
    #[command(disable_help_flag = true, verbatim_doc_comment)]
    Build {
        /// Options of `build`, and the recipe.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Try one hook.
    #[command(subcommand)]
    Hook(hook::HookVerb),
    /// Look at a module, or make one from a component.
    #[command(subcommand)]
    Module(module::ModuleVerb),
    /// Check a policy, or ask it why.
    #[command(subcommand)]
    Policy(policy::PolicyVerb),
    /// Answer a dispatcher that asks which worker takes which job, through the policy's [[allocate]] hooks.
    Allocate(allocate::AllocateArguments),
    /// Tell bs_worker whether this machine takes a job: its `--hostcheck`, under the name skink-hostcheck.
    Hostcheck(hostcheck::HostCheckArguments),
    /// Test the walls on this machine: spawn a runner and let it try what it must not do.
    Doctor(doctor::DoctorArguments),
}

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
    let verb = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments.verb,
        Err(error) => {
            let _ = error.print();
            if is_hostcheck {
                return ExitCode::SUCCESS;
            }
            // 2, which clap would give, is "unchanged" here.
            return ExitCode::from(if error.use_stderr() { USAGE } else { 0 });
        }
    };
    let ended = match verb {
        Verb::Build { arguments } => return build::main(arguments),
        Verb::Hook(verb) => hook::main(verb),
        Verb::Module(verb) => module::main(verb),
        Verb::Policy(verb) => policy::main(verb),
        Verb::Allocate(arguments) => allocate::main(&arguments),
        Verb::Hostcheck(arguments) => Ok(hostcheck::main(&arguments)),
        Verb::Doctor(arguments) => doctor::main(&arguments),
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
