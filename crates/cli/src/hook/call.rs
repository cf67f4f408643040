//! How a hook is called from the command line: by which policy, in which phase, on what.

use super::{RunArguments, has_policy};
use crate::layers;
use anyhow::{Context, Result, bail};
use skink_job::{BuildEnd, Digest, Facts, FileName, Grants, HookName, Phase};
use skink_policy::{Decision, HookEntry, Policy};
use skink_worker::layers::lock_of_module;
use skink_worker::trial::Trial;
use skink_worker::{Host, admit};
use std::path::{Path, PathBuf};

/// The policy that applies, and the phase to call. Where no policy is installed or given, the module gets what it
/// asks for: whoever tries a module on a machine of their own is its admin.
pub(super) fn policy_and_phase(host: &Host, arguments: &RunArguments) -> Result<(Policy, Phase)> {
    let has_policy = has_policy(arguments);
    if let (true, Some(phase)) = (has_policy, arguments.phase) {
        return Ok((layers::policy(arguments.hook_policy.as_deref())?, phase));
    }
    let module = skink_module::Sealed::read(&arguments.module)?;
    let policy = has_policy.then(|| layers::policy(arguments.hook_policy.as_deref())).transpose()?;
    if let Some(policy) = &policy {
        let asked = policy.admit(arguments.project.as_deref(), &module.digest(), &Grants::default());
        if matches!(asked, Decision::Refused { .. }) {
            // The run refuses it too, and says why; nothing of the module is read.
            return Ok((policy.clone(), arguments.phase.unwrap_or(Phase::Check)));
        }
    }
    let described = admit::compiled(host, &module).map(|stored| skink_module::check(&stored.description));
    let Ok(Ok(manifest)) = described else {
        // So it is with a module that asks for nothing that can be read.
        let nothing = || as_requested(module.digest(), &Grants::default());
        return Ok((policy.map_or_else(nothing, Ok)?, arguments.phase.unwrap_or(Phase::Check)));
    };
    let phase = match (arguments.phase, manifest.phases.first(), manifest.phases.len()) {
        (Some(phase), _, _) => phase,
        (None, Some(only), 1) => *only,
        (None, _, _) => bail!("the module has several phases; say --phase"),
    };
    Ok((policy.map_or_else(|| as_requested(module.digest(), &manifest.grants), Ok)?, phase))
}

/// A policy by which a module gets what it asks for; its tools are this machine's own.
pub(super) fn as_requested(module: Digest, grants: &Grants) -> Result<Policy> {
    let tools = grants.tools.iter().filter_map(|name| Some((name.clone(), program(name.as_str())?)));
    Ok(Policy::as_requested(module, grants, &tools.collect())?)
}

/// The program of that name on this machine.
fn program(name: &str) -> Option<PathBuf> {
    ["/usr/bin", "/usr/sbin"].iter().map(|folder| Path::new(folder).join(name)).find(|path| path.is_file())
}

pub(super) fn trial(arguments: &RunArguments, phase: Phase) -> Result<Trial> {
    let settings = match arguments.settings.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?,
        None => arguments.settings.clone(),
    };
    let settings = serde_json::from_str(&settings).context("the settings are no JSON")?;
    let module = arguments.module.canonicalize();
    let module = module.with_context(|| format!("cannot find {}", arguments.module.display()))?;
    let file: FileName = module.file_name().unwrap_or_default().to_string_lossy().parse()?;
    let stem =
        module.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase().replace('_', "-");
    let name: HookName = stem.parse().or_else(|_| "hook".parse())?;
    let build = if arguments.build_failed { BuildEnd::Failed } else { BuildEnd::Succeeded };
    let folder = module.parent().unwrap_or(Path::new("/")).to_owned();
    let lock = lock_of_module(&folder, &file)?;
    Ok(Trial {
        entry: HookEntry { lock, ..HookEntry::by_hand(name, file, phase, settings) },
        module_folder: folder,
        phase,
        facts: Facts {
            build: (phase != Phase::PreChroot).then_some(build),
            project: arguments.project.clone(),
            package: arguments.package.clone(),
            arch: arguments.arch.clone(),
            host_arch: std::env::consts::ARCH.to_owned(),
            recipe: arguments.recipe.clone(),
            ..Facts::default()
        },
        results: arguments.results.clone(),
        sources: arguments.sources.clone(),
        previous: arguments.previous.clone(),
        build_log: arguments.build_log.clone(),
        output: arguments.output.clone(),
        report: arguments.hook_report.clone().map(|path| (path, arguments.hook_report_format)),
    })
}
