//! Why a module was rejected by its bytes alone. Read by the author of a project.

use crate::{MAX_MANIFEST, MAX_MODULE};
use skink_job::{ByteCount, SafeText};
use wasmparser::BinaryReaderError;

/// Why a module was rejected by its bytes alone. Texts of the module are safe to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// There is nothing.
    #[error("the file is empty; build the hook again")]
    Empty,
    /// A core module.
    #[error(
        "the file is a core module and no component; build the hook for wasm32-wasip2, or wrap the module \
             with `wasm-tools component new`"
    )]
    CoreModule,
    /// A layer or version of WebAssembly that is not known.
    #[error(
        "the file is WebAssembly of another version than the component model's 0x0d; build the hook with \
             current tools"
    )]
    OtherVersion,
    /// Machine code.
    #[error(
        "the file is machine code (a precompiled .cwasm, or a program); a hook is given as the component \
             itself, the .wasm file, and compiled by Skink"
    )]
    Precompiled,
    /// Text.
    #[error("the file is WebAssembly text; make a binary of it with `wasm-tools parse`")]
    Text,
    /// Anything else.
    #[error("the file is no WebAssembly; a hook is a WebAssembly component, usually a .wasm file")]
    NoWebAssembly,
    /// More than [`MAX_MODULE`].
    #[error("the module has {}, a module may have {}; strip its debug information, or leave data out of it",
            ByteCount(*found as u64), ByteCount(MAX_MODULE as u64))]
    TooLarge {
        /// Bytes.
        found: usize,
    },
    /// Too much of something.
    #[error("the module holds {found} {what} or more, {max} are allowed; make it smaller")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many, as far as it was read.
        found: u64,
        /// How many there may be.
        max: u64,
    },
    /// A table with too many elements.
    #[error("the module has a table of {found} elements, {max} are allowed; make it smaller")]
    TableTooLarge {
        /// Elements.
        found: u64,
        /// How many there may be.
        max: u64,
    },
    /// A section with too many types.
    #[error(
        "the module has {found} bytes of types in one section, {max} are allowed; make its interfaces smaller"
    )]
    TypesTooLarge {
        /// Bytes.
        found: usize,
        /// How many there may be.
        max: usize,
    },
    /// Too many levels of types in types.
    #[error("the module nests component types more than {max} levels deep; make its interfaces flatter")]
    TypesTooDeep {
        /// Levels that are allowed.
        max: usize,
    },
    /// Too many levels of components in components.
    #[error("the module nests components more than {max} levels deep; compose it flatter")]
    TooDeep {
        /// Levels that are allowed.
        max: usize,
    },
    /// It uses a proposal that is off.
    #[error(
        "the module uses what hooks may not: {why}; build it without threads, exceptions, garbage \
             collection, tail calls, relaxed SIMD, 64-bit or multiple memories and async functions"
    )]
    FeatureOff {
        /// The validator's words.
        why: SafeText,
    },
    /// It is malformed.
    #[error("the module is malformed: {why}; build it again, with current tools")]
    Invalid {
        /// The validator's words.
        why: SafeText,
    },
    /// No manifest section.
    #[error(
        "the module has no manifest (the custom section `skink:manifest`); build it with the SDK or add one \
             with `skink module pack`"
    )]
    NoManifest,
    /// More than one manifest section.
    #[error("the module has more than one manifest; keep either the SDK's or that of `skink module pack`")]
    TwoManifests,
    /// A manifest that is too large.
    #[error("the module's manifest has {found} bytes, {MAX_MANIFEST} are allowed; make it shorter")]
    ManifestTooLarge {
        /// Bytes.
        found: usize,
    },
    /// The host is out of threads or memory. Nothing is wrong with the module.
    #[error("the host has no thread to read the module with; try again when it is less busy")]
    NoThread,
    /// A manifest that is no UTF-8.
    #[error("the module's manifest is no UTF-8 text; write it anew with `skink module pack`")]
    ManifestNoText,
}

impl InspectError {
    pub(super) fn invalid(error: &BinaryReaderError) -> Self {
        Self::Invalid { why: shown(error) }
    }

    pub(super) fn off(error: &BinaryReaderError) -> Self {
        Self::FeatureOff { why: shown(error) }
    }
}

/// The validator quotes names of the module.
fn shown(error: &BinaryReaderError) -> SafeText {
    SafeText::line(&error.to_string()).truncated(300)
}
