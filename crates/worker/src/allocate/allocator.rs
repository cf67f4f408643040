//! Asking all hooks, each at its runner.

use super::admit::Admitted;
use super::asked::Asked;
use super::combine::{Heard, Side, Verdict, combine};
use super::runner::{Runner, Said};
use crate::Host;
use crate::call::ended::host_error;
use skink_job::{AllocateLimits, ByteCount, Digest, HookName, Outcome};
use skink_protocol::Question;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// The hooks, each with the runner of its module.
#[derive(Debug)]
pub struct Allocator<'h> {
    hooks: &'h [Admitted],
    runners: BTreeMap<Digest, Runner>,
    problems: Vec<(HookName, Outcome)>,
}

/// Starts one runner for each module, waits until they stand, lets `what` ask them, and ends them.
pub fn with_allocator<R>(host: &Host, hooks: &[Admitted], what: impl FnOnce(&Allocator<'_>) -> R) -> R {
    std::thread::scope(|scope| {
        let (mut runners, mut stands) = (BTreeMap::new(), Vec::new());
        for admitted in hooks {
            let digest = admitted.hook.sha256;
            let same = || hooks.iter().filter(|other| other.hook.sha256 == digest);
            let memory = same().map(|other| other.hook.limits.memory).max().unwrap_or(ByteCount(0));
            if let (Ok(artefact), Entry::Vacant(free)) = (&admitted.module, runners.entry(digest)) {
                let (runner, stood) = Runner::start(scope, host, artefact, memory);
                free.insert(runner);
                stands.push((admitted.hook.name.clone(), stood));
            }
        }
        let problem = |(hook, stood): (HookName, Receiver<_>)| Some((hook, stood.recv().ok().flatten()?));
        let problems = stands.into_iter().filter_map(problem).collect();
        // Dropped before the threads are waited for: they end when nobody can ask them any more.
        let allocator = Allocator { hooks, runners, problems };
        what(&allocator)
    })
}

impl Allocator<'_> {
    /// Hooks whose runner did not stand up. It is tried again when they are asked.
    pub fn problems(&self) -> &[(HookName, Outcome)] {
        &self.problems
    }

    /// Asks the hooks of the job's project, one after the other, until one refuses. Who has not answered `within` so
    /// much time in all has given no answer.
    pub fn ask(&self, asked: &Asked, side: Side, within: Duration) -> Verdict {
        let late = Instant::now() + within;
        let project = asked.facts.project.as_deref();
        let hooks = self.hooks.iter().filter(|admitted| admitted.hook.is_asked_for(project));
        let heard = hooks.map(|admitted| Heard {
            hook: admitted.hook.name.clone(),
            on_failure: admitted.hook.on_failure,
            said: self.ask_one(admitted, asked, side, late),
        });
        combine(heard, side)
    }

    fn ask_one(&self, admitted: &Admitted, asked: &Asked, side: Side, late: Instant) -> Said {
        let runner = match (&admitted.module, self.runners.get(&admitted.hook.sha256)) {
            (Err(why), _) => return Said::Broken(why.outcome()),
            (Ok(_), None) => return Said::Broken(host_error("the module has no runner")),
            (Ok(_), Some(runner)) => runner,
        };
        let question = Question {
            facts: asked.facts.clone(),
            allocation: asked.allocation.clone(),
            settings: admitted.settings.clone(),
            limits: side.limits(admitted.hook.limits),
        };
        runner.ask(question, late)
    }
}

impl Side {
    /// A worker asks once and can wait: there a hook is ended by its fuel, which does not depend on what else the
    /// machine does.
    fn limits(self, limits: AllocateLimits) -> AllocateLimits {
        match self {
            Self::Dispatcher => limits,
            Self::Worker => AllocateLimits { wall_time: limits.wall_time.max(WORKER_TIME.into()), ..limits },
        }
    }
}

/// What a worker waits for one hook at least. The dispatcher waits for the worker for ten seconds.
const WORKER_TIME: Duration = Duration::from_secs(5);
