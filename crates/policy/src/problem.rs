//! What is wrong in a file, told as a compiler tells it: file, line, column, the line itself, what to do.
//!
//! Invariant: every text in a [`Problem`] is escaped, so printing one obeys nothing that a file says.

use crate::Place;
use skink_job::SafeText;
use std::fmt;

/// How many problems of one file are kept; the rest is counted.
const KEPT: usize = 50;
/// How many characters of a long line are shown before and after the place.
const AROUND: usize = 60;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as the caller named it.
    pub file: SafeText,
    /// The line, from 1; 0 where the problem is in no file.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: SafeText,
    /// Facts that belong to it, such as the steps of a cycle.
    pub notes: Vec<SafeText>,
    /// What to do.
    pub help: Option<SafeText>,
    snippet: Snippet,
}

/// The offending line, escaped and cut to a window around the place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Snippet {
    before: SafeText,
    marked: SafeText,
    after: SafeText,
}

impl Snippet {
    fn of(place: &Place) -> Self {
        let before = place.before();
        let skipped = before.chars().count().saturating_sub(AROUND);
        let shown: String = before.chars().skip(skipped).collect();
        let (rest, marked) = place.rest();
        let (marked, after) = rest.split_at_checked(marked).unwrap_or((rest, ""));
        let dots = |cut: bool| if cut { "..." } else { "" };
        let window = |text: &str| {
            let cut = text.chars().nth(AROUND).is_some();
            format!("{}{}", text.chars().take(AROUND).collect::<String>(), dots(cut))
        };
        let whole = marked.chars().nth(AROUND).is_none();
        Self {
            before: SafeText::line(&format!("{}{shown}", dots(skipped > 0))),
            marked: SafeText::line(&window(marked)),
            after: SafeText::line(&if whole { window(after) } else { String::new() }),
        }
    }
}

impl Problem {
    /// A problem at a place.
    pub(crate) fn at(place: &Place, message: impl AsRef<str>) -> Self {
        Self {
            file: SafeText::line(place.file()),
            line: place.line(),
            column: place.column(),
            message: SafeText::line(message.as_ref()),
            notes: Vec::new(),
            help: None,
            snippet: Snippet::of(place),
        }
    }

    pub(crate) fn help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(SafeText::line(help.as_ref()));
        self
    }

    pub(crate) fn note(mut self, note: impl AsRef<str>) -> Self {
        self.notes.push(SafeText::line(note.as_ref()));
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", self.message)?;
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        if self.line == 0 {
            writeln!(f, "{gutter}--> {}", self.file)?;
        } else {
            let Snippet { before, marked, after } = &self.snippet;
            let indent = " ".repeat(before.as_str().chars().count());
            let carets = "^".repeat(marked.as_str().chars().count().max(1));
            writeln!(f, "{gutter}--> {}:{}:{}", self.file, self.line, self.column)?;
            writeln!(f, "{gutter} |")?;
            writeln!(f, "{}", format!("{number} | {before}{marked}{after}").trim_end())?;
            writeln!(f, "{gutter} | {indent}{carets}")?;
        }
        for note in &self.notes {
            writeln!(f, "{gutter} = note: {note}")?;
        }
        if let Some(help) = &self.help {
            writeln!(f, "{gutter} = help: {help}")?;
        }
        Ok(())
    }
}

/// All that is wrong, at least one thing, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems {
    kept: Vec<Problem>,
    more: usize,
}

impl Problems {
    /// Adds a problem; beyond the first fifty they are not even worked out.
    pub(crate) fn add(&mut self, problem: impl FnOnce() -> Problem) {
        if self.is_full() {
            self.more += 1;
        } else {
            self.kept.push(problem());
        }
    }

    /// Whether further problems are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.kept.len() >= KEPT
    }

    /// Adds those of another part of the file, each with a note of what part that is.
    pub(crate) fn join(&mut self, others: Self, note: Option<&str>) {
        self.more += others.more;
        for problem in others.kept {
            self.add(|| match note {
                Some(note) => problem.note(note),
                None => problem,
            });
        }
    }

    /// `Ok` where nothing is wrong.
    pub(crate) fn or<T>(mut self, value: T) -> Result<T, Self> {
        if self.kept.is_empty() {
            return Ok(value);
        }
        self.kept.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        Err(self)
    }

    /// The problems; those beyond the first fifty are only counted.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.kept.iter()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.kept.len() + self.more
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self { kept: vec![problem], more: 0 }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.kept.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            problem.fmt(f)?;
        }
        if self.more > 0 {
            writeln!(f, "\nerror: {} more problems are not shown", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
