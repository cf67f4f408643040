//! `skink policy`: check a policy, or ask it why.

use crate::{layers, print};
use anyhow::{Context, Result};
use clap::Subcommand;
use skink_job::Grants;
use skink_policy::{Decision, HooksFile};
use skink_worker::{Host, admit};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyVerb {
    /// Read a policy or a `_hooks` file, and tell every error in it.
    Check {
        /// The files; one that is named `_hooks` is read as such.
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

pub(crate) fn main(verb: PolicyVerb) -> Result<ExitCode> {
    match verb {
        PolicyVerb::Check { files } => check(&files),
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

fn check(files: &[PathBuf]) -> Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for path in files {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let shown = path.display().to_string();
        let is_hooks = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with("_hooks"));
        let problems = if is_hooks {
            HooksFile::parse(bytes, &shown).err()
        } else {
            skink_policy::Policy::parse(bytes, &shown).err()
        };
        match problems {
            None => print::line(&format!("{shown}: no errors")),
            Some(problems) => {
                print::error(&anyhow::anyhow!("{problems}"));
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}
