//! Findings: what a hook says of a package.

use crate::SafeText;
use crate::phase::words;
use serde::{Deserialize, Serialize};

words! {
    /// How grave a finding is: rpmlint's E, W and I.
    Severity {
        /// Must be mended.
        Error = "error",
        /// Should be mended.
        Warning = "warning",
        /// Worth knowing.
        Info = "info",
    }
}

/// One diagnostic. Its texts are escaped already; they came from a guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// The stable name of the rule, such as `no-binary`.
    pub code: SafeText,
    /// One line for people.
    pub message: SafeText,
    /// The package it is about, as a file name or `name.arch`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub package: Option<SafeText>,
    /// The file it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<SafeText>,
    /// The line in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
    /// What to do; may have several lines.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub help: Option<SafeText>,
    /// Anything more: key and value.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub extra: Vec<(SafeText, SafeText)>,
}
