//! What can change, and how grave that is.

use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::Level;

/// The codes of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Code {
    FunctionRemoved,
    VariableRemoved,
    FunctionChanged,
    VariableChanged,
    FunctionAdded,
    VariableAdded,
    LibraryRemoved,
    LibraryAdded,
    SonameChanged,
    SonameChangedWithName,
    ArchitectureChanged,
    AbiChanged,
    PackageRemoved,
    NoDebugInfo,
}

impl Code {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 14] = [
        Self::FunctionRemoved,
        Self::VariableRemoved,
        Self::FunctionChanged,
        Self::VariableChanged,
        Self::FunctionAdded,
        Self::VariableAdded,
        Self::LibraryRemoved,
        Self::LibraryAdded,
        Self::SonameChanged,
        Self::SonameChangedWithName,
        Self::ArchitectureChanged,
        Self::AbiChanged,
        Self::PackageRemoved,
        Self::NoDebugInfo,
    ];

    /// As findings and settings have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::FunctionRemoved => "function-removed",
            Self::VariableRemoved => "variable-removed",
            Self::FunctionChanged => "function-changed",
            Self::VariableChanged => "variable-changed",
            Self::FunctionAdded => "function-added",
            Self::VariableAdded => "variable-added",
            Self::LibraryRemoved => "library-removed",
            Self::LibraryAdded => "library-added",
            Self::SonameChanged => "soname-changed",
            Self::SonameChangedWithName => "soname-changed-with-name",
            Self::ArchitectureChanged => "architecture-changed",
            Self::AbiChanged => "abi-changed",
            Self::PackageRemoved => "package-removed",
            Self::NoDebugInfo => "no-debug-info",
        }
    }

    /// Errors are what breaks a program that was linked with the old library. libabigail leaves harmless changes out,
    /// so one that it tells of is taken for such.
    pub(crate) fn level(self) -> Level {
        match self {
            Self::FunctionRemoved
            | Self::VariableRemoved
            | Self::FunctionChanged
            | Self::VariableChanged
            | Self::LibraryRemoved
            | Self::SonameChanged
            | Self::ArchitectureChanged
            | Self::AbiChanged => Level::Error,
            Self::FunctionAdded
            | Self::VariableAdded
            | Self::LibraryAdded
            | Self::SonameChangedWithName
            | Self::PackageRemoved
            | Self::NoDebugInfo => Level::Info,
        }
    }

    /// Whether it breaks programs by itself.
    pub(crate) fn is_break(self) -> bool {
        self.level() == Level::Error
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) code: Code,
    /// The library's file name.
    pub(crate) library: Option<String>,
    /// One line for people.
    pub(crate) message: String,
    /// All that libabigail tells of it.
    pub(crate) details: Vec<String>,
    pub(crate) symbol: Option<String>,
    /// `FILE:LINE:COLUMN` of the declaration.
    pub(crate) place: Option<String>,
}

impl Change {
    pub(crate) fn new(code: Code, library: Option<&str>, message: String) -> Self {
        let library = library.map(String::from);
        Self { code, library, message, details: Vec::new(), symbol: None, place: None }
    }
}
