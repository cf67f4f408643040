//! Hooks of a project as lines of its build configuration (prjconf): the one text of a project that every version of
//! the Open Build Service hands to `build` on every worker.
//!
//! A line `#!Hook: NAME = { KEY = VALUE, … }` says what the table `[hooks.NAME]` says in a `_hooks` file. It is a
//! comment to `build`, as `#!PrependConfigFile:` is, so no version of it stumbles over one, expands a macro in it or
//! splits it at blanks. Two things differ from `_hooks`:
//!
//! - A configuration comes without files beside it, so a module is found in the admin's folder, by its file name or
//!   by its sha256 alone. A package can put no other module in its place.
//! - A configuration is joined from those of several projects, the base's first. Of two lines of one name the later
//!   one counts, so a project can say a base's hook anew, or disable it.
//!
//! Invariant: a line that looks like one of these and is not read is a problem, never a comment. So is one where
//! `build` might not read on (in `%if`, in `Macros:`): conditions are evaluated by `build` alone.

use crate::entry::{self, HookEntry, Layer, MAX_HOOKS};
use crate::hooks::Declared;
use crate::reader::{Table, by_grammar, read_part};
use crate::source::Source;
use crate::words::nearest;
use crate::{HooksFile, Place, Problem, Problems};
use skink_job::HookName;
use std::ops::Range;
use std::sync::Arc;

/// What such a line begins with.
const MARK: &str = "#!Hook:";
/// As many bytes, as TOML has them.
const AS_TOML: &str = "hooks. ";
const EXAMPLE: &str = "#!Hook: rpmlint = { module = \"rpmlint.wasm\" }";

/// Whether a configuration has lines that [`HooksFile::parse_lines`] would look at.
pub fn has_hook_lines(config: &[u8]) -> bool {
    config.split(|byte| *byte == b'\n').any(|line| marked(&String::from_utf8_lossy(line)).is_some())
}

/// Whether a line is one of ours, or was meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marked {
    Well,
    Badly,
}

fn marked(line: &str) -> Option<Marked> {
    if line.starts_with(MARK) {
        return Some(Marked::Well);
    }
    let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix('!')?.trim_start();
    let word: String = rest.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
    nearest(&word.to_ascii_lowercase(), ["hook", "hooks"].into_iter()).map(|_| Marked::Badly)
}

/// Where in a configuration a line stands.
#[derive(Default)]
struct Around<'a> {
    conditions: usize,
    in_macros: bool,
    /// The project whose part of the configuration this is, as the backend marks it.
    project: Option<&'a str>,
}

impl<'a> Around<'a> {
    fn see(&mut self, line: &'a str) {
        if let Some(project) = line.strip_prefix("### from ") {
            self.project = Some(project);
        }
        let line = line.trim();
        if self.in_macros {
            self.in_macros = !line.eq_ignore_ascii_case(":macros");
        } else if line.to_ascii_lowercase().starts_with("macros:") {
            self.in_macros = true;
        } else if line.starts_with("%if") {
            self.conditions += 1;
        } else if line.starts_with("%endif") {
            self.conditions = self.conditions.saturating_sub(1);
        }
    }

    /// What line numbers of a joined configuration leave open.
    fn note(&self) -> Option<String> {
        self.project.map(|project| format!("the line comes from the configuration of the project {project}"))
    }

    /// Why no hook may be said here.
    fn objection(&self) -> Option<(&'static str, &'static str)> {
        if self.in_macros {
            return Some(("a hook line stands in a `Macros:` section", "put it before `Macros:`"));
        }
        let help = "conditions are for `build` and do not count for hooks; put the line outside of them";
        (self.conditions > 0).then_some(("a hook line stands between `%if` and `%endif`", help))
    }
}

impl HooksFile {
    /// Reads the hook lines of a build configuration. `file` is how messages call it.
    pub fn parse_lines(config: &[u8], file: &str) -> Result<Self, Problems> {
        let source = Source::new(file, &String::from_utf8_lossy(config));
        let (mut declared, mut problems, mut around) = (Vec::new(), Problems::default(), Around::default());
        let mut start = 0;
        for line in source.text().split_inclusive('\n') {
            let text = line.trim_end_matches(['\n', '\r']);
            let span = start..start + text.len();
            start += line.len();
            around.see(text);
            let Some(marked) = marked(text) else { continue };
            match read_line(&source, span, text, marked, &around) {
                Ok(one) if declared.len() < MAX_HOOKS => declared.extend(one),
                Ok(one) => problems.add(|| too_many(one.as_ref(), &source)),
                Err(others) => problems.join(others, around.note().as_deref()),
            }
        }
        problems.or(Self { declared })
    }
}

fn too_many(one: Option<&Declared>, source: &Arc<Source>) -> Problem {
    let place = match one {
        Some(Declared::Hook(hook)) => hook.place.clone(),
        Some(Declared::Disabled { place, .. }) => place.clone(),
        None => Place::new(source, 0..0),
    };
    Problem::at(&place, format!("a configuration may declare at most {MAX_HOOKS} hooks"))
}

fn read_line(
    source: &Arc<Source>,
    span: Range<usize>,
    text: &str,
    marked: Marked,
    around: &Around<'_>,
) -> Result<Option<Declared>, Problems> {
    let place = Place::new(source, span.clone());
    if marked == Marked::Badly {
        let message =
            format!("this line is a comment, but looks like a hook; such a line begins with `{MARK}`");
        return Err(Problem::at(&place, message).help(format!("such as: {EXAMPLE}")).into());
    }
    if let Some((message, help)) = around.objection() {
        return Err(Problem::at(&place, message).help(help).into());
    }
    let rest = text.strip_prefix(MARK).unwrap_or_default();
    if rest.trim().is_empty() {
        return Err(Problem::at(&place, "this line names no hook")
            .help(format!("such as: {EXAMPLE}"))
            .into());
    }
    let mut declared = None;
    let part = format!("{AS_TOML}{rest}");
    read_part(source, span, &part, "the hook line", |top| {
        top.named_tables("hooks", "[hooks.NAME]", |name, table| {
            let place = name.place.clone();
            let name = by_grammar::<HookName>(name.value);
            let name = name.map_err(|message| table.report(&place, message)).ok();
            declared = read_hook(table, name, place);
        });
    })?;
    Ok(declared)
}

fn read_hook(table: &Table<'_>, name: Option<HookName>, place: Place) -> Option<Declared> {
    let disabled = table.flag("disabled") == Some(true);
    // Where the name is bad, the keys are read all the same, so that all their problems are told at once.
    let name = name.or_else(|| "x".parse().ok())?;
    // As the admin's own hooks name their modules: by a file in the admin's folder, or by the sha256 alone.
    let hook = entry::read(table, name.clone(), Layer::Admin, place.clone());
    if disabled {
        return Some(Declared::Disabled { name, place });
    }
    if !table.has("sha256") {
        table.missing(
            "module",
            "module = \"rpmlint.wasm\", a file in the admin's folder of modules, or sha256",
        );
    }
    let of_project = |hook| HookEntry { layer: Layer::Project, mandatory: false, ..hook };
    hook.map(|hook| Declared::Hook(Box::new(of_project(hook))))
}
