//! The file `policy.toml`.

use crate::allocate::AllocateHook;
use crate::hooks::check_schema;
use crate::limits::{self, Set};
use crate::projects::Pattern;
use crate::reader::{Table, by_grammar, read_file};
use crate::rule::{Mandatory, ReadRule, Rule, read_allow, read_mandatory, some};
use crate::tools::{ToolRootRule, ToolRule, absolute, read_tool, read_tool_root, tool_root_name};
use crate::words::shown;
use crate::{At, HookEntry, Place, Problems};
use skink_job::{Digest, Limits, ToolName, ToolRootName};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

/// How many rules may name one module.
const MAX_RULES: usize = 64;

/// What an admin allows. Empty, it allows nothing.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The admin's file, then the narrower ones. A module must be allowed by each.
    pub(crate) layers: Vec<Rules>,
}

/// One file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    pub(crate) file: String,
    pub(crate) tools: BTreeMap<ToolName, ToolRule>,
    pub(crate) tool_roots: BTreeMap<ToolRootName, ToolRootRule>,
    pub(crate) repositories: BTreeMap<String, Repository>,
    /// Where `[limits]` sets the limits of all rules.
    pub(crate) set: Vec<Set>,
    pub(crate) rules: Vec<Rule>,
    /// The rules that name a module, in the file's order.
    pub(crate) index: HashMap<Digest, Vec<usize>>,
    pub(crate) mandatory: Vec<Mandatory>,
    pub(crate) allocate: Vec<AllocateHook>,
}

/// Folders of packages from which added packages are taken, as `[repositories.NAME]` describes them.
#[derive(Debug, Clone)]
pub struct Repository {
    /// The folders, absolute paths.
    pub packages: Vec<PathBuf>,
    /// Where it is described.
    pub place: Place,
}

impl Policy {
    /// Reads a `policy.toml`. `file` is how messages call it.
    pub fn parse(text: impl AsRef<[u8]>, file: &str) -> Result<Self, Problems> {
        let rules = read_file(text.as_ref(), file, "the policy", |top| {
            let mut rules = Rules { file: file.to_owned(), ..Rules::default() };
            if check_schema(top) {
                rules.read(top);
            }
            rules
        })?;
        Ok(Self { layers: vec![rules] })
    }

    /// The tool of that name.
    pub fn tool(&self, name: &ToolName) -> Option<&ToolRule> {
        self.layers.first()?.tools.get(name)
    }

    /// Every tool.
    pub fn tools(&self) -> impl Iterator<Item = (&ToolName, &ToolRule)> {
        self.layers.first().into_iter().flat_map(|rules| &rules.tools)
    }

    /// The tool root of that name.
    pub fn tool_root(&self, name: &ToolRootName) -> Option<&ToolRootRule> {
        self.layers.first()?.tool_roots.get(name)
    }

    /// Every tool root.
    pub fn tool_roots(&self) -> impl Iterator<Item = (&ToolRootName, &ToolRootRule)> {
        self.layers.first().into_iter().flat_map(|rules| &rules.tool_roots)
    }

    /// The repository of that name.
    pub fn repository(&self, name: &str) -> Option<&Repository> {
        self.layers.first()?.repositories.get(name)
    }

    /// The hooks that are demanded of a job of `project`: of each name the first that matches.
    pub fn mandatory(&self, project: Option<&str>) -> impl Iterator<Item = &HookEntry> {
        self.demanded(project).map(|mandatory| &mandatory.entry)
    }

    pub(crate) fn demanded(&self, project: Option<&str>) -> impl Iterator<Item = &Mandatory> {
        let mut seen = BTreeSet::new();
        let all = self.layers.first().into_iter().flat_map(|rules| &rules.mandatory);
        all.filter(move |mandatory| {
            mandatory.projects.demands(project) && seen.insert(mandatory.entry.name.as_str())
        })
    }
}

impl Rules {
    fn read(&mut self, top: &Table<'_>) {
        top.named_tables("tool-roots", "[tool-roots.NAME]", |name, table| {
            let root = read_tool_root(table);
            match tool_root_name(name.value) {
                Ok(name) => drop(root.map(|root| self.tool_roots.insert(name, root))),
                Err(message) => table.report(&name.place, message),
            }
        });
        top.named_tables("tools", "[tools.NAME]", |name, table| {
            let tool = read_tool(table, &self.tool_roots);
            match by_grammar::<ToolName>(name.value) {
                Ok(name) => drop(tool.map(|tool| self.tools.insert(name, tool))),
                Err(message) => table.report(&name.place, message),
            }
        });
        top.named_tables("repositories", "[repositories.NAME]", |name, table| {
            // A repository is named as a tool is.
            if let Err(_why) = by_grammar::<ToolName>(name.value) {
                let message = format!("`{}` is no repository name", shown(name.value));
                let help = || "small letters, digits, '+', '.', '_' and '-'".to_owned();
                table.report_helped(&name.place, message, help);
            }
            let packages = some(table, "packages", absolute, "packages = [\"/srv/pool\"]");
            let packages = packages.into_iter().map(|path| path.value).collect();
            let repository = Repository { packages, place: table.place.clone() };
            self.repositories.insert(name.value.to_owned(), repository);
        });
        let mut defaults = Limits::default();
        top.table("limits", "[limits]", |table| limits::read(table, &mut defaults, &mut self.set));
        top.tables("allow", "[[allow]]", |table| {
            if let Some(read) = read_allow(table, self, &defaults) {
                self.add(table, read);
            }
        });
        top.tables("mandatory", "[[mandatory]]", |table| {
            self.mandatory.extend(read_mandatory(table, self));
        });
        self.read_allocate(top);
    }

    /// Adds a rule, unless an earlier one leaves nothing for it to decide.
    fn add(&mut self, table: &Table<'_>, read: ReadRule) {
        let ReadRule { rule, modules, patterns } = read;
        let mut compared = BTreeSet::new();
        for module in &modules {
            let earlier = self.index.entry(module.value).or_default();
            if earlier.len() == MAX_RULES {
                table.report(&module.place, format!("more than {MAX_RULES} rules name this module"));
                continue;
            }
            for index in earlier.iter().copied() {
                let Some(other) = self.rules.get(index).filter(|_| compared.insert(index)) else { continue };
                report_shadowed(table, other, &patterns, &module.value);
            }
            earlier.push(self.rules.len());
        }
        self.rules.push(rule);
    }
}

fn report_shadowed(table: &Table<'_>, earlier: &Rule, patterns: &[At<Pattern>], module: &Digest) {
    for pattern in patterns {
        if earlier.projects.shadows(&pattern.value).is_some() {
            let message = format!(
                "this pattern never decides for module {}: the rule `{}` of line {} comes first and matches \
                 all that it does",
                module.short(),
                earlier.label,
                earlier.place.line()
            );
            let help = || "put the narrower rule before the wider one".to_owned();
            table.report_helped(&pattern.place, message, help);
        }
    }
}
