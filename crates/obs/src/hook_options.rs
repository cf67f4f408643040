//! Skink's own options. All of them begin with `--hook`, which no option of `build` does.

use crate::args::{option_name, split};
use crate::facts::is_project_name;
use skink_job::{FormatError, ReportFormats, SafeText};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// Why the arguments were not taken. What `build` itself would refuse is left to `build`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UsageError {
    /// No such option of ours.
    #[error("unknown option {given:?}; did you mean --{nearest}?")]
    Unknown {
        /// What was given.
        given: String,
        /// The nearest option there is.
        nearest: &'static str,
    },
    /// An option without its value.
    #[error("--{name} needs {what}, as in --{name}={example}")]
    MissingValue {
        /// The option.
        name: &'static str,
        /// What it needs.
        what: &'static str,
        /// An example of a value.
        example: &'static str,
    },
    /// A value for an option that takes none.
    #[error("--{name} takes no value")]
    NoValue {
        /// The option.
        name: &'static str,
    },
    /// A project's name that cannot be one.
    #[error(
        "--hook-project {given:?} is no project name; it holds letters, digits, '.', '+', '-', '_' and ':'"
    )]
    ProjectName {
        /// What was given.
        given: String,
    },
    /// A list of formats that is none.
    #[error("--hook-report-format: {0}")]
    ReportFormat(#[from] FormatError),
}

/// How much of the hooks' work is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verbosity {
    /// Only what failed (`--hook-quiet`).
    Quiet,
    /// Each hook and the summary.
    #[default]
    Normal,
    /// Each step too (`--hook-verbose`).
    Verbose,
}

/// The values of our own options; a later one wins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HookOptions {
    /// A policy that narrows the admin's (`--hook-policy FILE`).
    pub policy: Option<PathBuf>,
    /// The project, where the arguments do not name it (`--hook-project NAME`).
    pub project: Option<String>,
    /// Run no hooks (`--hook-none`).
    pub none: bool,
    /// Where the report goes (`--hook-report FILE`).
    pub report: Option<PathBuf>,
    /// What is left beside it (`--hook-report-format LIST`).
    pub report_formats: ReportFormats,
    /// The real `build` (`--hook-build PATH`).
    pub build: Option<PathBuf>,
    /// Where artefacts and journals are kept (`--hook-state DIR`).
    pub state: Option<PathBuf>,
    /// Where modules are looked up by digest (`--hook-modules DIR`).
    pub modules: Option<PathBuf>,
    /// How much is shown (`--hook-verbose`, `--hook-quiet`).
    pub verbosity: Verbosity,
}

/// One of our options as it stands in the arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HookItem {
    id: Id,
    value: OsString,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Id {
    Policy,
    Project,
    None,
    Report,
    ReportFormat,
    Build,
    State,
    Modules,
    Verbose,
    Quiet,
}

struct HookSpec {
    id: Id,
    name: &'static str,
    /// What the value is, and an example of it; `None` for a flag.
    value: Option<(&'static str, &'static str)>,
}

const fn flag(id: Id, name: &'static str) -> HookSpec {
    HookSpec { id, name, value: None }
}
const fn value(id: Id, name: &'static str, what: &'static str, example: &'static str) -> HookSpec {
    HookSpec { id, name, value: Some((what, example)) }
}

static HOOK_OPTIONS: &[HookSpec] = &[
    value(Id::Policy, "hook-policy", "a file", "policy.toml"),
    value(Id::Project, "hook-project", "a project's name", "openSUSE:Factory"),
    flag(Id::None, "hook-none"),
    value(Id::Report, "hook-report", "a file", "report.json"),
    value(Id::ReportFormat, "hook-report-format", "a list of formats", "html,sarif"),
    value(Id::Build, "hook-build", "the path of the real build", "/usr/lib/build/build"),
    value(Id::State, "hook-state", "a folder", "/var/lib/skink"),
    value(Id::Modules, "hook-modules", "a folder", "/usr/share/skink/modules"),
    flag(Id::Verbose, "hook-verbose"),
    flag(Id::Quiet, "hook-quiet"),
];

/// Whether the argument is one of our options, known or not.
pub(crate) fn is_ours(arg: &OsStr) -> bool {
    option_name(split(arg).0).is_some_and(|name| name.as_bytes().starts_with(b"hook"))
}

/// Reads one of our options; the number is how many arguments it takes. `None` where it is none of ours.
pub(crate) fn read(arg: &OsStr, next: Option<&OsString>) -> Result<Option<(HookItem, usize)>, UsageError> {
    if !is_ours(arg) {
        return Ok(None);
    }
    let (param, inline) = split(arg);
    let name = option_name(param).unwrap_or_default();
    let Some(spec) = HOOK_OPTIONS.iter().find(|spec| OsStr::new(spec.name) == name) else {
        return Err(unknown(param));
    };
    let Some((what, example)) = spec.value else {
        return match inline {
            Some(_) => Err(UsageError::NoValue { name: spec.name }),
            None => Ok(Some((HookItem { id: spec.id, value: OsString::new() }, 1))),
        };
    };
    let separate = next.filter(|v| !v.as_bytes().starts_with(b"-"));
    let (value, used) = match inline {
        Some(value) => (Some(value), 1),
        None => (separate.map(OsString::as_os_str), 2),
    };
    match value.filter(|v| !v.is_empty()) {
        Some(value) => Ok(Some((HookItem { id: spec.id, value: value.to_owned() }, used))),
        None => Err(UsageError::MissingValue { name: spec.name, what, example }),
    }
}

fn unknown(param: &OsStr) -> UsageError {
    let given = SafeText::line_from_bytes(param.as_bytes()).truncated(80).as_str().to_owned();
    let bare = given.trim_start_matches('-');
    let by_likeness = |spec: &&HookSpec| strsim::damerau_levenshtein(bare, spec.name);
    let nearest = HOOK_OPTIONS.iter().min_by_key(by_likeness).map_or("hook-policy", |spec| spec.name);
    UsageError::Unknown { given, nearest }
}

impl HookOptions {
    /// Takes one option over.
    pub(crate) fn take(&mut self, item: &HookItem) -> Result<(), UsageError> {
        let path = || Some(PathBuf::from(&item.value));
        match item.id {
            Id::Policy => self.policy = path(),
            Id::Report => self.report = path(),
            Id::ReportFormat => self.report_formats = item.value.to_string_lossy().parse()?,
            Id::Build => self.build = path(),
            Id::State => self.state = path(),
            Id::Modules => self.modules = path(),
            Id::None => self.none = true,
            Id::Verbose => self.verbosity = Verbosity::Verbose,
            Id::Quiet => self.verbosity = Verbosity::Quiet,
            Id::Project => self.project = Some(project(&item.value)?),
        }
        Ok(())
    }
}

fn project(value: &OsStr) -> Result<String, UsageError> {
    match value.to_str().filter(|name| is_project_name(name)) {
        Some(name) => Ok(name.to_owned()),
        None => {
            let given = SafeText::line_from_bytes(value.as_bytes()).truncated(80).as_str().to_owned();
            Err(UsageError::ProjectName { given })
        }
    }
}
