//! What happened in one job: the model of `report.json`, and the same as a page for people and as SARIF for code
//! hosts. What differs between two builds: the same, of what a module found.
//!
//! Pure: no I/O, no clock, no process. Everything that page and SARIF show is in the model, so that they can be made
//! anywhere from `report.json` alone.
//!
//! Invariant: a page runs no script and loads no style but its own, whatever texts the report holds. Each text
//! is escaped where it is put into the page, by its type; and no page holds a character that [`SafeText`] escapes.
//!
//! [`SafeText`]: skink_job::SafeText

mod diff;
mod effect;
mod html;
mod model;
mod read;
mod sarif;

pub use diff::{
    Comparison, DIFF_MAX_BYTES, DIFF_SCHEMA, Diff, DiffError, Difference, Excerpt, Group, INSIDE, ModuleName,
    PackageDiff, Reason, State, Verdict, diff_page, excerpts, read_comparison,
};
pub use effect::{Effect, effect};
pub use html::page;
pub use model::{
    FileReport, HookReport, ModuleReport, Report, ResultReport, RunReport, SCHEMA, Step, ToolReport,
};
pub use read::{MAX_BYTES, ReadError, read};
pub use sarif::sarif;
