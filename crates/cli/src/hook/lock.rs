//! `skink hook lock`: writes the `_hooks.lock` beside a `_hooks`, or tells whether it would.

use super::as_requested;
use crate::{layers, print};
use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueHint};
use skink_job::{Grants, SafeText};
use skink_obs::{Verbosity, machine_arch};
use skink_policy::{HookEntry, HooksFile, LockFile, LockedRoot, ModuleSource, Policy};
use skink_worker::admit::find_file;
use skink_worker::layers::{LOCK_FILE, read_lock, read_unlocked};
use skink_worker::lock::{Locking, write};
use skink_worker::render::Shown;
use skink_worker::tool_roots::RootSource;
use skink_worker::{Host, admit};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(crate) struct LockArguments {
    /// The folder of the `_hooks` and its modules.
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    folder: PathBuf,
    /// Write nothing; tell what would change.
    #[arg(long)]
    check: bool,
    /// The project that the policy's rules are looked up for.
    #[arg(long)]
    project: Option<String>,
    /// A policy; it may only narrow the installed one.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    hook_policy: Option<PathBuf>,
    /// Skink's folder for compiled modules [default: ~/.local/state/skink, for root /var/lib/skink]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    state: Option<PathBuf>,
}

pub(super) fn main(arguments: &LockArguments, verbosity: Verbosity) -> Result<ExitCode> {
    let folder = &arguments.folder;
    let hooks = read_unlocked(folder)?
        .with_context(|| format!("there is no _hooks in {}, and so nothing to lock", folder.display()))?;
    let old = read_lock(folder).context("the lock that is there cannot be read; mend or remove it")?;
    let host = Host::open(&std::env::current_exe()?, arguments.state.clone())?;
    let Some(new) = resolve(&host, &hooks, arguments, verbosity)? else { return Ok(ExitCode::FAILURE) };
    let nothing = LockFile::new(BTreeMap::new());
    let before = old.as_ref().unwrap_or(&nothing);
    let new = new.keeping_others(before, machine_arch());
    let changes = new.changes_since(before);
    changes.iter().for_each(|change| print::line(change.as_str()));
    if Shown::Hints.at(verbosity) {
        notes(&new, has_policy(arguments)).iter().for_each(|note| print::line(&format!("note: {note}")));
    }
    let shown = SafeText::line(&folder.join(LOCK_FILE).to_string_lossy());
    if changes.is_empty() && old.is_some() {
        print::line(&format!("{shown} is as it should be"));
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.check {
        print::line(&format!("{shown} would change"));
        return Ok(ExitCode::FAILURE);
    }
    write(folder, &new)?;
    print::line(&format!("{shown} is written"));
    Ok(ExitCode::SUCCESS)
}

/// What the hooks are made of; none where some of them were refused, which was told.
fn resolve(
    host: &Host,
    hooks: &HooksFile,
    arguments: &LockArguments,
    verbosity: Verbosity,
) -> Result<Option<LockFile>> {
    let told = Shown::Progress.at(verbosity);
    let tell = |line: &str| {
        if told {
            print::line(line);
        }
    };
    let roots = RootSource { build: None, tell: &tell, verbose: verbosity == Verbosity::Verbose };
    let policy =
        has_policy(arguments).then(|| layers::policy(arguments.hook_policy.as_deref())).transpose()?;
    let folder = arguments.folder.as_path();
    let with_policy = |hook: &HookEntry| {
        let own = || granted_to(host, folder, hook);
        Ok((hook.clone(), policy.clone().map_or_else(own, Ok)?))
    };
    let hooks = hooks.hooks().map(with_policy).collect::<Result<Vec<_>>>()?;
    let locking = Locking { host, folder, project: arguments.project.as_deref(), roots };
    match locking.resolve(&hooks)? {
        Ok(lock) => Ok(Some(lock)),
        Err(refused) => {
            for refusal in refused {
                let why = anyhow!("the hook {} cannot be locked: {}", refusal.entry.name, refusal.why);
                print::error(&why);
            }
            Ok(None)
        }
    }
}

fn has_policy(arguments: &LockArguments) -> bool {
    arguments.hook_policy.is_some() || layers::is_installed()
}

/// What a module gets where there is no policy.
fn granted_to(host: &Host, folder: &Path, hook: &HookEntry) -> Result<Policy> {
    let ModuleSource::Beside(file) = &hook.module else { return Ok(Policy::default()) };
    let missing = || format!("the module {file} of the hook {} is not in {}", hook.name, folder.display());
    let path = find_file(folder, file.as_str()).with_context(missing)?;
    let module = skink_module::Sealed::read(&path)?;
    let described = admit::compiled(host, &module).map(|stored| skink_module::check(&stored.description));
    // What cannot be read is refused afterwards, with the reason.
    let manifest = described.ok().and_then(Result::ok);
    as_requested(module.digest(), &manifest.map_or_else(Grants::default, |manifest| manifest.grants))
}

/// What whoever locks should know.
fn notes(lock: &LockFile, has_policy: bool) -> Vec<String> {
    let (mut notes, mut others) = (Vec::new(), BTreeSet::new());
    if !has_policy {
        let granted = "there is no policy on this machine, so each module is granted what it requests";
        notes.push(granted.to_owned());
    }
    for (hook, locked) in lock.hooks() {
        for (tool, roots) in &locked.tools {
            if roots.get(machine_arch()) == Some(&LockedRoot::Host) {
                notes.push(format!(
                    "the tool {tool} of the hook {hook} is of the machine's own files (host), which pins nothing"
                ));
            }
            others.extend(roots.keys().filter(|arch| *arch != machine_arch()));
        }
    }
    let kept =
        others.into_iter().map(|arch| format!("what was locked on machines of {arch} stays as it was"));
    notes.extend(kept);
    notes
}
