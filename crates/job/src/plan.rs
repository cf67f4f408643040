//! Edits of the plan: what a pre-chroot hook may change before the build starts.

use serde::{Deserialize, Serialize};

/// One edit. Names are as the hook gave them and are checked against its grants by the worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "kebab-case")]
pub enum PlanEdit {
    /// Install one more package in the build root.
    AddPackage {
        /// The package's name.
        name: String,
    },
    /// Leave one package out of the build root.
    RemovePackage {
        /// The package's name.
        name: String,
    },
    /// Define an rpm macro.
    SetMacro {
        /// The macro's name without `%`.
        name: String,
        /// Its body, one line.
        body: String,
    },
    /// Add an option of `build`.
    AddOption {
        /// The option's full name without dashes.
        name: String,
        /// Its value, if it takes one.
        value: Option<String>,
    },
    /// Have a tool build in place of `build`.
    Delegate {
        /// The tool's name in the policy.
        tool: String,
        /// Its arguments.
        args: Vec<String>,
        /// Files that are laid for it.
        inputs: Vec<PlanInput>,
    },
}

/// A file that is laid for a tool that builds. A report names it, and no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanInput {
    /// Its name.
    pub name: String,
    /// Its content.
    #[serde(skip)]
    pub content: Vec<u8>,
}
