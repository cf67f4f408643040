//! Admission: from an entry of a layer to a module that may run, or to the reason why it may not.
//!
//! The bytes are read once into a sealed memfd; those bytes are hashed, decided on, inspected and compiled.
//! Whether a digest is known to the policy is asked first, so that nothing of an unknown module is even parsed.
//! No guest code runs here.

use crate::report::{HookReport, ModuleReport};
use crate::{Host, fault};
use skink_engine::{ArtefactKey, Compiled, Stored, compile_walled};
use skink_job::{Digest, Grants, OnProblem, Outcome, Phase, SafeText};
use skink_module::{Manifest, Sealed};
use skink_policy::{Allowed, Decision, HookEntry, ModuleSource, Policy};
use skink_protocol::Flavour;
use skink_tools::{Tool, ToolIdentity};
use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long the inspection and compilation of one module may take.
const COMPILE_TIME: Duration = Duration::from_secs(240);

/// A hook that may run.
#[derive(Debug)]
pub struct Admitted {
    /// Its entry.
    pub entry: HookEntry,
    /// What people and machines call the module.
    pub module: ModuleReport,
    /// What the module says of itself.
    pub manifest: Manifest,
    /// The compiled module.
    pub artefact: File,
    /// What the policy allows.
    pub allowed: Allowed,
    /// The granted tools, and what they are.
    pub tools: Vec<(Tool, ToolIdentity)>,
}

/// A hook that may not run.
#[derive(Debug)]
pub struct Refusal {
    /// Its entry.
    pub entry: HookEntry,
    /// As much of the module as is known.
    pub module: ModuleReport,
    /// Why, and what to do.
    pub reason: SafeText,
}

impl Refusal {
    /// The report of a call that never was.
    pub fn report(&self, phase: Phase) -> HookReport {
        let on_failure = self.entry.on_failure.unwrap_or(OnProblem::Fail);
        let outcome = Outcome::Refused { reason: self.reason.clone() };
        HookReport {
            layer: self.entry.layer.to_string(),
            on_failure,
            on_limit: on_failure,
            ..HookReport::new(self.entry.name.clone(), phase, self.module.clone(), outcome)
        }
    }
}

/// Where modules of the layers are looked up.
#[derive(Debug, Clone, Default)]
pub struct ModuleFolders {
    /// The admin's folder; also holds modules that are named by digest alone, as `SHA256.wasm`.
    pub admin: Option<PathBuf>,
    /// The folder of the project's `_hooks`.
    pub project: Option<PathBuf>,
    /// The folder of the package's `_hooks`.
    pub package: Option<PathBuf>,
}

/// Admits one entry, or says why not.
pub fn admit(
    host: &Host,
    policy: &Policy,
    project: Option<&str>,
    folders: &ModuleFolders,
    entry: HookEntry,
) -> Result<Admitted, Box<Refusal>> {
    let mut module = ModuleReport::default();
    match try_admit(host, policy, project, folders, &entry, &mut module) {
        Ok(parts) => {
            fault::point("module-admitted");
            let Parts { manifest, artefact, allowed, tools } = parts;
            Ok(Admitted { entry, module, manifest, artefact, allowed, tools })
        }
        Err(reason) => {
            Err(Box::new(Refusal { entry, module, reason: SafeText::block(&reason).truncated(4000) }))
        }
    }
}

struct Parts {
    manifest: Manifest,
    artefact: File,
    allowed: Allowed,
    tools: Vec<(Tool, ToolIdentity)>,
}

fn try_admit(
    host: &Host,
    policy: &Policy,
    project: Option<&str>,
    folders: &ModuleFolders,
    entry: &HookEntry,
    report: &mut ModuleReport,
) -> Result<Parts, String> {
    let path = find(folders, entry)?;
    let module = Sealed::read(&path).map_err(|e| e.to_string())?;
    fault::point("module-loaded");
    let digest = module.digest();
    report.sha256 = digest.to_string();
    report.name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    check_pin(entry, &digest, &path)?;
    // Asked before anything of the module is read.
    if let Decision::Refused { reason } = policy.admit(project, &digest, &Grants::default()) {
        return Err(reason.to_string());
    }
    let Stored { artefact, description } = compiled(host, &module)?;
    let manifest = skink_module::check(&description).map_err(|e| e.to_string())?;
    report.name = manifest.name.to_string();
    report.version = SafeText::from(manifest.version.as_str());
    check_phases(entry, &manifest)?;
    skink_module::settings_fit(&manifest, &entry.settings).map_err(|e| e.to_string())?;
    let allowed = match policy.admit(project, &digest, &manifest.grants) {
        Decision::Allowed(allowed) => allowed,
        Decision::Refused { reason } => return Err(reason.to_string()),
    };
    let tools = find_tools(host, policy, &allowed)?;
    Ok(Parts { manifest, artefact, allowed: *allowed, tools })
}

fn find(folders: &ModuleFolders, entry: &HookEntry) -> Result<PathBuf, String> {
    let folder = match entry.layer {
        skink_policy::Layer::Admin => &folders.admin,
        skink_policy::Layer::Project => &folders.project,
        skink_policy::Layer::Package => &folders.package,
    };
    let (folder, name) = match &entry.module {
        ModuleSource::Beside(name) => (folder, name.to_string()),
        ModuleSource::AdminFile(name) => (&folders.admin, name.to_string()),
        ModuleSource::AdminDigest(digest) => (&folders.admin, format!("{digest}.wasm")),
    };
    let Some(folder) = folder else {
        return Err(format!("there is no folder to look for the module {name} in; say --hook-modules DIR"));
    };
    find_file(folder, &name).ok_or_else(|| format!("the module {name} is not in {}", folder.display()))
}

/// The file `name` in `folder`, also behind a prefix that a source service left (`_service:…:name`).
pub fn find_file(folder: &Path, name: &str) -> Option<PathBuf> {
    let plain = folder.join(name);
    if plain.is_file() {
        return Some(plain);
    }
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .filter(|e| {
            e.file_name()
                .to_str()
                .is_some_and(|n| n.starts_with("_service:") && n.rsplit(':').next() == Some(name))
        })
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found.into_iter().next()
}

fn check_pin(entry: &HookEntry, digest: &Digest, path: &Path) -> Result<(), String> {
    match &entry.pin {
        Some(pin) if pin != digest => Err(format!(
            "{} has the sha256 {digest}, but its entry pins {pin}; take the pinned module, or pin this one",
            path.display()
        )),
        Some(_) | None => Ok(()),
    }
}

fn check_phases(entry: &HookEntry, manifest: &Manifest) -> Result<(), String> {
    let missing = entry.phases.iter().flatten().find(|phase| !manifest.phases.contains(phase));
    missing.map_or(Ok(()), |phase| {
        let has: Vec<&str> = manifest.phases.iter().map(|phase| phase.as_str()).collect();
        Err(format!("the entry asks for the phase {phase}, but the module has only {}", has.join(", ")))
    })
}

/// The artefact of a module, from the store or from the compiler.
pub fn compiled(host: &Host, module: &Sealed) -> Result<Stored, String> {
    let key = ArtefactKey { module: module.digest(), flavour: Flavour::Timed };
    match host.store.get(&key) {
        Ok(Some(stored)) => return Ok(stored),
        Ok(None) => {}
        Err(e) => return Err(e.to_string()),
    }
    match compile_walled(&host.spawner, &host.compiler, module.as_fd(), key.flavour, COMPILE_TIME) {
        Ok(Compiled::Done { description, artefact }) => {
            host.store.put(&key, &artefact, &description).map_err(|e| e.to_string())
        }
        Ok(Compiled::Rejected { reason }) => Err(reason.to_string()),
        Err(e) => Err(e.to_string()),
    }
}

fn find_tools(host: &Host, policy: &Policy, allowed: &Allowed) -> Result<Vec<(Tool, ToolIdentity)>, String> {
    let mut tools = Vec::new();
    for name in &allowed.grants.tools {
        let Some(rule) = policy.tool(name) else {
            return Err(format!("the tool {name} is granted, but the policy has no [tools.{name}]"));
        };
        let tool = Tool { name: name.clone(), program: rule.program.clone(), etc: rule.etc.clone() };
        let identity = host.identify(&tool).map_err(|e| e.to_string())?;
        tools.push((tool, identity));
    }
    Ok(tools)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_prefix_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let plant = |name: &str| std::fs::write(folder.path().join(name), name).unwrap();
        plant("_service:download_files:rpmlint.wasm");
        plant("_service:a:other-rpmlint.wasm");
        let found = find_file(folder.path(), "rpmlint.wasm").unwrap();
        assert!(found.ends_with("_service:download_files:rpmlint.wasm"));
        plant("rpmlint.wasm");
        assert!(find_file(folder.path(), "rpmlint.wasm").unwrap().ends_with("rpmlint.wasm"));
        assert_eq!(find_file(folder.path(), "nothing.wasm"), None);
    }
}
