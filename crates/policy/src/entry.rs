//! One hook as a file declares it: read the same way from `_hooks` and from an admin's `[[mandatory]]`.

use crate::reader::{Table, by_grammar};
use crate::{At, EntryLock, Place};
use serde_json::{Map, Value};
use skink_job::{Digest, FileName, HookName, OnProblem, Phase, Stage, When};
use std::collections::BTreeSet;
use std::fmt;

/// How many hooks one file may declare.
pub(crate) const MAX_HOOKS: usize = 256;

/// Who declared a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The admin, in the policy.
    Admin,
    /// The project's `_hooks`.
    Project,
    /// The package's `_hooks`.
    Package,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Admin => "admin",
            Self::Project => "project",
            Self::Package => "package",
        })
    }
}

/// Where a module's bytes are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModuleSource {
    /// A file beside the `_hooks` file that names it.
    Beside(FileName),
    /// A file in the admin's folder of modules.
    AdminFile(FileName),
    /// The file `DIGEST.wasm` in the admin's folder of modules.
    AdminDigest(Digest),
}

/// One hook of a job.
#[derive(Debug, Clone)]
pub struct HookEntry {
    /// Its name, unique in a job.
    pub name: HookName,
    /// Who declared it.
    pub layer: Layer,
    /// Where its module is.
    pub module: ModuleSource,
    /// What the module's sha256 must be, where the entry says it.
    pub pin: Option<Digest>,
    /// The phases it is called in; `None` means all that its module has.
    pub phases: Option<BTreeSet<Phase>>,
    /// After which end of the build it is called.
    pub when: When,
    /// Which results it sees as a check.
    pub stage: Stage,
    /// Hooks that are called before it.
    pub after: Vec<At<HookName>>,
    /// Hooks that are called after it.
    pub before: Vec<At<HookName>>,
    /// What its failure means, where the entry says it. See [`crate::Allowed::on_failure`].
    pub on_failure: Option<OnProblem>,
    /// Its settings, a JSON object.
    pub settings: Value,
    /// Whether the admin demands it.
    pub mandatory: bool,
    /// Where it is declared.
    pub place: Place,
    /// What a `_hooks.lock` beside that file says of it, where there is one.
    pub lock: Option<EntryLock>,
}

impl HookEntry {
    /// An entry that no file declares: one module that somebody tries by hand, in one phase, after any build.
    pub fn by_hand(name: HookName, module: FileName, phase: Phase, settings: Value) -> Self {
        Self {
            name,
            layer: Layer::Package,
            module: ModuleSource::Beside(module),
            pin: None,
            phases: Some(BTreeSet::from([phase])),
            when: When::Always,
            stage: Stage::Final,
            after: Vec::new(),
            before: Vec::new(),
            on_failure: None,
            settings,
            mandatory: false,
            place: Place::outside("(the command line)"),
            lock: None,
        }
    }

    /// Whether it may be called in `phase`; whether its module has the phase is not known here.
    pub fn may_run_in(&self, phase: Phase) -> bool {
        self.phases.as_ref().is_none_or(|phases| phases.contains(&phase))
    }
}

/// Reads the keys that every declaration of a hook has. `None` where it does not say which module.
pub(crate) fn read(table: &Table<'_>, name: HookName, layer: Layer, place: Place) -> Option<HookEntry> {
    let file = table.parsed("module", module_file);
    let pin = table.parsed("sha256", by_grammar::<Digest>).map(|pin| pin.value);
    let phases = read_phases(table);
    let when = table.word("when");
    let stage = table.word("stage");
    if let (Some(phases), Some(when)) = (&phases, &when)
        && !phases.contains(&Phase::Transform)
        && !phases.contains(&Phase::Check)
    {
        let message = "`when` has no effect: only transforms and checks depend on how the build ended";
        table.report(&when.place, message);
    }
    if let (Some(phases), Some(stage)) = (&phases, &stage)
        && !phases.contains(&Phase::Check)
    {
        table.report(&stage.place, "`stage` has no effect: only a check has one");
    }
    let after = names(table, "after");
    let before = names(table, "before");
    let on_failure = table.word("on-failure").map(|word| word.value);
    let settings = table.json("settings").unwrap_or_else(|| Value::Object(Map::new()));
    let module = match (file, pin, layer) {
        (Some(file), _, Layer::Admin) => ModuleSource::AdminFile(file.value),
        (Some(file), _, Layer::Project | Layer::Package) => ModuleSource::Beside(file.value),
        (None, Some(pin), Layer::Admin) => ModuleSource::AdminDigest(pin),
        (None, _, _) => return None,
    };
    let (when, stage) =
        (when.map_or(When::Success, |at| at.value), stage.map_or(Stage::Final, |at| at.value));
    let mandatory = layer == Layer::Admin;
    Some(HookEntry {
        name,
        layer,
        module,
        pin,
        phases,
        when,
        stage,
        after,
        before,
        on_failure,
        settings,
        mandatory,
        place,
        lock: None,
    })
}

/// Names of other hooks; there can not be more of them than hooks in a file.
fn names(table: &Table<'_>, key: &'static str) -> Vec<At<HookName>> {
    let mut names = table.list(key, by_grammar).unwrap_or_default();
    if let Some(name) = names.get(MAX_HOOKS) {
        table.report(&name.place, format!("`{key}` names more than {MAX_HOOKS} hooks"));
        names.truncate(MAX_HOOKS);
    }
    names
}

fn read_phases(table: &Table<'_>) -> Option<BTreeSet<Phase>> {
    let phases = table.words("phases")?;
    if table.is_empty_list("phases")
        && let Some(place) = table.key_place("phases")
    {
        let help = || "name at least one, or leave the key out for every phase of the module".to_owned();
        table.report_helped(&place, "`phases` names no phase, so the hook would never be called", help);
    }
    for phase in phases.iter().filter(|phase| phase.value == Phase::Allocate) {
        let message = "no job can bring a hook of the phase `allocate`: it is asked before there is a build";
        let help = || "an admin names such a hook in [[allocate]] of the policy".to_owned();
        table.report_helped(&phase.place, message, help);
    }
    Some(phases.into_iter().map(|phase| phase.value).collect())
}

/// A module is a file in a known folder, named so that it needs no quoting anywhere.
pub(crate) fn module_file(raw: &str) -> Result<FileName, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name: FileName = by_grammar(raw)?;
    if raw.chars().all(plain) {
        return Ok(name);
    }
    Err(format!(
        "module `{}`: only letters, digits, '.', '_' and '-' may be in its file name",
        crate::words::shown(raw)
    ))
}
