//! Texts with names, and places in them.
//!
//! What is read from a file keeps its [`Place`], so that every later message can name file, line and column.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// One text and where its lines begin.
pub(crate) struct Source {
    name: String,
    text: String,
    /// Byte offsets of the first character of each line.
    lines: Vec<usize>,
}

impl Source {
    pub(crate) fn new(name: &str, text: &str) -> Arc<Self> {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        Arc::new(Self { name: name.to_owned(), text: text.to_owned(), lines })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The index of the line that holds the byte at `offset`, from 0.
    fn line_index(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset).saturating_sub(1)
    }
}

/// A place in a file: what a message points at.
#[derive(Clone)]
pub struct Place {
    source: Arc<Source>,
    start: usize,
    end: usize,
}

impl Place {
    /// A place from byte offsets; offsets out of range or inside a character are moved to the nearest before.
    pub(crate) fn new(source: &Arc<Source>, span: Range<usize>) -> Self {
        let start = source.text.floor_char_boundary(span.start);
        let end = source.text.floor_char_boundary(span.end).max(start);
        Self { source: Arc::clone(source), start, end }
    }

    /// A place that is not in a file, shown by its name alone.
    pub(crate) fn outside(name: &str) -> Self {
        let source = Arc::new(Source { name: name.to_owned(), text: String::new(), lines: Vec::new() });
        Self { source, start: 0, end: 0 }
    }

    /// The file's name, as the caller gave it.
    pub fn file(&self) -> &str {
        &self.source.name
    }

    /// The line, from 1; 0 where there is no file.
    pub fn line(&self) -> u32 {
        if self.source.lines.is_empty() {
            return 0;
        }
        u32::try_from(self.source.line_index(self.start) + 1).unwrap_or(u32::MAX)
    }

    /// The column in characters, from 1.
    pub fn column(&self) -> u32 {
        u32::try_from(self.before().chars().count() + 1).unwrap_or(u32::MAX)
    }

    /// The text of the place itself.
    pub fn text(&self) -> &str {
        self.source.text.get(self.start..self.end).unwrap_or_default()
    }

    fn line_start(&self) -> usize {
        self.source.lines.get(self.source.line_index(self.start)).copied().unwrap_or_default()
    }

    /// What stands before the place on its line.
    pub(crate) fn before(&self) -> &str {
        self.source.text.get(self.line_start()..self.start).unwrap_or_default()
    }

    /// What stands on the line from the place on, and how many bytes of it are the place.
    pub(crate) fn rest(&self) -> (&str, usize) {
        let rest = self.source.text.get(self.start..).unwrap_or_default();
        let rest = rest.split(['\n', '\r']).next().unwrap_or_default();
        (rest, (self.end - self.start).min(rest.len()))
    }
}

impl fmt::Display for Place {
    /// `file:line`, escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = skink_job::SafeText::line(self.file());
        match self.line() {
            0 => write!(f, "{file}"),
            line => write!(f, "{file}:{line}"),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A value and where it was read.
#[derive(Debug, Clone)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> At<T> {
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At { value: change(self.value), place: self.place }
    }
}
