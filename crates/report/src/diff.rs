//! What differs between two builds: the model of what the module build-compare leaves, and of what `skink diff` makes of it.
//!
//! The module's document is the work of a guest, and quotes what two builds hold. Invariant: each text of a [`Diff`] is one
//! line of bounded length without anything that changes how others are shown.

mod excerpt;
mod group;
mod html;
mod read;

use crate::ModuleReport;
use serde::{Deserialize, Serialize};
use skink_job::SafeText;

pub use excerpt::{Excerpt, excerpts};
pub use group::Group;
pub use html::diff_page;
pub use read::{DIFF_MAX_BYTES, DiffError, read_comparison};

/// The version of both formats.
pub const DIFF_SCHEMA: u32 = 1;

/// What `skink diff` tells machines. Its schema is `docs/diff.schema.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The version of this format: [`DIFF_SCHEMA`].
    pub schema: u32,
    /// The version of Skink.
    pub skink: SafeText,
    /// The build that was there before, as it was named.
    pub old: SafeText,
    /// The build that is compared with it, as it was named.
    pub new: SafeText,
    /// Which module compared them.
    pub module: ModuleName,
    /// What the module says.
    #[serde(flatten)]
    pub found: Comparison,
}

/// The module that compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModuleName {
    /// Its name by its own manifest.
    pub name: SafeText,
    /// Its version by its own manifest.
    pub version: SafeText,
    /// The sha256 of its bytes.
    pub sha256: String,
}

/// What the module says of two builds: the attachment `build-compare.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The version of the module's format: [`DIFF_SCHEMA`].
    #[serde(skip_serializing)]
    schema: u32,
    /// Whether they are the same.
    pub verdict: Verdict,
    /// Why, in the module's words.
    #[serde(deserialize_with = "read::line")]
    pub why: SafeText,
    /// Every package of either build.
    pub packages: Vec<PackageDiff>,
    /// What differs.
    pub differences: Vec<Difference>,
    /// How many more differences the module found and did not tell.
    pub omitted: u64,
}

/// Whether two builds are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing differs that counts.
    Unchanged,
    /// Something does.
    Changed,
}

/// One package of either build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageDiff {
    /// Its name.
    #[serde(deserialize_with = "read::line")]
    pub name: SafeText,
    /// Its architecture.
    #[serde(deserialize_with = "read::line")]
    pub arch: SafeText,
    /// Its file of the old build.
    #[serde(default, deserialize_with = "read::maybe_line")]
    pub old: Option<SafeText>,
    /// Its file of the new build.
    #[serde(default, deserialize_with = "read::maybe_line")]
    pub new: Option<SafeText>,
    /// How it stands.
    pub state: State,
    /// Why it stands so, where that is not plain.
    #[serde(default, deserialize_with = "read::maybe_line")]
    pub why: Option<SafeText>,
}

/// How a package stands between two builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Something in it differs.
    Changed,
    /// Only the new build has it.
    Added,
    /// Only the old build has it.
    Removed,
    /// It was not compared.
    Skipped,
    /// Nothing in it differs that counts.
    Same,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The kind that a build service tells its scheduler.
    pub reason: Reason,
    /// The rule, as of the module's finding.
    #[serde(deserialize_with = "read::line")]
    pub code: SafeText,
    /// The package, as `name.arch`; none where it is of the whole build.
    #[serde(default, deserialize_with = "read::maybe_line")]
    pub package: Option<SafeText>,
    /// Which of its fields.
    #[serde(default, deserialize_with = "read::maybe_line")]
    pub field: Option<SafeText>,
    /// Which of its files; then the member of the archive that this is, and so on inwards.
    #[serde(default, deserialize_with = "read::path")]
    pub path: Vec<SafeText>,
    /// Which part of the file.
    #[serde(default, deserialize_with = "read::maybe_line")]
    pub part: Option<SafeText>,
    /// The first that differs, as it was.
    #[serde(default, deserialize_with = "read::maybe_line")]
    pub old: Option<SafeText>,
    /// The same, as it is.
    #[serde(default, deserialize_with = "read::maybe_line")]
    pub new: Option<SafeText>,
    /// All of it in words.
    #[serde(deserialize_with = "read::line")]
    pub message: SafeText,
}

/// The kind of a difference, in the words of build-compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words are all that there is")]
pub enum Reason {
    BinariesDiffer,
    RpmlintDiffers,
    RpmlintNew,
    RpmlintOld,
    AppdataDiffers,
    AppdataNew,
    AppdataOld,
    SrcrpmDiffers,
    PackagesDiffer,
    Unreadable,
}

impl State {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 5] = [Self::Changed, Self::Added, Self::Removed, Self::Skipped, Self::Same];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Skipped => "skipped",
            Self::Same => "same",
        }
    }
}

impl PackageDiff {
    /// As differences name it: `name.arch`.
    pub fn full_name(&self) -> String {
        if self.arch.is_empty() { self.name.to_string() } else { format!("{}.{}", self.name, self.arch) }
    }

    /// Its files: both where they are named differently, else the one.
    pub fn files(&self) -> String {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if old != new => format!("{old} → {new}"),
            (Some(one), _) | (None, Some(one)) => one.to_string(),
            (None, None) => String::new(),
        }
    }
}

/// What stands between a file and the member of it, where it is an archive.
pub const INSIDE: &str = " › ";

impl Difference {
    /// All of it in words, without the file where they begin with that.
    pub fn words(&self) -> &str {
        let all = self.message.as_str();
        let file = self.path.first().map(SafeText::as_str);
        file.and_then(|file| all.strip_prefix(file)?.strip_prefix(": ")).unwrap_or(all)
    }

    /// Where it is: the file with its members and part, or the field; empty where the message says all.
    pub fn place(&self) -> String {
        let path = self.path.iter().map(SafeText::as_str).collect::<Vec<_>>().join(INSIDE);
        let parts = [Some(path.as_str()), self.field.as_ref().map(SafeText::as_str)];
        let parts = parts.into_iter().chain([self.part.as_ref().map(SafeText::as_str)]).flatten();
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

impl Diff {
    /// What a module says of two builds, as they were named.
    pub fn new(old: &str, new: &str, module: &ModuleReport, found: Comparison) -> Self {
        let ModuleReport { name, version, sha256 } = module.clone();
        let line = |text: &str| SafeText::line(text);
        Self {
            schema: DIFF_SCHEMA,
            skink: env!("CARGO_PKG_VERSION").into(),
            old: line(old),
            new: line(new),
            module: ModuleName { name, version, sha256 },
            found,
        }
    }

    /// The answer, after the names of the two: `differ`, or that they are the same.
    pub fn answer(&self) -> &'static str {
        match self.found.verdict {
            Verdict::Unchanged => "are the same",
            Verdict::Changed => "differ",
        }
    }
}
