//! `skink policy`: check a policy, or ask it why.

use crate::{layers, print};
use anyhow::{Context, Result};
use clap::Subcommand;
use skink_job::{Grants, HookName};
use skink_obs::Verbosity;
use skink_policy::{At, Decision, HooksFile, LockFile, Policy, ToolRoot};
use skink_worker::layers::LOCK_FILE;
use skink_worker::render::Shown;
use skink_worker::{Host, admit};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyVerb {
    /// Read a policy, a `_hooks` or a `_hooks.lock`, and tell every error in it.
    Check {
        /// The files; one that is named `_hooks` or `_hooks.lock` is read as such.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Tell why a module is allowed or refused for a project.
    Explain {
        /// The module's file.
        module: PathBuf,
        /// The project.
        #[arg(long)]
        project: Option<String>,
        /// A policy; it may only narrow the installed one.
        #[arg(long, value_name = "FILE")]
        hook_policy: Option<PathBuf>,
        /// Skink's folder for compiled modules.
        #[arg(long, value_name = "DIR")]
        state: Option<PathBuf>,
    },
}

pub(crate) fn main(verb: PolicyVerb, verbosity: Verbosity) -> Result<ExitCode> {
    match verb {
        PolicyVerb::Check { files } => check(&files, Shown::Hints.at(verbosity)),
        PolicyVerb::Explain { module, project, hook_policy, state } => {
            let policy = layers::policy(hook_policy.as_deref())?;
            let sealed = skink_module::Sealed::read(&module)?;
            let digest = sealed.digest();
            let allowed = policy.admit(project.as_deref(), &digest, &Grants::default());
            let grants = match allowed {
                Decision::Allowed(_) => {
                    let host = Host::open(&std::env::current_exe()?, state)?;
                    let stored = admit::compiled(&host, &sealed)?;
                    skink_module::check(&stored.description)?.grants
                }
                Decision::Refused { .. } => Grants::default(),
            };
            for line in policy.explain(project.as_deref(), &digest, &grants) {
                print::line(line.as_str());
            }
            Ok(match policy.admit(project.as_deref(), &digest, &grants) {
                Decision::Allowed(_) => ExitCode::SUCCESS,
                Decision::Refused { .. } => ExitCode::FAILURE,
            })
        }
    }
}

/// `told`: also that all is well.
fn check(files: &[PathBuf], told: bool) -> Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for path in files {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let shown = path.display().to_string();
        let is = |ending| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ending));
        let read = if is(LOCK_FILE) {
            LockFile::parse(bytes, &shown).map(|_| Vec::new())
        } else if is("_hooks") {
            HooksFile::parse(bytes, &shown).and_then(|file| file.check_order().map(|()| unknown(&file)))
        } else {
            Policy::parse(bytes, &shown).map(|policy| missing(&policy))
        };
        match read {
            Ok(missing) => {
                missing.iter().for_each(|what| print::line(&format!("{shown}: warning: {what}")));
                if told {
                    print::line(&format!("{shown}: no errors"));
                }
            }
            Err(problems) => {
                print::error(&anyhow::anyhow!("{problems}"));
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

/// What the file names and has not; another layer may have it.
fn unknown(file: &HooksFile) -> Vec<String> {
    let names = file.unknown_names();
    let tell = |name: &At<HookName>| {
        format!(
            "line {}: there is no hook `{}` here, so another layer must have it",
            name.place.line(),
            name.value
        )
    };
    names.iter().map(tell).collect()
}

/// What the policy names and this machine has not; another machine may have it.
fn missing(policy: &Policy) -> Vec<String> {
    let mut missing = Vec::new();
    for (name, tool) in policy.tools() {
        if tool.root == ToolRoot::Host && !tool.program.is_file() {
            missing.push(format!("the program of [tools.{name}], {}, is not here", tool.program.display()));
        }
        let absent = tool.etc.iter().filter(|path| !path.exists());
        missing.extend(absent.map(|path| format!("`etc` of [tools.{name}]: {} is not here", path.display())));
    }
    for (name, root) in policy.tool_roots().filter(|(_, root)| !root.dist.is_file()) {
        missing.push(format!("`dist` of [tool-roots.{name}]: {} is not here", root.dist.display()));
    }
    missing
}
