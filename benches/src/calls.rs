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
use skink_worker::effects::Emulation;
use skink_worker::standby::{ReadAs, Standby};
use skink_worker::tool_roots::RootSource;
use skink_worker::trees::Trees;
use skink_worker::unmounts::Unmounts;
use skink_worker::views::{View, Views};
use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The most calls of a row.
const MOST: usize = 500;
const PAUSE: Duration = Duration::from_millis(2);
/// Far longer than a runner takes to prepare.
const REST: Duration = Duration::from_millis(30);

/// What is called, and on what.
pub(crate) struct Subject<'a> {
    /// The module's file, `NAME.wasm`.
    pub(crate) module: &'a Path,
    pub(crate) phase: Phase,
    /// The grants' lines of the policy.
    pub(crate) grants: &'a str,
    pub(crate) settings: serde_json::Value,
    /// The tools' lines of the policy.
    pub(crate) tools: &'a str,
    pub(crate) results: PathBuf,
    pub(crate) sources: Option<PathBuf>,
    /// The previous results.
    pub(crate) previous: Option<PathBuf>,
}

/// One call after the other, with what they share.
#[derive(Clone)]
pub(crate) struct Calls(Rc<Shared>);

struct Shared {
    host: Host,
    hook: Admitted,
    phase: Phase,
    facts: Facts,
    trees: Trees,
    unmounts: Unmounts,
    /// The results lie where they do in a job.
    _views: Views,
    /// Holds a folder for each call's own one, as a job has one for all of its calls. What is in them stays until the
    /// next run, since a job does not wait for its removal.
    folder: PathBuf,
    made: Cell<usize>,
}

/// How a call ended, what it said in the log, and its dying runner.
pub(crate) struct Made {
    pub(crate) outcome: Outcome,
    pub(crate) log: Vec<SafeText>,
    pub(crate) rest: Rest,
}

impl Calls {
    /// `name` is the row's.
    pub(crate) fn new(place: &Place, name: &str, subject: Subject<'_>) -> anyhow::Result<Self> {
        let host = Host::open(&place.skink(), Some(place.state()))?;
        let facts = Facts {
            arch: std::env::consts::ARCH.to_owned(),
            host_arch: std::env::consts::ARCH.to_owned(),
            build: Some(BuildEnd::Succeeded),
            ..Facts::default()
        };
        let phase = subject.phase;
        let mut views = Views::new(place.fresh(&format!("{name}/views"))?)?;
        let results = Some(views.of(View::Results, &subject.results)?);
        let sources = subject.sources.as_deref().map(|folder| views.of(View::Sources, folder)).transpose()?;
        let previous = subject.previous.as_deref();
        let previous = previous.map(|folder| views.of(View::Previous, folder)).transpose()?;
        let trees = Trees { raw_results: results.clone(), results, sources, previous, ..Trees::default() };
        let hook = admitted(&host, &place.fresh(&format!("{name}/admission"))?, subject)?;
        let folder = place.fresh(&format!("{name}/calls"))?;
        for number in 1..=MOST {
            let folder = folder.join(number.to_string());
            fs::create_dir(&folder).with_context(|| format!("making {}", folder.display()))?;
        }
        let unmounts = Unmounts::of_trial(&host);
        Ok(Self(Rc::new(Shared {
            host,
            hook,
            phase,
            facts,
            trees,
            unmounts,
            _views: views,
            folder,
            made: Cell::new(0),
        })))
    }

    /// Has runners stand ready for the next calls, as a job does for all that it will make.
    pub(crate) fn stand_by(&self, calls: usize) {
        let next = self.0.made.get() + 1;
        self.0.host.runners.stand_by((next..).take(calls).map(|number| self.standby(number)).collect());
    }

    /// A step that waits until a runner stands ready for the next call.
    pub(crate) fn a_runner_waits(&self) -> Step {
        let calls = self.clone();
        Box::new(move || {
            calls.stand_by(1);
            while calls.0.host.runners.waiting() == 0 {
                std::thread::sleep(PAUSE);
            }
            // It has been told what to prepare for; let it come to its rest.
            std::thread::sleep(REST);
            Ok(None)
        })
    }

    fn standby(&self, number: usize) -> Standby {
        let Shared { hook, phase, trees, folder, .. } = &*self.0;
        let allowed = (&hook.allowed.grants, hook.allowed.limits);
        let folder = folder.join(number.to_string());
        let trees = ReadAs { trees, raw: false };
        Standby::new((&hook.entry.name, *phase), &hook.artefact, allowed, trees, &folder)
    }

    /// Makes one call.
    pub(crate) fn next(&self) -> anyhow::Result<Made> {
        self.0.made.set(self.0.made.get() + 1);
        let standby = self.standby(self.0.made.get());
        let result = call(&self.0.host, self.0.spec(&standby), &Quiet);
        let is_well = matches!(result.outcome, Outcome::Passed | Outcome::Unchanged { .. });
        ensure!(is_well, "the call did not pass: {:?}", result.outcome);
        Ok(Made { outcome: result.outcome, log: result.log, rest: Some(Box::new(result.runner)) })
    }
}

impl Shared {
    fn spec<'a>(&'a self, standby: &'a Standby) -> CallSpec<'a> {
        let (tools, tool_infos) = self.hook.granted_tools();
        CallSpec {
            standby,
            facts: &self.facts,
            settings: self.hook.entry.settings.to_string(),
            grants: &self.hook.allowed.grants,
            tools,
            tool_infos,
            trees: &self.trees,
            raw: false,
            packages: &[],
            statistics: &[],
            emulation: &Emulation::InTrial,
            delegated_by: None,
            unmounts: &self.unmounts,
            now: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        }
    }
}

/// The module, admitted as in a job.
fn admitted(host: &Host, scratch: &Path, subject: Subject<'_>) -> anyhow::Result<Admitted> {
    let Subject { module, phase, grants, settings, tools, .. } = subject;
    let name = module.file_stem().and_then(|name| name.to_str()).context("the module has no name")?;
    let (file, name): (FileName, HookName) = (format!("{name}.wasm").parse()?, name.parse()?);
    let digest = Sealed::read(module)?.digest();
    let policy = format!(
        "schema = 1\n{tools}\n[[allow]]\nmodule = \"{name}\"\nsha256 = [\"{digest}\"]\nprojects = [\"**\"]\n\
         [allow.grants]\n{grants}\n"
    );
    let policy = Policy::parse(policy, "the benchmark's policy")?;
    let package = module.parent().map(Path::to_owned);
    let folders = ModuleFolders { package, ..ModuleFolders::default() };
    let roots = RootSource { build: None, tell: &|_| {}, verbose: false };
    let admission = Admission { host, policy: &policy, project: None, folders: &folders, scratch, roots };
    match admission.admit(HookEntry::by_hand(name, file, phase, settings)) {
        Ok(hook) => Ok(hook),
        Err(refusal) => bail!("{} is refused: {:?}", module.display(), refusal.why),
    }
}

struct Quiet;

impl Progress for Quiet {
    fn progress(&self, _: &HookName, _: u64, _: u64, _: &SafeText) {}
}
