//! One `[[allow]]` rule, or one `[[mandatory]]` hook, as the policy's file says it.

use crate::cover::Right;
use crate::entry::{self, HookEntry, Layer};
use crate::limits::{self, Set};
use crate::policy::Rules;
use crate::projects::Pattern;
use crate::reader::{Table, by_grammar};
use crate::tools::ToolKind;
use crate::words::{did_you_mean, quoted, shown};
use crate::{At, Place, Projects};
use skink_job::{
    Digest, FileName, ForeignArch, HookName, Limits, OnProblem, PlacePattern, SafeText, ToolName,
};
use std::collections::BTreeSet;

/// What one `[[allow]]` rule gives.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) label: HookName,
    pub(crate) place: Place,
    /// Both, as messages call the rule: `policy.toml:12 (rpmlint)`.
    pub(crate) name: SafeText,
    pub(crate) projects: Projects,
    pub(crate) granted: Vec<Granted>,
    pub(crate) repository: Option<String>,
    pub(crate) limits: Limits,
    pub(crate) set: Vec<Set>,
    pub(crate) on_failure: Option<OnProblem>,
    pub(crate) on_limit: Option<OnProblem>,
}

impl Rule {
    pub(crate) fn name(label: &HookName, place: &Place) -> SafeText {
        SafeText::line(&format!("{place} ({label})"))
    }
}

/// One right that a rule gives, and where.
#[derive(Debug, Clone)]
pub(crate) struct Granted {
    pub(crate) key: &'static str,
    pub(crate) name: String,
    pub(crate) place: Place,
}

impl Granted {
    pub(crate) fn right(&self) -> Right<'_> {
        Right { key: self.key, name: &self.name }
    }
}

/// One `[[mandatory]]` hook.
#[derive(Debug, Clone)]
pub(crate) struct Mandatory {
    pub(crate) entry: HookEntry,
    pub(crate) projects: Projects,
}

/// A rule as read, with what the index is made of.
pub(crate) struct ReadRule {
    pub(crate) rule: Rule,
    pub(crate) modules: Vec<At<Digest>>,
    pub(crate) patterns: Vec<At<Pattern>>,
}

/// Reads one table below `[[allow]]`. `rules` has the tools and repositories already.
pub(crate) fn read_allow(table: &Table<'_>, rules: &Rules, defaults: &Limits) -> Option<ReadRule> {
    let label = table.parsed("module", by_grammar::<HookName>);
    table.missing("module", "module = \"rpmlint\", the name by which messages call the rule");
    let modules = some(table, "sha256", by_grammar::<Digest>, "sha256 = [\"64 hexadecimal digits\"]");
    let mut seen = BTreeSet::new();
    for module in &modules {
        if !seen.insert(module.value) {
            table.report(&module.place, "this sha256 is named twice");
        }
    }
    let patterns = some(table, "projects", Pattern::parse, "projects = [\"openSUSE:**\"]");
    let mut given = Given::default();
    table.table("grants", "[allow.grants]", |grants| given.read(grants, rules));
    let (mut limits, mut set) = (*defaults, rules.set.clone());
    table.table("limits", "[allow.limits]", |table| limits::read(table, &mut limits, &mut set));
    let on_failure = table.word("on-failure").map(|word| word.value);
    let on_limit = table.word("on-limit").map(|word| word.value);
    let (label, place) = (label?.value, table.place.clone());
    let rule = Rule {
        name: Rule::name(&label, &place),
        label,
        place,
        projects: Projects::new(patterns.clone()),
        granted: given.granted,
        repository: given.repository,
        limits,
        set,
        on_failure,
        on_limit,
    };
    Some(ReadRule { rule, modules, patterns })
}

/// Reads one table below `[[mandatory]]`. `rules` has its `[[allow]]` rules already.
pub(crate) fn read_mandatory(table: &Table<'_>, rules: &Rules) -> Option<Mandatory> {
    let name = table.parsed("name", by_grammar::<HookName>);
    table.missing("name", "name = \"rpmlint\", the hook's name in every job");
    let patterns = some(table, "projects", Pattern::parse, "projects = [\"openSUSE:**\"]");
    let unnamed = name.is_none();
    let name = name.map(|name| name.value).or_else(|| "x".parse().ok())?;
    let entry = entry::read(table, name, Layer::Admin, table.place.clone());
    if !table.has("sha256") {
        table.missing("module", "module = \"rpmlint.wasm\" or sha256 = \"64 hexadecimal digits\"");
    }
    let entry = entry.filter(|_| !unnamed)?;
    if let Some(pin) = entry.pin
        && !rules.index.contains_key(&pin)
        && let Some(place) = table.key_place("sha256")
    {
        let help = || "without a rule that allows its module, a mandatory hook fails every job".to_owned();
        table.report_helped(&place, "no [[allow]] rule names this module", help);
    }
    Some(Mandatory { entry, projects: Projects::new(patterns) })
}

/// A list that must be there and must not be empty.
pub(crate) fn some<T>(
    table: &Table<'_>,
    key: &'static str,
    parse: impl Fn(&str) -> Result<T, String>,
    example: &str,
) -> Vec<At<T>> {
    let list = table.list(key, parse);
    table.missing(key, example);
    if table.is_empty_list(key)
        && let Some(place) = table.key_place(key)
    {
        let message = format!("`{key}` is empty, so this has no effect");
        table.report_helped(&place, message, || format!("such as: {example}"));
    }
    list.unwrap_or_default()
}

/// What `[allow.grants]` gives.
#[derive(Default)]
struct Given {
    granted: Vec<Granted>,
    repository: Option<String>,
}

impl Given {
    fn read(&mut self, table: &Table<'_>, rules: &Rules) {
        for key in ["results", "sources", "previous", "build-log", "outbox", "unchanged"] {
            if table.flag(key) == Some(true)
                && let Some(place) = table.key_place(key)
            {
                self.granted.push(Granted { key, name: String::new(), place });
            }
        }
        self.read_tools(table, rules, "tools");
        self.read_tools(table, rules, "root-builders");
        self.add("attachments", table.list("attachments", by_grammar::<FileName>));
        table.table("plan", "[allow.grants.plan]", |plan| self.read_plan(plan, rules));
        table.table("effects", "[allow.grants.effects]", |effects| {
            self.add("effects.binfmt", effects.list("binfmt", architecture));
            self.add("effects.unmount", effects.list("unmount", place_pattern));
        });
    }

    /// Tools, or those that are root where they run: the policy has two lists, so that nobody grants the one for the
    /// other. A module asks for either by its name.
    fn read_tools(&mut self, table: &Table<'_>, rules: &Rules, list: &'static str) {
        let tools = table.list(list, by_grammar::<ToolName>);
        for tool in tools.iter().flatten() {
            let name = &tool.value;
            match (rules.tools.get(name).map(|rule| &rule.kind), list) {
                (Some(ToolKind::RootBuilder { .. }), "tools") => {
                    let message = format!("tool `{name}` is a root-builder, which is a grant of its own");
                    table.report_helped(&tool.place, message, || "name it in `root-builders`".to_owned());
                }
                (Some(ToolKind::Plain), "root-builders") => {
                    let message = format!("tool `{name}` is no root-builder");
                    table.report_helped(&tool.place, message, || "name it in `tools`".to_owned());
                }
                (Some(ToolKind::Plain | ToolKind::RootBuilder { .. }), _) => {}
                (None, _) => {
                    let known = || rules.tools.keys().map(ToolName::as_str);
                    let example = || format!("describe it: [tools.{name}] program = \"/usr/bin/...\"");
                    let message = format!("tool `{name}` is not described in this file");
                    table.report_helped(&tool.place, message, || {
                        did_you_mean(name.as_str(), known(), example)
                    });
                }
            }
        }
        self.add("tools", tools);
    }

    fn read_plan(&mut self, table: &Table<'_>, rules: &Rules) {
        self.add("plan.add-packages", table.list("add-packages", package_pattern));
        self.add("plan.remove-packages", table.list("remove-packages", package_pattern));
        self.add("plan.macros", table.list("macros", macro_pattern));
        self.add("plan.options", table.list("options", option_name));
        self.read_delegate(table, rules);
        let Some(name) = table.text("repository") else { return };
        if !rules.repositories.contains_key(name.value) {
            let known = rules.repositories.keys().map(String::as_str);
            let help = || {
                did_you_mean(name.value, known, || {
                    "describe it: [repositories.NAME] packages = [\"/srv/pool\"]".to_owned()
                })
            };
            let message = format!("repository `{}` is not described in this file", shown(name.value));
            table.report_helped(&name.place, message, help);
        }
        self.repository = Some(name.value.to_owned());
    }

    /// Only what is root where it runs can build in place of `build`, and only what the rule grants anyway.
    fn read_delegate(&mut self, table: &Table<'_>, rules: &Rules) {
        let delegate = table.list("delegate", by_grammar::<ToolName>);
        for tool in delegate.iter().flatten() {
            let name = &tool.value;
            let is_granted = self.granted.iter().any(|g| g.key == "tools" && g.name == name.as_str());
            let kind = rules.tools.get(name).map(|rule| &rule.kind);
            if !is_granted || !matches!(kind, Some(ToolKind::RootBuilder { .. })) {
                let message = format!("tool `{name}` is none of this rule's `root-builders`");
                table.report_helped(&tool.place, message, || {
                    format!("name it there too: root-builders = [\"{name}\"]")
                });
            }
        }
        self.add("plan.delegate", delegate);
    }

    fn add<T: Into<String>>(&mut self, key: &'static str, list: Option<Vec<At<T>>>) {
        let granted = |At { value, place }: At<T>| Granted { key, name: value.into(), place };
        self.granted.extend(list.into_iter().flatten().map(granted));
    }
}

fn package_pattern(raw: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+._-*".contains(c);
    plain(raw, "package pattern", "letters, digits, '+', '.', '_', '-' and '*'", allowed)
}

fn macro_pattern(raw: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_*".contains(c);
    plain(raw, "macro pattern", "letters, digits, '_' and '*', without '%'", allowed)
}

fn option_name(raw: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let name = plain(raw, "option", "small letters, digits and '-'", allowed)?;
    if name.starts_with('-') {
        return Err(format!("option \"{name}\" is written without the dashes before it"));
    }
    Ok(name)
}

fn architecture(raw: &str) -> Result<String, String> {
    let known = || ForeignArch::ALL.iter().map(|arch| arch.as_str());
    let found = ForeignArch::from_word(raw).map(|arch| arch.as_str().to_owned());
    found.ok_or_else(|| {
        let help = did_you_mean(raw, known(), || format!("those are {}", quoted(known())));
        format!("\"{}\" is no architecture that can be emulated; {help}", shown(raw))
    })
}

fn place_pattern(raw: &str) -> Result<String, String> {
    let why = PlacePattern::parse(raw).err();
    why.map_or(Ok(raw.to_owned()), |why| Err(format!("\"{}\" is no pattern of places: {why}", shown(raw))))
}

pub(crate) fn plain(
    raw: &str,
    what: &str,
    has: &str,
    allowed: impl Fn(char) -> bool,
) -> Result<String, String> {
    if raw.is_empty() || raw.len() > 200 || !raw.chars().all(allowed) {
        return Err(format!("{what} \"{}\" must be 1 to 200 of {has}", shown(raw)));
    }
    Ok(raw.to_owned())
}
