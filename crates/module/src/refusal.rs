//! Why a module is not admitted. Read by the author of a project: each says what is wrong and what to do.

use crate::WIT_VERSION;
use skink_job::{Phase, SafeText};

/// Why a module is not admitted. Texts of the module are safe to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The manifest is no JSON, or lacks or has a key that it must not.
    #[error(
        "the manifest in the section `skink:manifest` cannot be read: {why}; write it anew with the SDK or \
             `skink module pack`"
    )]
    Manifest {
        /// What the reader says, with line and column.
        why: SafeText,
    },
    /// The manifest is of another form.
    #[error(
        "the manifest has form {found}, this Skink reads form 1; build the hook with an SDK of this version"
    )]
    ManifestForm {
        /// The form it says.
        found: u64,
    },
    /// The manifest names no phase.
    #[error("the manifest names no phase; write the exported ones, such as \"phases\": [\"check\"]")]
    NoPhase,
    /// Manifest and exports do not name the same phases.
    #[error(
        "the manifest names the phase `{phase}`, but the component does not export \
             `skink:hook/{phase}@{WIT_VERSION}`; export it or take it out of the manifest"
    )]
    PhaseNotExported {
        /// Which.
        phase: Phase,
    },
    /// Manifest and exports do not name the same phases.
    #[error(
        "the component exports `skink:hook/{phase}@{WIT_VERSION}`, but the manifest does not name the phase \
             `{phase}`; add it to \"phases\""
    )]
    PhaseNotInManifest {
        /// Which.
        phase: Phase,
    },
    /// The manifest was written for another version of the WIT package.
    #[error(
        "the manifest says WIT version {found}, this Skink speaks skink:hook@{WIT_VERSION}; build the hook \
             against {WIT_VERSION}, or take a Skink that speaks {found}"
    )]
    ManifestVersion {
        /// The version it says.
        found: SafeText,
    },
    /// An import or export is of another version of the WIT package.
    #[error(
        "the component {does} `{name}` of skink:hook@{found}, this Skink speaks skink:hook@{WIT_VERSION}; \
             build the hook against {WIT_VERSION}, or take a Skink that speaks {found}"
    )]
    InterfaceVersion {
        /// `imports` or `exports`.
        does: &'static str,
        /// The interface.
        name: SafeText,
        /// Its version.
        found: SafeText,
    },
    /// An import that no host gives.
    #[error(
        "the component imports `{name}`, which Skink does not know; a hook may import `skink:hook` at version \
             {WIT_VERSION} and the inert part of WASI 0.2 (wasi:cli, clocks, filesystem, io, random, sockets)"
    )]
    UnknownImport {
        /// The import's name.
        name: SafeText,
    },
    /// An import of WASI that is not given.
    #[error("the component imports `{name}`, which no hook is given: {why}")]
    WasiNotGiven {
        /// The import's name.
        name: SafeText,
        /// What Skink gives instead.
        why: &'static str,
    },
    /// An interface that belongs to another phase.
    #[error(
        "the component imports `skink:hook/{interface}`, which belongs to the phase {owners}; its own are \
             {phases}: take the import out, or export that phase as well"
    )]
    ImportOfOtherPhase {
        /// The interface.
        interface: &'static str,
        /// The phases it belongs to.
        owners: String,
        /// The phases of the module.
        phases: String,
    },
    /// An interface whose grant the manifest does not ask for.
    #[error(
        "the component imports `skink:hook/{interface}`, but its manifest does not request the grant `{grant}`; \
             add it to \"grants\" or take the import out"
    )]
    ImportWithoutGrant {
        /// The interface.
        interface: &'static str,
        /// The grant it needs.
        grant: &'static str,
    },
    /// A grant that none of the phases can use.
    #[error(
        "the manifest requests the grant `{grant}`, which only hooks of the phase {owners} can use; take it out \
             of \"grants\""
    )]
    GrantOfOtherPhase {
        /// The grant.
        grant: &'static str,
        /// The phases it belongs to.
        owners: String,
    },
    /// The manifest requests to have an architecture emulated that cannot be.
    #[error(
        "its manifest requests that {name:?} be emulated, which is no architecture that can be; a module for any of them \
         requests `*`"
    )]
    UnknownArchitecture {
        /// Its name.
        name: SafeText,
    },
    /// A place in the manifest's grants is no pattern.
    #[error(
        "its manifest requests to unmount at {pattern:?}, which is no pattern of places: {why}; a module for any of them \
         requests `*`"
    )]
    BadPlace {
        /// The pattern.
        pattern: SafeText,
        /// What is wrong with it.
        why: String,
    },
    /// The manifest's schema for settings cannot be used.
    #[error("the schema for settings in the manifest cannot be used: {why}")]
    Schema {
        /// What is wrong.
        why: SafeText,
    },
    /// The hook's settings do not fit the schema.
    #[error("the settings do not fit the module's schema: {why}")]
    Settings {
        /// Where, and what is wrong.
        why: SafeText,
    },
    /// The module takes no settings.
    #[error("the module takes no settings, but some are given ({given}); take them out of `_hooks`")]
    NoSettings {
        /// Their names.
        given: SafeText,
    },
}

/// Phases as people read them: `check`, `transform or check`.
pub(crate) fn phases<'a>(phases: impl IntoIterator<Item = &'a Phase>, join: &str) -> String {
    let words: Vec<&str> = phases.into_iter().map(|phase| phase.as_str()).collect();
    words.join(join)
}
