//! Skink's own options. All of them begin with `--hook`, which no option of `build` does.
//!
//! Invariant: there is one table of them. The reader, the help, the man page and the completions are made from it.

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
    /// A word that an option does not take.
    #[error("--{name} takes {known}, not {given:?}")]
    NoSuchWord {
        /// The option.
        name: &'static str,
        /// What was given.
        given: String,
        /// The words that it takes.
        known: String,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// Only what failed (`--hook-quiet`).
    Quiet,
    /// Each hook and the summary.
    #[default]
    Normal,
    /// Each step too (`--hook-verbose`).
    Verbose,
}

/// When colours are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorWhen {
    /// On a terminal that has them, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always on standard output; never in a log's file.
    Always,
    /// Never.
    Never,
}

impl ColorWhen {
    /// Each with its word.
    pub const WORDS: [(&str, Self); 3] =
        [("auto", Self::Auto), ("always", Self::Always), ("never", Self::Never)];
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
    /// When colours are shown (`--hook-color WHEN`).
    pub color: ColorWhen,
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
    Color,
}

/// What an option's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// The path of a file.
    File,
    /// The path of a folder.
    Folder,
    /// A text.
    Text,
    /// One of a few words.
    Words(&'static [&'static str]),
}

/// The value of an option.
#[derive(Debug, Clone, Copy)]
pub struct HookValue {
    /// How help calls it, such as `FILE`.
    pub name: &'static str,
    /// What it is.
    pub kind: ValueKind,
    what: &'static str,
    example: &'static str,
}

/// One of our options.
#[derive(Debug)]
pub struct HookOption {
    id: Id,
    /// Its name, without dashes.
    pub name: &'static str,
    /// Its value; `None` for a flag.
    pub value: Option<HookValue>,
    /// What it is for, in one line.
    pub help: &'static str,
}

const fn flag(id: Id, name: &'static str, help: &'static str) -> HookOption {
    HookOption { id, name, value: None, help }
}

const fn value(id: Id, name: &'static str, value: HookValue, help: &'static str) -> HookOption {
    HookOption { id, name, value: Some(value), help }
}

const fn file(what: &'static str, example: &'static str) -> HookValue {
    HookValue { name: "FILE", kind: ValueKind::File, what, example }
}

const fn folder(example: &'static str) -> HookValue {
    HookValue { name: "DIR", kind: ValueKind::Folder, what: "a folder", example }
}

const PROJECT: HookValue =
    HookValue { name: "NAME", kind: ValueKind::Text, what: "a project's name", example: "openSUSE:Factory" };
const FORMATS: HookValue =
    HookValue { name: "LIST", kind: ValueKind::Text, what: "a list of formats", example: "html,sarif" };
const WHEN: HookValue = HookValue {
    name: "WHEN",
    kind: ValueKind::Words(&["auto", "always", "never"]),
    what: "a word",
    example: "never",
};

#[rustfmt::skip] // one option a line
static HOOK_OPTIONS: &[HookOption] = &[
    value(Id::Policy, "hook-policy", file("a file", "policy.toml"), "a policy; where one is installed, it can only narrow it"),
    value(Id::Project, "hook-project", PROJECT, "the project that rules and mandatory hooks are looked up for"),
    flag(Id::None, "hook-none", "run no hook; refused where a mandatory hook applies"),
    value(Id::Report, "hook-report", file("a file", "report.json"), "where report.json goes"),
    value(Id::ReportFormat, "hook-report-format", FORMATS, "what lies beside it: json (nothing), html, sarif, all, or several with commas"),
    value(Id::Build, "hook-build", file("the path of the real build", "/usr/lib/build/build"), "the real `build`"),
    value(Id::State, "hook-state", folder("/var/lib/skink"), "compiled modules, journals, scratch folders"),
    value(Id::Modules, "hook-modules", folder("/usr/share/skink/modules"), "the admin's folder of modules, for mandatory hooks"),
    flag(Id::Verbose, "hook-verbose", "show grants, limits, tools and steps of each hook too"),
    flag(Id::Quiet, "hook-quiet", "show only hooks that did not pass, and the summary"),
    value(Id::Color, "hook-color", WHEN, "when the terminal gets colours"),
];

/// Skink's own options of `skink build`, in the order of the help.
pub fn hook_options() -> &'static [HookOption] {
    HOOK_OPTIONS
}

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
    let Some(HookValue { what, example, .. }) = spec.value else {
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
    let given = shown(param);
    let bare = given.trim_start_matches('-');
    let by_likeness = |spec: &&HookOption| strsim::damerau_levenshtein(bare, spec.name);
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
            Id::Color => self.color = color(&item.value)?,
        }
        Ok(())
    }
}

fn color(value: &OsStr) -> Result<ColorWhen, UsageError> {
    let found = ColorWhen::WORDS.iter().find(|(word, _)| value == OsStr::new(word));
    found.map(|(_, when)| *when).ok_or_else(|| UsageError::NoSuchWord {
        name: "hook-color",
        given: shown(value),
        known: ColorWhen::WORDS.map(|(word, _)| word).join(", "),
    })
}

/// A value in a message.
fn shown(value: &OsStr) -> String {
    SafeText::line_from_bytes(value.as_bytes()).truncated(80).as_str().to_owned()
}

fn project(value: &OsStr) -> Result<String, UsageError> {
    match value.to_str().filter(|name| is_project_name(name)) {
        Some(name) => Ok(name.to_owned()),
        None => Err(UsageError::ProjectName { given: shown(value) }),
    }
}
