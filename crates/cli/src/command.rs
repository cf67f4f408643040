//! The command line. Help, completions and man pages are all made from it.
//!
//! `skink build` has `build`'s own grammar, which `skink_obs` reads; here its options are only described, from the very
//! table that it reads them by.

use crate::{allocate, diff, doctor, hook, hostcheck, install, module, policy, report, tools};
use clap::{
    Arg, ArgAction, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, ValueHint,
};
use skink_obs::{ColorWhen, HookOption, ValueKind, Verbosity, hook_options};
use std::ffi::OsString;
use std::path::PathBuf;

/// Runs build hooks: small, sandboxed WebAssembly modules around a package build.
#[derive(Debug, Parser)]
#[command(name = "skink", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Verb,
    #[clap(skip)]
    pub(crate) shown: ShownArguments,
}

// What every verb takes besides its own; `build` has --hook-color, --hook-quiet and --hook-verbose instead. Clap would take
// a documentation comment for the verb's own.
#[derive(Debug, Args, Default)]
#[command(next_help_heading = "What is shown")]
pub(crate) struct ShownArguments {
    /// When the terminal gets colours; `auto` also heeds NO_COLOR, CLICOLOR_FORCE and TERM.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// Leave out what passed, and advice.
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,
    /// Show grants, limits, tools and steps too.
    #[arg(long, short)]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl ShownArguments {
    pub(crate) fn color(&self) -> ColorWhen {
        match self.color {
            Color::Auto => ColorWhen::Auto,
            Color::Always => ColorWhen::Always,
            Color::Never => ColorWhen::Never,
        }
    }

    pub(crate) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Build a package with obs-build's `build`, and run its hooks around it.
    ///
    /// Takes all options of `build`, which `skink build --help` shows, and those of its own that are listed here.
    #[command(disable_help_flag = true, after_help = BUILD_CODES)]
    Build {
        /// Options of `build`, and the recipe.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_hint = ValueHint::FilePath)]
        arguments: Vec<OsString>,
    },
    /// Try one hook, or lock what hooks are made of.
    #[command(subcommand)]
    Hook(hook::HookVerb),
    /// Look at a module, or make one from a component.
    #[command(subcommand)]
    Module(module::ModuleVerb),
    /// Check a policy, or ask it why.
    #[command(subcommand)]
    Policy(policy::PolicyVerb),
    /// Build, list, show and remove the roots that tools live in.
    #[command(subcommand)]
    Tools(tools::ToolsVerb),
    /// Show what differs between two builds, or between two packages.
    ///
    /// A build is a folder of results: flat, as osc and OBS keep it, or with the folders of obs-build in it. The module
    /// build-compare compares; where no policy is installed or given, it gets what it requests. -q shows the answer
    /// alone, -v also packages that were skipped. Exit codes: 0 the same, 1 different, 2 trouble, 64 wrong usage.
    Diff(diff::DiffArguments),
    /// Make a page or SARIF of a `report.json`, here or on another machine than that of the build.
    Report(report::ReportArguments),
    /// Answer a dispatcher that asks which worker takes which job, through the policy's [[allocate]] hooks.
    Allocate(allocate::AllocateArguments),
    /// Tell bs_worker whether this machine takes a job: its `--hostcheck`, under the name skink-hostcheck.
    Hostcheck(hostcheck::HostCheckArguments),
    /// Stand in the place of `build` in one folder, such as the one that a backend hands out to its workers.
    Install(install::InstallArguments),
    /// Test the walls on this machine: spawn a runner and let it try what it must not do.
    Doctor(doctor::DoctorArguments),
    /// Print the completions of a shell.
    ///
    /// For bash: skink completions bash > /usr/share/bash-completion/completions/skink
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the man page of a verb, or write those of all.
    Man {
        /// The page, such as `skink-build`; without it that of `skink` itself.
        #[arg(conflicts_with = "output")]
        page: Option<String>,
        /// Write all pages into this folder instead.
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        output: Option<PathBuf>,
    },
}

const BUILD_CODES: &str = "Exit codes: those of `build` (0 succeeded, 1 failed, 2 unchanged), and 3 where this host \
failed before it looked at the hooks.";

/// Verbs that show nothing which could be more or less, or have other options for it.
const UNSHOWN: [&str; 7] = ["allocate", "build", "completions", "hostcheck", "install", "man", "report"];

/// The whole of it, with the options of `skink build`.
pub(crate) fn command() -> Command {
    let usage = "skink build [OPTIONS OF BUILD] [OPTIONS] RECIPE";
    let build = |build: Command| build.args(hook_options().iter().map(described)).override_usage(usage);
    with_shown(Arguments::command().mut_subcommand("build", build))
}

/// Each verb with what every verb takes.
fn with_shown(command: Command) -> Command {
    let is_shown = |verb: &Command| !UNSHOWN.contains(&verb.get_name());
    command.mut_subcommands(|verb| if is_shown(&verb) { shown(verb) } else { verb })
}

/// A verb, or all verbs below one, with what every verb takes.
fn shown(command: Command) -> Command {
    if command.has_subcommands() {
        command.mut_subcommands(shown)
    } else {
        ShownArguments::augment_args(command)
    }
}

/// One of our options of `build`.
fn described(option: &'static HookOption) -> Arg {
    let arg = Arg::new(option.name).long(option.name).help(option.help);
    let Some(value) = option.value else { return arg.action(ArgAction::SetTrue) };
    let arg = arg.value_name(value.name);
    match value.kind {
        ValueKind::File => arg.value_hint(ValueHint::FilePath),
        ValueKind::Folder => arg.value_hint(ValueHint::DirPath),
        ValueKind::Text => arg.value_hint(ValueHint::Other),
        ValueKind::Words(words) => arg.value_parser(clap::builder::PossibleValuesParser::new(words)),
    }
}

/// Reads the arguments of every verb but `build`.
pub(crate) fn parse(arguments: Vec<OsString>) -> Result<Arguments, clap::Error> {
    let matches = command().try_get_matches_from(arguments)?;
    let mut innermost = &matches;
    while let Some((_, inner)) = innermost.subcommand() {
        innermost = inner;
    }
    let shown = if matches.subcommand_name().is_some_and(|verb| UNSHOWN.contains(&verb)) {
        ShownArguments::default()
    } else {
        ShownArguments::from_arg_matches(innermost)?
    };
    Ok(Arguments { verb: Verb::from_arg_matches(&matches)?, shown })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_is_content() {
        command().debug_assert();
    }

    #[test]
    fn every_verb_takes_what_is_to_be_shown() {
        let rows: [(&[&str], Option<Verbosity>); 8] = [
            (&["tools", "build", "-v"], Some(Verbosity::Verbose)),
            (&["doctor"], Some(Verbosity::Normal)),
            (&["doctor", "-q"], Some(Verbosity::Quiet)),
            (&["-q", "doctor"], None),
            (&["policy", "check", "p.toml", "--verbose"], Some(Verbosity::Verbose)),
            (&["doctor", "-q", "-v"], None),
            (&["man"], Some(Verbosity::Normal)),
            (&["doctor", "--color", "blue"], None),
        ];
        for (words, want) in rows {
            let words = ["skink"].iter().chain(words).map(OsString::from).collect();
            let got = parse(words).ok().map(|arguments| arguments.shown.verbosity());
            assert_eq!(got, want);
        }
    }
}
