//! Tool roots for the hooks of a job: found, or built while the job waits.

use crate::interrupts::Interrupts;
use crate::{Host, WorkerError};
use skink_job::{SafeText, ToolRootName};
use skink_obs::{Environment, RealBuild, find_build};
use skink_policy::Policy;
use skink_tools::roots::{BuiltRoot, RootBuilder, RootSpec, RootWatcher, ToolRootError, ToolRoots};
use std::fmt;

/// With what roots are built that are not there.
#[derive(Clone, Copy)]
pub struct RootSource<'a> {
    /// The real `build`; none to look for it where it is needed.
    pub build: Option<&'a RealBuild>,
    /// Takes a line for people.
    pub tell: &'a (dyn Fn(&str) + Sync),
    /// Whether it takes obs-build's own lines too.
    pub verbose: bool,
}

impl fmt::Debug for RootSource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootSource").field("build", &self.build).finish_non_exhaustive()
    }
}

/// What the policy says of a root.
pub fn spec(policy: &Policy, name: &ToolRootName) -> Option<RootSpec> {
    let rule = policy.tool_root(name)?;
    Some(RootSpec {
        name: name.clone(),
        dist: rule.dist.clone(),
        packages: rule.packages.clone(),
        repositories: rule.repositories.clone(),
        arch: rule.arch.clone(),
    })
}

impl Host {
    /// The root of a description, built where it is not there. With `anew` its repositories are asked what is new.
    pub fn tool_root(
        &self,
        spec: &RootSpec,
        source: RootSource<'_>,
        anew: bool,
    ) -> Result<BuiltRoot, WorkerError> {
        let roots = ToolRoots::of(&self.state);
        if !anew && let Some(root) = roots.find(spec)? {
            return Ok(root);
        }
        let found;
        let build = match source.build {
            Some(build) => build,
            None => {
                let own = std::env::current_exe().map_err(WorkerError::file("find", &self.state))?;
                found =
                    find_build(None, &own, &Environment::of_this_process()).map_err(ToolRootError::from)?;
                &found
            }
        };
        // Building takes long, and a signal ends it in good order.
        let listening = self.interrupts.listen();
        let _listening = listening.map_err(WorkerError::file("listen for signals to", &self.state))?;
        let watcher = Watcher { source, interrupts: &self.interrupts };
        let builder = RootBuilder { build, watcher: &watcher };
        let root = if anew { roots.refresh(spec, &builder) } else { roots.get(spec, &builder) };
        Ok(root?)
    }
}

struct Watcher<'a> {
    source: RootSource<'a>,
    interrupts: &'a Interrupts,
}

impl RootWatcher for Watcher<'_> {
    fn waits(&self, root: &ToolRootName) {
        (self.source.tell)(&format!("waiting for the tool root {root}, which another job builds"));
    }

    fn begins(&self, root: &ToolRootName, packages: usize) {
        (self.source.tell)(&format!("building the tool root {root} of {packages} packages, once"));
    }

    fn line(&self, line: &SafeText) {
        if self.source.verbose {
            (self.source.tell)(line.as_str());
        }
    }

    fn interrupted(&self) -> Option<i32> {
        self.interrupts.signal().map(|signal| signal.0)
    }
}
