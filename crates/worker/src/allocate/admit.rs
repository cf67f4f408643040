//! From an `[[allocate]]` entry to a module that may be asked, or to the reason why it may not.

use crate::admit::{Why, compiled_as};
use crate::{Host, WorkerError};
use skink_job::Phase;
use skink_module::Sealed;
use skink_policy::{AllocateHook, Policy};
use skink_protocol::Flavour;
use std::fs::File;
use std::path::Path;

/// A hook of the policy, and what asking it takes.
#[derive(Debug)]
pub struct Admitted {
    /// Its entry.
    pub hook: AllocateHook,
    /// Its module, compiled in the metered flavour; or why it cannot be asked.
    pub module: Result<File, Why>,
    /// Its settings as JSON text.
    pub(super) settings: String,
}

/// Admits every hook of the policy. Whether one that cannot be asked is an error is for the caller to say.
pub fn admit_all(host: &Host, policy: &Policy, modules: &Path) -> Vec<Admitted> {
    let admitted = |hook: &AllocateHook| Admitted {
        hook: hook.clone(),
        module: admit(host, hook, modules),
        settings: hook.settings.to_string(),
    };
    policy.allocate_hooks().iter().map(admitted).collect()
}

fn admit(host: &Host, hook: &AllocateHook, modules: &Path) -> Result<File, Why> {
    let path = modules.join(hook.module.as_str());
    // That a file is not there says nothing of the module.
    File::open(&path).map_err(WorkerError::file("read", &path)).map_err(Why::host)?;
    let module = Sealed::read(&path).map_err(|error| error.to_string())?;
    let (found, pinned) = (module.digest(), &hook.sha256);
    if found != *pinned {
        return Err(Why::Module(format!(
            "{} has the sha256 {found}, but the policy allows {pinned}; take that module, or name this one",
            path.display()
        )));
    }
    let stored = compiled_as(host, &module, Flavour::Metered)?;
    let manifest = skink_module::check(&stored.description).map_err(|error| error.to_string())?;
    if !manifest.phases.contains(&Phase::Allocate) {
        return Err(Why::Module(format!("{} has not the phase allocate", path.display())));
    }
    skink_module::settings_fit(&manifest, &hook.settings).map_err(|error| error.to_string())?;
    Ok(stored.artefact)
}
