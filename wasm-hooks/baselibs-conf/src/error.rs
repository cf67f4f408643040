//! What is wrong with a configuration, and where.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

/// A line that cannot be obeyed, or a configuration that cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfError {
    pub(crate) file: Arc<str>,
    /// From 1; 0 where it is the file as a whole.
    pub(crate) line: u32,
    pub(crate) why: String,
}

impl ConfError {
    pub(crate) fn new(file: &Arc<str>, line: u32, why: impl Into<String>) -> Self {
        Self { file: file.clone(), line, why: why.into() }
    }
}

impl fmt::Display for ConfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, why } = self;
        if *line == 0 { write!(f, "{file}: {why}") } else { write!(f, "{file}:{line}: {why}") }
    }
}

impl core::error::Error for ConfError {}
