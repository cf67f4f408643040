//! Frames between the worker and the compiler process.

use crate::Flavour;
use serde::{Deserialize, Serialize};

/// From the worker to the compiler. Descriptors: the sealed module bytes and an empty memfd for the artefact.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ToCompiler {
    /// Inspect the module and compile it.
    Compile {
        /// For which engine configuration.
        flavour: Flavour,
    },
}

/// From the compiler to the worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum FromCompiler {
    /// The walls stand; the module may be sent.
    Ready {
        /// [`crate::VERSION`] of the child.
        version: u32,
    },
    /// The module is well-formed, and the artefact is in the memfd.
    Done {
        /// What the module says of itself and what it needs.
        description: ModuleDescription,
        /// Bytes of the artefact.
        artefact_len: u64,
    },
    /// The module is refused: no component, malformed, too large, uses a feature that is off.
    Rejected {
        /// What is wrong and what to do, for people.
        reason: String,
    },
}

/// What an inspection found. Untrusted, like everything a child says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleDescription {
    /// The JSON of the manifest section, as it stands in the module.
    pub manifest: String,
    /// Names of all imported interfaces, such as `skink:hook/report@0.1.0`.
    pub imports: Vec<String>,
    /// Names of all exported interfaces.
    pub exports: Vec<String>,
}
