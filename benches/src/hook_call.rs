//! Calls of `checksums` on an empty results folder, from request to verdict.
//!
//! Everything that a job pays for each call is in it: the call's folder is made, the runner walls itself in, the
//! module is loaded, instantiated and called, and its verdict is read. Three rows: `hook-call-ahead`, with a runner
//! that stood ready; `hook-call`, with one that is spawned for it; and `hook-calls`, many without a pause, where the
//! runners that stand ready have to be made meanwhile, and the dead ones be buried. What a job pays once a module is
//! in none: admission, and compiling.

use crate::measure::{Pair, Peer, Rest, Step};
use crate::place::{Place, bwrap};
use anyhow::{Context, bail, ensure};
use serde_json::json;
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

const PHASE: Phase = Phase::Transform;
const PAUSE: Duration = Duration::from_millis(2);

/// Calls of one sample of `hook-calls`.
const ROUND: usize = 20;

pub(crate) fn spawned(place: &Place) -> anyhow::Result<Pair> {
    let mut calls = Calls::new(place)?;
    Ok(Pair::of(Box::new(move || calls.next()), Peer::Step(bwrap(1)?)))
}

pub(crate) fn ahead(place: &Place) -> anyhow::Result<Pair> {
    let mut calls = Calls::new(place)?;
    let host = Rc::clone(&calls.host);
    let before: Step = Box::new(move || {
        host.runners.foresee(1);
        while host.runners.waiting() == 0 {
            std::thread::sleep(PAUSE);
        }
        // It is ready; let it also have come to wait.
        std::thread::sleep(PAUSE);
        Ok(None)
    });
    Ok(Pair { before: Some(before), ours: Box::new(move || calls.next()), peer: Peer::Step(bwrap(1)?) })
}

pub(crate) fn sustained(place: &Place) -> anyhow::Result<Pair> {
    let mut calls = Calls::new(place)?;
    let round = move || {
        calls.host.runners.foresee(ROUND);
        for _ in 0..ROUND {
            drop(calls.next()?);
        }
        Ok(None)
    };
    Ok(Pair::of(Box::new(round), Peer::Step(bwrap(ROUND)?)))
}

/// One call after the other, with what they share.
struct Calls {
    host: Rc<Host>,
    hook: Admitted,
    facts: Facts,
    trees: Trees,
    /// Holds a folder of each call. They stay until the next run, since a job does not wait for their removal.
    folder: PathBuf,
    made: usize,
}

impl Calls {
    fn new(place: &Place) -> anyhow::Result<Self> {
        let host = Rc::new(Host::open(&place.skink(), Some(place.state()))?);
        let facts = Facts {
            arch: std::env::consts::ARCH.to_owned(),
            host_arch: std::env::consts::ARCH.to_owned(),
            build: Some(BuildEnd::Succeeded),
            ..Facts::default()
        };
        let results = Some(place.fresh("hook-call/results")?);
        let trees = Trees { raw_results: results.clone(), results, ..Trees::default() };
        let hook = admitted(&host, place)?;
        Ok(Self { host, hook, facts, trees, folder: place.fresh("hook-call/calls")?, made: 0 })
    }

    /// Makes one call. What is left is its dying runner.
    fn next(&mut self) -> anyhow::Result<Rest> {
        self.made += 1;
        let folder = self.folder.join(self.made.to_string());
        fs::create_dir(&folder).with_context(|| format!("making {}", folder.display()))?;
        let result = call(&self.host, self.spec(&folder), &Quiet);
        ensure!(result.outcome == Outcome::Passed, "the call did not pass: {:?}", result.outcome);
        Ok(Some(Box::new(result.runner)))
    }

    fn spec<'a>(&'a self, folder: &'a Path) -> CallSpec<'a> {
        CallSpec {
            name: &self.hook.entry.name,
            artefact: &self.hook.artefact,
            phase: PHASE,
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
fn admitted(host: &Host, place: &Place) -> anyhow::Result<Admitted> {
    let file: FileName = "checksums.wasm".parse()?;
    let name: HookName = "checksums".parse()?;
    let digest = Sealed::read(&place.hooks().join(file.as_str()))?.digest();
    let policy = format!(
        "schema = 1\n[[allow]]\nmodule = \"checksums\"\nsha256 = [\"{digest}\"]\nprojects = [\"**\"]\n\
         [allow.grants]\nresults = true\noutbox = true\n"
    );
    let policy = Policy::parse(policy, "the benchmark's policy")?;
    let folders = ModuleFolders { package: Some(place.hooks()), ..ModuleFolders::default() };
    let scratch = place.fresh("hook-call/admission")?;
    let admission = Admission { host, policy: &policy, project: None, folders: &folders, scratch: &scratch };
    match admission.admit(HookEntry::by_hand(name, file, PHASE, json!({}))) {
        Ok(hook) => Ok(hook),
        Err(refusal) => bail!("checksums.wasm is refused: {:?}", refusal.why),
    }
}

struct Quiet;

impl Progress for Quiet {
    fn progress(&self, _: &HookName, _: u64, _: u64, _: &SafeText) {}
}
