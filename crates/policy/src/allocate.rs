//! One `[[allocate]]` hook, as the policy's file says it.
//!
//! Such a hook is asked before there is a build, by whoever gives jobs to workers. That is nobody of a project, so only
//! the policy can name one. Naming it by its sha256 is what allows it: it gets no grant, so there is none to weigh.

use crate::entry::module_file;
use crate::limits::{LEAST, MOST, bytes, check, time};
use crate::policy::Rules;
use crate::projects::Pattern;
use crate::reader::{Table, by_grammar};
use crate::rule::some;
use crate::{Place, Policy, Projects};
use serde_json::{Map, Value};
use skink_job::{AllocateLimits, Digest, FileName, HookName, Millis, OnBroken};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// How many such hooks a policy may have: each is asked for each pair of job and worker.
const MAX_HOOKS: usize = 32;

/// The least and the most that a policy can say of each limit.
const FUEL: RangeInclusive<u64> = 10_000..=1_000_000_000_000;
const WALL_TIME: RangeInclusive<Millis> = Millis(1)..=Millis(10_000);

/// One `[[allocate]]` hook.
#[derive(Debug, Clone)]
pub struct AllocateHook {
    /// Its name, unique in the policy.
    pub name: HookName,
    /// The module's file in the admin's folder of modules; `SHA256.wasm` where the policy names none.
    pub module: FileName,
    /// What the module's sha256 must be.
    pub sha256: Digest,
    /// Its settings, a JSON object.
    pub settings: Value,
    /// The limits of each call.
    pub limits: AllocateLimits,
    /// What it counts as when it gives no answer.
    pub on_failure: OnBroken,
    /// Where it is declared.
    pub place: Place,
    projects: Projects,
}

impl AllocateHook {
    /// Whether it is asked for jobs of `project`. Where the project is not known, it is.
    pub fn is_asked_for(&self, project: Option<&str>) -> bool {
        self.projects.demands(project)
    }
}

impl Policy {
    /// The hooks that decide which worker takes a job, in the order in which they are asked.
    pub fn allocate_hooks(&self) -> &[AllocateHook] {
        self.layers.first().map_or(&[], |rules| rules.allocate.as_slice())
    }
}

impl Rules {
    pub(crate) fn read_allocate(&mut self, top: &Table<'_>) {
        let mut names = BTreeSet::new();
        top.tables("allocate", "[[allocate]]", |table| {
            let Some(hook) = read(table) else { return };
            if !names.insert(hook.name.clone()) {
                table.report(&hook.place, format!("another [[allocate]] hook is called `{}`", hook.name));
            }
            if self.allocate.len() == MAX_HOOKS {
                table.report(&hook.place, format!("a policy may have at most {MAX_HOOKS} such hooks"));
            }
            self.allocate.push(hook);
        });
    }
}

fn read(table: &Table<'_>) -> Option<AllocateHook> {
    let name = table.parsed("name", by_grammar::<HookName>);
    table.missing("name", "name = \"labels\", how messages call the hook");
    let file = table.parsed("module", module_file);
    let sha256 = table.parsed("sha256", by_grammar::<Digest>);
    table.missing("sha256", "sha256 = \"64 hexadecimal digits\"");
    let patterns = some(table, "projects", Pattern::parse, "projects = [\"**\"]");
    let settings = table.json("settings").unwrap_or_else(|| Value::Object(Map::new()));
    let on_failure = table.word("on-failure");
    table.missing("on-failure", "on-failure = \"abstain\" or \"refuse\", for when the hook gives no answer");
    let mut limits = AllocateLimits::default();
    table.table("limits", "[allocate.limits]", |table| read_limits(table, &mut limits));
    let sha256 = sha256?.value;
    let module = match file {
        Some(file) => file.value,
        None => format!("{sha256}.wasm").parse().ok()?,
    };
    Some(AllocateHook {
        name: name?.value,
        module,
        sha256,
        settings,
        limits,
        on_failure: on_failure?.value,
        place: table.place.clone(),
        projects: Projects::new(patterns),
    })
}

fn read_limits(table: &Table<'_>, limits: &mut AllocateLimits) {
    // No `..`: a new limit must be read here or this does not compile.
    let AllocateLimits { memory, wall_time, fuel } = limits;
    let set = &mut Vec::new();
    bytes(table, "memory", memory, LEAST.memory..=MOST.memory, set);
    time(table, "wall-time", wall_time, WALL_TIME, set);
    if let Some(found) = table.count("fuel") {
        check(table, "fuel", &found, *FUEL.start(), *FUEL.end());
        *fuel = found.value;
    }
}
