//! Who may run which module, for which project, with what.
//!
//! Three files are read here: the admin's `policy.toml` ([`Policy`]), the `_hooks` of a project or a package
//! ([`HooksFile`]) and its `_hooks.lock` ([`LockFile`]). All are small TOML files whose every key is known and read: a key that nobody reads, a
//! wrong type, name or quantity is a [`Problem`] with its line, and all problems of a file are told at once.
//!
//! Invariants: nothing is allowed that no rule allows (a [`Policy::default`] refuses everything); a narrower
//! policy only ever takes away; no input makes anything here panic. No I/O: texts come in, decisions go out.
//!
//! The rules that span files are each written once: which hooks a job has in [`merge`], in which order they
//! run in [`order()`], which `[[allow]]` rule decides in [`Policy::admit`], what a project pattern matches in
//! [`Projects`], and what a failure means in [`Allowed::on_failure`].

mod admit;
mod allocate;
mod cover;
mod entry;
mod explain;
mod hooks;
mod json;
mod limits;
mod lines;
mod lock;
mod locked;
mod merge;
mod narrow;
mod order;
mod policy;
mod problem;
mod projects;
mod reader;
mod rule;
mod source;
#[cfg(test)]
mod tests;
mod tools;
mod words;

pub use admit::{Allowed, Decision};
pub use allocate::AllocateHook;
pub use cover::granted;
pub use entry::{HookEntry, Layer, ModuleSource};
pub use hooks::HooksFile;
pub use limits::MOST;
pub use lines::has_hook_lines;
pub use lock::{LockFile, LockedHook, LockedRoot};
pub use locked::EntryLock;
pub use merge::{Merged, merge};
pub use order::order;
pub use policy::{Policy, Repository};
pub use problem::{Problem, Problems};
pub use projects::{Projects, star};
pub use reader::MAX_TEXT;
pub use source::{At, Place};
pub use tools::{ToolKind, ToolRoot, ToolRootRule, ToolRule};
