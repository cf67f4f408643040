//! Patterns, as Perl writes them.
//!
//! They come from a package, and may be made to take for ever: what they may try is bounded, and one that needs more is an error and no
//! match, so that nothing is left out in silence.

use crate::ConfError;
use crate::line::Line;
use alloc::format;
use alloc::string::{String, ToString};
use fancy_regex::{Regex, RegexBuilder};

/// How often a pattern may go back, for one text.
const MAX_BACKTRACKS: usize = 50_000;

/// Bytes that each part of a compiled pattern may take.
const MAX_SIZE: usize = 1 << 20;

/// A pattern with the line that it stands in.
#[derive(Debug)]
pub(crate) struct Pattern<'a> {
    regex: Regex,
    line: &'a Line,
}

impl<'a> Pattern<'a> {
    pub(crate) fn new(pattern: &str, line: &'a Line) -> Result<Self, ConfError> {
        if pattern.is_empty() {
            return Err(line.error("the pattern is empty; write .* for any text"));
        }
        let regex = RegexBuilder::new(pattern)
            .backtrack_limit(MAX_BACKTRACKS)
            .delegate_size_limit(MAX_SIZE)
            .build()
            .map_err(|error| line.error(format!("the pattern {pattern:?} is none: {error}")))?;
        Ok(Self { regex, line })
    }

    pub(crate) fn matches(&self, text: &str) -> Result<bool, ConfError> {
        self.regex.is_match(text).map_err(|error| self.failed(text, &error))
    }

    /// What the first group found, where the pattern matches: nothing where it has none.
    pub(crate) fn first_group(&self, text: &str) -> Result<Option<String>, ConfError> {
        let found = self.regex.captures(text).map_err(|error| self.failed(text, &error))?;
        Ok(found.map(|found| found.get(1).map_or("", |group| group.as_str()).to_string()))
    }

    fn failed(&self, text: &str, error: &fancy_regex::Error) -> ConfError {
        let pattern = self.regex.as_str();
        self.line.error(format!(
            "the pattern {pattern:?} takes too long for {text:?} ({error}); write it with fewer choices"
        ))
    }
}
