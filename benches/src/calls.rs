//! Calls of one hook, as a job makes them, with nothing of a build around them.

use crate::measure::{Rest, Step};
use crate::place::Place;
use anyhow::{Context, bail, ensure};
use skink_job::{BuildEnd, Facts, FileName, HookName, Outcome, Phase, SafeText};
use skink_module::Sealed;
use skink_policy::{HookEntry, Policy};
use skink_worker::Host;
use skink_worker::admit::{Admission, Admitted, ModuleFolders};
use skink_worker::call::{CallSpec, Progress, call};
use skink_worker::trees::Trees;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const PAUSE: Duration = Duration::from_millis(2);

/// What is called, and on what.
pub(crate) struct Subject<'a> {
    /// The module's file, `NAME.wasm`.
    pub(crate) module: &'a Path,
    pub(crate) phase: Phase,
    /// The grants' lines of the policy.
    pub(crate) grants: &'a str,
    pub(crate) settings: serde_json::Value,
    pub(crate) results: PathBuf,
}

/// One call after the other, with what they share.
pub(crate) struct Calls {
    pub(crate) host: Rc<Host>,
    hook: Admitted,
    phase: Phase,
    facts: Facts,
    trees: Trees,
    /// Holds a folder of each call. They stay until the next run, since a job does not wait for their removal.
    folder: PathBuf,
    made: usize,
}

/// What a call said in the log, and its dying runner.
pub(crate) struct Made {
    pub(crate) log: Vec<SafeText>,
    pub(crate) rest: Rest,
}

impl Calls {
    /// `name` is the row's.
    pub(crate) fn new(place: &Place, name: &str, subject: Subject<'_>) -> anyhow::Result<Self> {
        let host = Rc::new(Host::open(&place.skink(), Some(place.state()))?);
        let facts = Facts {
            arch: std::env::consts::ARCH.to_owned(),
            host_arch: std::env::consts::ARCH.to_owned(),
            build: Some(BuildEnd::Succeeded),
            ..Facts::default()
        };
        let phase = subject.phase;
        let results = Some(subject.results.clone());
        let trees = Trees { raw_results: results.clone(), results, ..Trees::default() };
        let hook = admitted(&host, &place.fresh(&format!("{name}/admission"))?, subject)?;
        let folder = place.fresh(&format!("{name}/calls"))?;
        Ok(Self { host, hook, phase, facts, trees, folder, made: 0 })
    }

    /// A step that waits until a runner stands ready for the next call.
    pub(crate) fn a_runner_waits(&self) -> Step {
        let host = Rc::clone(&self.host);
        Box::new(move || {
            host.runners.foresee(1);
            while host.runners.waiting() == 0 {
                std::thread::sleep(PAUSE);
            }
            // It has said that it is ready; let it come to its rest.
            std::thread::sleep(PAUSE);
            Ok(None)
        })
    }

    /// Makes one call.
    pub(crate) fn next(&mut self) -> anyhow::Result<Made> {
        self.made += 1;
        let folder = self.folder.join(self.made.to_string());
        fs::create_dir(&folder).with_context(|| format!("making {}", folder.display()))?;
        let result = call(&self.host, self.spec(&folder), &Quiet);
        ensure!(result.outcome == Outcome::Passed, "the call did not pass: {:?}", result.outcome);
        Ok(Made { log: result.log, rest: Some(Box::new(result.runner)) })
    }

    fn spec<'a>(&'a self, folder: &'a Path) -> CallSpec<'a> {
        CallSpec {
            name: &self.hook.entry.name,
            artefact: &self.hook.artefact,
            phase: self.phase,
            facts: &self.facts,
            settings: self.hook.entry.settings.to_string(),
            grants: &self.hook.allowed.grants,
            limits: &self.hook.allowed.limits,
            tools: Vec::new(),
            tool_infos: Vec::new(),
            trees: &self.trees,
            raw: false,
            packages: &[],
            statistics: &[],
            folder,
            now: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        }
    }
}

/// The module, admitted as in a job.
fn admitted(host: &Host, scratch: &Path, subject: Subject<'_>) -> anyhow::Result<Admitted> {
    let Subject { module, phase, grants, settings, .. } = subject;
    let name = module.file_stem().and_then(|name| name.to_str()).context("the module has no name")?;
    let (file, name): (FileName, HookName) = (format!("{name}.wasm").parse()?, name.parse()?);
    let digest = Sealed::read(module)?.digest();
    let policy = format!(
        "schema = 1\n[[allow]]\nmodule = \"{name}\"\nsha256 = [\"{digest}\"]\nprojects = [\"**\"]\n\
         [allow.grants]\n{grants}\n"
    );
    let policy = Policy::parse(policy, "the benchmark's policy")?;
    let package = module.parent().map(Path::to_owned);
    let folders = ModuleFolders { package, ..ModuleFolders::default() };
    let admission = Admission { host, policy: &policy, project: None, folders: &folders, scratch };
    match admission.admit(HookEntry::by_hand(name, file, phase, settings)) {
        Ok(hook) => Ok(hook),
        Err(refusal) => bail!("{} is refused: {:?}", module.display(), refusal.why),
    }
}

struct Quiet;

impl Progress for Quiet {
    fn progress(&self, _: &HookName, _: u64, _: u64, _: &SafeText) {}
}
