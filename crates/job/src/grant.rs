//! Grants: the authority that an admin gives a module in a project. Nothing is granted by default.

use crate::{FileName, ToolName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a module may do in one call. A missing grant is a missing handle in the guest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Grants {
    /// Read the results of the build.
    pub results: bool,
    /// Read the sources of the package.
    pub sources: bool,
    /// Read the results of the previous build.
    pub previous: bool,
    /// Read the build's log, its list of installed packages and its statistics.
    pub build_log: bool,
    /// Add files to the results (transform only).
    pub outbox: bool,
    /// Say that the build is unchanged (check only).
    pub unchanged: bool,
    /// Tools it may run, by their names in the policy.
    pub tools: BTreeSet<ToolName>,
    /// Names of the files it may leave beside the results.
    pub attachments: BTreeSet<FileName>,
    /// Edits of the plan (pre-chroot only).
    pub plan: PlanGrants,
    /// Effects on the build host (pre-chroot and cleanup).
    pub effects: EffectGrants,
}

/// Edits of the plan that a pre-chroot hook may make.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct PlanGrants {
    /// Packages it may add to the build root, as patterns with `*`.
    pub add_packages: BTreeSet<String>,
    /// Packages it may take out of the build root, as patterns with `*`.
    pub remove_packages: BTreeSet<String>,
    /// rpm macros it may define, as patterns with `*`.
    pub macros: BTreeSet<String>,
    /// Options of `build` it may add, by their full names without dashes.
    pub options: BTreeSet<String>,
    /// Of its tools, those that it may have build in place of `build`.
    pub delegate: BTreeSet<String>,
}

/// What a pre-chroot or a cleanup hook may have done to the build host.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct EffectGrants {
    /// Architectures that it may have emulated, by their names as [`crate::ForeignArch`] has them; `*` in a request is
    /// whatever the rule gives.
    pub binfmt: BTreeSet<String>,
    /// Places at which it may see mounts and have them unmounted, as [`crate::PlacePattern`] has them; `*` in a request is
    /// whatever the rule gives (cleanup only).
    pub unmount: BTreeSet<String>,
}
