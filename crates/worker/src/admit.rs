//! Admission: from an entry of a layer to a module that may run, or to the reason why it may not.
//!
//! The bytes are read once into a sealed memfd; those bytes are hashed, decided on, inspected and compiled.
//! Whether a digest is known to the policy is asked first, so that nothing of an unknown module is even parsed.
//! No guest code runs here.

use crate::call::fits;
use crate::report::{HookReport, ModuleReport};
use crate::tool_roots::{self, RootSource};
use crate::{Host, fault};
use skink_engine::{ArtefactKey, COMPILE_TIME, Compiled, Stored, WalledError, compile_walled};
use skink_job::{Digest, Grants, OnProblem, Outcome, Phase, SafeText};
use skink_module::{Manifest, Sealed};
use skink_obs::machine_arch;
use skink_policy::{Allowed, Decision, EntryLock, HookEntry, ModuleSource, Policy, ToolKind, ToolRoot};
use skink_protocol::Flavour;
use skink_tools::{Kind, Root, Tool, ToolIdentity};
use std::fmt::Display;
use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A hook that may run.
#[derive(Debug)]
pub struct Admitted {
    /// Its entry.
    pub entry: HookEntry,
    /// What people and machines call the module.
    pub module: ModuleReport,
    /// Of the module's bytes.
    pub sha256: Digest,
    /// What the module says of itself.
    pub manifest: Manifest,
    /// The compiled module.
    pub artefact: Arc<File>,
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
    /// What the policy's rule for it says, if there is one.
    pub rule: Option<Allowed>,
    /// Why, and what to do.
    pub why: Why,
}

/// Why a hook may not run.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// The module is missing, broken or not allowed.
    #[error("{0}")]
    Module(String),
    /// The host could not do its part.
    #[error("{0}")]
    Host(String),
}

impl From<String> for Why {
    fn from(reason: String) -> Self {
        Self::Module(reason)
    }
}

impl Why {
    pub(crate) fn host(error: impl Display) -> Self {
        Self::Host(error.to_string())
    }

    pub(crate) fn outcome(&self) -> Outcome {
        let text = |text: &str| SafeText::block(text).truncated(4000);
        match self {
            Self::Module(reason) => Outcome::Refused { reason: text(reason) },
            Self::Host(detail) => Outcome::HostError { detail: text(detail) },
        }
    }
}

impl Refusal {
    /// The report of a call that never was.
    pub fn report(&self) -> HookReport {
        let entry = self.entry.on_failure;
        let on_failure = match &self.rule {
            Some(rule) => rule.on_failure(entry),
            None => entry.unwrap_or(OnProblem::Fail),
        };
        HookReport {
            layer: self.entry.layer.to_string(),
            on_failure,
            on_limit: on_failure,
            rule: self.rule.as_ref().map(|rule| rule.rule.to_string()).unwrap_or_default(),
            locked: self.entry.lock.is_some(),
            ..HookReport::new(self.entry.name.clone(), None, self.module.clone(), self.why.outcome())
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

/// What all entries of a job are admitted with.
#[derive(Debug)]
pub struct Admission<'a> {
    /// The installation.
    pub host: &'a Host,
    /// Who allows what.
    pub policy: &'a Policy,
    /// The project, where it is known.
    pub project: Option<&'a str>,
    /// Where modules are.
    pub folders: &'a ModuleFolders,
    /// The job's own folder.
    pub scratch: &'a Path,
    /// Where tool roots come from that are not there.
    pub roots: RootSource<'a>,
}

impl Admission<'_> {
    /// Admits one entry, or says why not.
    pub fn admit(&self, entry: HookEntry) -> Result<Admitted, Box<Refusal>> {
        let mut known = Known::default();
        match self.try_admit(&entry, &mut known) {
            Ok(parts) => {
                fault::point("module-admitted");
                let Parts { sha256, manifest, artefact, allowed, tools } = parts;
                let artefact = Arc::new(artefact);
                Ok(Admitted { entry, module: known.module, sha256, manifest, artefact, allowed, tools })
            }
            Err(why) => {
                let Known { module, rule } = known;
                Err(Box::new(Refusal { entry, module, rule, why }))
            }
        }
    }

    fn try_admit(&self, entry: &HookEntry, known: &mut Known) -> Result<Parts, Why> {
        let report = &mut known.module;
        let path = find(self.folders, entry)?;
        let module = Sealed::read(&path).map_err(|e| e.to_string())?;
        fault::point("module-loaded");
        let digest = module.digest();
        report.sha256 = digest.to_string();
        report.name = path.file_name().map(|n| SafeText::line(&n.to_string_lossy())).unwrap_or_default();
        check_pin(entry, &digest, &path)?;
        if let Some(lock) = &entry.lock {
            lock.check_module(&path.display().to_string(), &digest)?;
        }
        // Asked before anything of the module is read.
        known.rule = Some(self.decide(&digest, &Grants::default())?);
        let Stored { artefact, description } = compiled(self.host, &module)?;
        let manifest = skink_module::check(&description).map_err(|e| e.to_string())?;
        report.name = SafeText::from(manifest.name.as_str());
        report.version = SafeText::from(manifest.version.as_str());
        check_phases(entry, &manifest)?;
        skink_module::settings_fit(&manifest, &entry.settings).map_err(|e| e.to_string())?;
        let allowed = self.decide(&digest, &manifest.grants)?;
        let tools = self.find_tools(&allowed, entry.lock.as_ref())?;
        Ok(Parts { sha256: digest, manifest, artefact, allowed, tools })
    }

    fn decide(&self, digest: &Digest, requested: &Grants) -> Result<Allowed, Why> {
        match self.policy.admit(self.project, digest, requested) {
            Decision::Allowed(allowed) => Ok(*allowed),
            Decision::Refused { reason } => Err(Why::Module(reason.to_string())),
        }
    }

    fn find_tools(
        &self,
        allowed: &Allowed,
        lock: Option<&EntryLock>,
    ) -> Result<Vec<(Tool, ToolIdentity)>, Why> {
        let mut tools = Vec::new();
        if let Some(lock) = lock {
            lock.check_tools(machine_arch(), &allowed.grants.tools)?; // before a root is built in vain
        }
        for name in &allowed.grants.tools {
            let Some(rule) = self.policy.tool(name) else {
                let why = format!("the tool {name} is granted, but the policy has no [tools.{name}]");
                return Err(Why::Module(why));
            };
            let root = self.root_of(&rule.root)?;
            if let Some(lock) = lock {
                lock.check_root(name, machine_arch(), root.name(), root.address())?;
            }
            let (program, etc, args) = (rule.program.clone(), rule.etc.clone(), rule.args.clone());
            let kind = match rule.kind.clone() {
                ToolKind::Plain => Kind::Plain,
                ToolKind::RootBuilder { devices } => Kind::RootBuilder { devices },
            };
            let tool = Tool { name: name.clone(), program, root, kind, etc, args };
            let identity = self.host.identify(&tool, self.scratch).map_err(Why::host)?;
            tools.push((tool, identity));
        }
        Ok(tools)
    }

    fn root_of(&self, root: &ToolRoot) -> Result<Root, Why> {
        let ToolRoot::Built(name) = root else { return Ok(Root::Host) };
        let spec = tool_roots::spec(self.policy, name);
        let spec = spec.ok_or_else(|| Why::Host(format!("the policy has no [tool-roots.{name}]")))?;
        let root = self.host.tool_root(&spec, self.roots, false).map_err(Why::host)?;
        Ok(Root::Built(Arc::new(root)))
    }
}

/// What is known of a module so far.
#[derive(Default)]
struct Known {
    module: ModuleReport,
    rule: Option<Allowed>,
}

struct Parts {
    sha256: Digest,
    manifest: Manifest,
    artefact: File,
    allowed: Allowed,
    tools: Vec<(Tool, ToolIdentity)>,
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
    let path = find_file(folder, &name);
    let path = path.ok_or_else(|| format!("the module {name} is not in {}", folder.display()))?;
    // An admin may link modules into the folder; a project's link may lead to what is not the project's to read.
    let of_project = folders.admin.as_ref() != Some(folder);
    if of_project && !path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
        return Err(format!("{} must be a plain file, and is none", path.display()));
    }
    Ok(path)
}

/// The file `name` in `folder`, also behind a prefix that a source service left (`_service:…:name`). What is there
/// of that name and no plain file is for the caller to refuse.
pub fn find_file(folder: &Path, name: &str) -> Option<PathBuf> {
    let plain = folder.join(name);
    if plain.symlink_metadata().is_ok() {
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
    if manifest.phases.iter().all(|phase| *phase == Phase::Allocate) {
        return Err(
            "the module has only the phase allocate, which no job can bring: it is asked before there is a \
                    build; an admin names it in [[allocate]] of the policy"
                .to_owned(),
        );
    }
    let missing = entry.phases.iter().flatten().find(|phase| !manifest.phases.contains(phase));
    missing.map_or(Ok(()), |phase| {
        let has: Vec<&str> = manifest.phases.iter().map(|phase| phase.as_str()).collect();
        Err(format!("the entry asks for the phase {phase}, but the module has only {}", has.join(", ")))
    })
}

/// The artefact of a module, from the store or from the compiler.
pub fn compiled(host: &Host, module: &Sealed) -> Result<Stored, Why> {
    compiled_as(host, module, Flavour::Timed)
}

/// The same, of one flavour.
pub(crate) fn compiled_as(host: &Host, module: &Sealed, flavour: Flavour) -> Result<Stored, Why> {
    let key = ArtefactKey { module: module.digest(), flavour };
    if let Some(stored) = host.store.get(&key).map_err(Why::host)? {
        return Ok(stored);
    }
    match compile_walled(host.runners.spawner(), &host.compiler, module.as_fd(), key.flavour, COMPILE_TIME) {
        Ok(Compiled::Done { description, artefact }) => {
            // Only what fits is filed.
            let manifest = skink_module::check(&description).map_err(|e| e.to_string())?;
            let phases = manifest.phases.into_iter().filter(|phase| flavour_of(*phase) == flavour).collect();
            fits(host, &artefact, flavour, phases).map_err(Why::Host)?.map_err(Why::Module)?;
            host.store.put(&key, &artefact, &description).map_err(Why::host)
        }
        Ok(Compiled::Rejected { reason }) => Err(Why::Module(reason.to_string())),
        // What a module can do to the compiler process is the module's fault.
        Err(error @ (WalledError::Timeout { .. } | WalledError::Crashed { .. })) => {
            Err(Why::Module(error.to_string()))
        }
        Err(error) => Err(Why::host(error)),
    }
}

/// The flavour that a phase's calls are made in.
fn flavour_of(phase: Phase) -> Flavour {
    match phase {
        Phase::Allocate => Flavour::Metered,
        Phase::PreChroot | Phase::Transform | Phase::Check | Phase::Cleanup => Flavour::Timed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_rule_and_entry_the_stricter_says_what_a_refusal_does() {
        use OnProblem::{Fail, Warn};
        let digest = Digest::from_bytes([1; 32]);
        let rule = |line: &str| {
            let text = format!(
                "schema = 1\n[[allow]]\nmodule = \"m\"\nsha256 = [\"{digest}\"]\nprojects = [\"**\"]\n{line}"
            );
            match Policy::parse(text, "policy.toml").unwrap().admit(None, &digest, &Grants::default()) {
                Decision::Allowed(allowed) => Some(*allowed),
                Decision::Refused { reason } => panic!("{reason}"),
            }
        };
        let rows = [
            (None, None, Fail),
            (None, Some(Warn), Warn),
            (rule(""), Some(Warn), Warn),
            (rule("on-failure = \"fail\""), Some(Warn), Fail),
            (rule("on-failure = \"warn\""), Some(Fail), Fail),
            (rule("on-failure = \"warn\""), None, Warn),
        ];
        for (i, (rule, on_failure, want)) in rows.into_iter().enumerate() {
            let file = "m.wasm".parse().unwrap();
            let by_hand = HookEntry::by_hand("m".parse().unwrap(), file, Phase::Check, serde_json::json!({}));
            let entry = HookEntry { on_failure, ..by_hand };
            let refusal =
                Refusal { entry, module: ModuleReport::default(), rule, why: Why::Module("no".to_owned()) };
            assert_eq!(refusal.report().on_failure, want, "row {i}");
        }
    }

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
