//! Patterns, as Perl writes them.
//!
//! They come from a package, and may be made to take for ever: what they may try is bounded, and one that needs more is an error and no
//! match, so that nothing is left out in silence.

use crate::ConfError;
use crate::line::Line;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use core::cell::RefCell;
use core::fmt;
use fancy_regex::{Regex, RegexBuilder};

/// How often a pattern may go back, for one text.
const MAX_BACKTRACKS: usize = 50_000;

/// Bytes of a pattern, each of whose parts is compiled by itself.
const MAX_PATTERN: usize = 2048;

/// Bytes that each part of a compiled pattern may take.
const MAX_SIZE: usize = 1 << 20;

/// A pattern with the line that it stands in.
#[derive(Debug)]
pub(crate) struct Pattern<'a> {
    regex: Rc<Regex>,
    line: &'a Line,
}

/// The pattern that a line had last: it mostly has the same one for the next package, and compiling takes longer than matching.
#[derive(Clone, Default)]
pub(crate) struct LastPattern(RefCell<Option<Rc<Regex>>>);

impl LastPattern {
    fn is(&self, pattern: &str) -> Option<Rc<Regex>> {
        self.0.borrow().as_ref().filter(|last| last.as_str() == pattern).cloned()
    }

    fn remember(&self, regex: &Rc<Regex>) {
        self.0.replace(Some(Rc::clone(regex)));
    }
}

/// What is remembered is no part of what a line says.
impl PartialEq for LastPattern {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for LastPattern {}

impl fmt::Debug for LastPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LastPattern")
    }
}

impl<'a> Pattern<'a> {
    pub(crate) fn new(pattern: &str, line: &'a Line) -> Result<Self, ConfError> {
        if pattern.is_empty() {
            return Err(line.error("the pattern is empty; write .* for any text"));
        }
        if let Some(regex) = line.last_pattern.is(pattern) {
            return Ok(Self { regex, line });
        }
        if pattern.len() > MAX_PATTERN {
            return Err(line.error(format!(
                "the pattern has more than {MAX_PATTERN} bytes; write several lines in place of it"
            )));
        }
        let regex = RegexBuilder::new(pattern)
            .backtrack_limit(MAX_BACKTRACKS)
            .delegate_size_limit(MAX_SIZE)
            .build()
            .map_err(|error| line.error(format!("the pattern {pattern:?} is none: {error}")))?;
        let regex = Rc::new(regex);
        line.last_pattern.remember(&regex);
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
