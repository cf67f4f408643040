//! abipkgdiff's report, taken apart.
//!
//! libabigail has no output for machines. For each library that changed there is a section; in it lists with titles,
//! in them an entry for each change, `[D]` for what is gone, `[A]` for what is new and `[C]` for what is another,
//! with its reasons below, indented deeper. Before the sections, libraries that are gone or new are listed.
//!
//! A package is hostile: the name of a symbol may forge lines. So nothing here says that all is well; the exit status
//! does, and what it says and the text does not is a change too. So are changes that abipkgdiff counts at the head of a
//! section and that are not found in it.

use crate::changes::{Change, Code};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What abipkgdiff wrote to its standard output.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) changes: Vec<Change>,
    /// Libraries that it could not compare, and why.
    pub(crate) failed: Vec<(String, String)>,
}

/// The reason for which a library fails where debug information was demanded.
pub(crate) const NO_DEBUG_INFO: &str = "could not find debug info";

/// Lines of reasons that are kept of one change.
const MAX_DETAILS: usize = 60;

/// Indentation of the reasons below an entry.
const DETAILS: &str = "      ";

/// Takes the standard output apart.
pub(crate) fn report(text: &str) -> Report {
    let mut reader = Reader::default();
    text.lines().for_each(|line| reader.line(line));
    reader.end()
}

#[derive(Debug, Default)]
struct Reader {
    report: Report,
    at: At,
    /// The library whose section it is.
    library: Option<String>,
    /// Changes that the heads of sections count, and that were found in them.
    counted: u64,
    found: u64,
    /// Libraries that are gone and new, each with its soname.
    removed: Vec<Binary>,
    added: Vec<Binary>,
}

/// Where in the text.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum At {
    #[default]
    Outside,
    Removed,
    Added,
    Failed,
    /// In a section; in a list of functions, of variables, or of something else.
    Section(Option<Kind>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Function,
    Variable,
}

/// A library as the lists have it: `/usr/lib64/libgreet.so.1.0.0, SONAME: libgreet.so.1`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Binary {
    file: String,
    soname: Option<String>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("================ changes of '") {
            self.at = At::Section(None);
            self.library = rest.split_once("'===").map(|(name, _)| name.to_owned());
        } else if line.starts_with("================ end of changes of '") {
            (self.at, self.library) = (At::Outside, None);
        } else if let Some(rest) = line.strip_prefix("==== Error happened during processing of '") {
            let name = rest.split_once("' ====").map_or(rest, |(name, _)| name);
            self.report.failed.push((name.to_owned(), String::new()));
            self.at = At::Failed;
        } else if line.starts_with("==== End of error for '") {
            self.at = At::Outside;
        } else if line == "Removed binaries:" {
            self.at = At::Removed;
        } else if line == "Added binaries:" {
            self.at = At::Added;
        } else {
            self.inner(line);
        }
    }

    fn inner(&mut self, line: &str) {
        match self.at {
            At::Outside => {}
            At::Removed => self.removed.extend(line.trim().strip_prefix("[D] ").map(binary)),
            At::Added => self.added.extend(line.trim().strip_prefix("[A] ").map(binary)),
            At::Failed => {
                if let Some((_, why)) = self.report.failed.last_mut().filter(|(_, why)| why.is_empty()) {
                    line.trim().clone_into(why);
                }
            }
            At::Section(kind) => self.section(line, kind),
        }
    }

    fn section(&mut self, line: &str, kind: Option<Kind>) {
        if let Some(detail) = line.strip_prefix(DETAILS) {
            if let Some(change) = self.report.changes.last_mut().filter(|c| c.details.len() < MAX_DETAILS) {
                change.details.push(detail.to_owned());
            }
        } else if let Some(entry) = line.strip_prefix("    ") {
            self.entry(entry, kind);
        } else if let Some(said) = line.strip_prefix("  ") {
            self.said(said);
        }
    }

    /// A line of the section itself: the title of a list, or what is true of the whole library.
    fn said(&mut self, said: &str) {
        let whole = if said.starts_with("architecture changed from ") {
            Some(Code::ArchitectureChanged)
        } else if said.starts_with("SONAME changed from ") {
            Some(Code::SonameChanged)
        } else {
            None
        };
        if let Some((_, counts)) = said.split_once(" changes summary: ") {
            self.counted = self.counted.saturating_add(counts.split(", ").map(count).sum());
        } else if let Some(code) = whole {
            let change = Change::new(code, self.library.as_deref(), format!("the {}", lower_soname(said)));
            self.report.changes.push(change);
        } else if said.ends_with(':') {
            let kind = [("function", Kind::Function), ("variable", Kind::Variable)];
            let kind = kind.into_iter().find(|(word, _)| said.contains(word)).map(|(_, kind)| kind);
            self.at = At::Section(kind);
        }
    }

    fn entry(&mut self, entry: &str, kind: Option<Kind>) {
        let Some((mark, text)) = entry.split_once("] ") else { return };
        let (code, what) = match (mark, kind) {
            ("[D", Some(Kind::Function)) => (Code::FunctionRemoved, "was removed"),
            ("[D", Some(Kind::Variable)) => (Code::VariableRemoved, "was removed"),
            ("[A", Some(Kind::Function)) => (Code::FunctionAdded, "was added"),
            ("[A", Some(Kind::Variable)) => (Code::VariableAdded, "was added"),
            ("[C", Some(Kind::Function)) => (Code::FunctionChanged, "changed"),
            ("[C", Some(Kind::Variable)) => (Code::VariableChanged, "changed"),
            ("[D" | "[A" | "[C", None) => (Code::AbiChanged, "changed"),
            _ => return,
        };
        self.found = self.found.saturating_add(1);
        let (text, symbol) = match text.rsplit_once("    {") {
            Some((text, symbol)) => (text, symbol.strip_suffix('}')),
            // Without debug information the entry is the symbol, which may have a version.
            None => (text, Some(text).filter(|text| !text.starts_with('\''))),
        };
        let (declaration, behind) = declaration(text);
        let mut change = Change::new(code, self.library.as_deref(), format!("{declaration} {what}"));
        change.symbol = symbol.map(str::to_owned);
        if mark == "[C" {
            change.place = place(behind).map(str::to_owned);
            if let Some(became) =
                behind.strip_prefix(" was changed to '").and_then(|rest| rest.split('\'').next())
            {
                change.message = format!("{declaration} became {became}");
            }
        }
        self.report.changes.push(change);
    }

    fn end(mut self) -> Report {
        for change in &mut self.report.changes {
            if let Some(reason) = reason(&change.details).filter(|_| change.message.ends_with(" changed")) {
                change.message.push_str(&format!(": {reason}"));
            }
        }
        let mut changes = binaries(self.removed, self.added);
        // abipkgdiff compares several libraries at once, and tells of each when it is done.
        self.report.changes.sort_by(|a, b| a.library.cmp(&b.library));
        changes.append(&mut self.report.changes);
        if self.found < self.counted {
            let message = format!(
                "abipkgdiff counts {} changes, but {} can be read; see abi-check.log",
                self.counted, self.found
            );
            changes.push(Change::new(Code::AbiChanged, None, message));
        }
        self.report.changes = changes;
        self.report.failed.sort();
        self.report
    }
}

/// The number in `2 Removed` and `1 Changed (2 filtered out)`.
fn count(part: &str) -> u64 {
    part.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn lower_soname(said: &str) -> String {
    said.replacen("SONAME", "soname", 1)
}

/// The declaration between quotes, without the word that says what it is; and what stands behind it.
fn declaration(text: &str) -> (&str, &str) {
    let Some(rest) = text.strip_prefix('\'') else { return (text, "") };
    let ends = ["' at ", "' was changed", "' has ", "'    "];
    let end = ends.iter().filter_map(|end| rest.find(end)).min();
    let (inner, behind) = match end {
        Some(at) => (rest.get(..at).unwrap_or(rest), rest.get(at.saturating_add(1)..).unwrap_or_default()),
        None => (rest.strip_suffix('\'').unwrap_or(rest), ""),
    };
    (inner.strip_prefix("function ").or_else(|| inner.strip_prefix("method ")).unwrap_or(inner), behind)
}

/// `greet.c:21:1` of `… at greet.c:21:1 has some indirect sub-type changes:`.
fn place(behind: &str) -> Option<&str> {
    let (_, rest) = behind.rsplit_once(" at ")?;
    rest.split(' ').next().map(|place| place.trim_end_matches(':')).filter(|place| !place.is_empty())
}

/// The first reason that says something, with what it is about.
fn reason(details: &[String]) -> Option<String> {
    let mut about = None;
    for line in details {
        let text = line.trim();
        if let Some(header) = text.strip_suffix(':') {
            about = Some(header);
        } else if !text.is_empty() && !text.contains("hasn't changed") && !text.starts_with("no ") {
            return Some(about.map_or_else(|| text.to_owned(), |about| format!("{about}: {text}")));
        }
    }
    about.map(str::to_owned)
}

fn binary(text: &str) -> Binary {
    let (path, rest) = text.rsplit_once(", ").unwrap_or((text, ""));
    let file = path.rsplit('/').next().unwrap_or(path).to_owned();
    Binary { file, soname: rest.strip_prefix("SONAME: ").map(str::to_owned) }
}

/// Libraries that are gone and new; one whose soname alone is another is told of once.
fn binaries(removed: Vec<Binary>, mut added: Vec<Binary>) -> Vec<Change> {
    let mut changes = Vec::new();
    for old in removed {
        let successor = |new: &Binary| match (&old.soname, &new.soname) {
            (Some(old), Some(new)) => stem(old) == stem(new),
            (_, _) => old.file == new.file,
        };
        let change = match added.iter().position(successor).map(|at| added.remove(at)) {
            Some(new) => {
                let message =
                    format!("the soname changed from {} to {}", shown(&old.soname), shown(&new.soname));
                Change::new(Code::SonameChanged, Some(&new.file), message)
            }
            None => {
                let message = format!("the library {} is not in the package any more", old.file);
                Change::new(Code::LibraryRemoved, Some(&old.file), message)
            }
        };
        changes.push(change);
    }
    changes.extend(added.into_iter().map(|new| {
        let message = format!("the library {} is new in the package", new.file);
        Change::new(Code::LibraryAdded, Some(&new.file), message)
    }));
    changes
}

/// `libgreet` of `libgreet.so.1`.
fn stem(soname: &str) -> &str {
    soname.split_once(".so").map_or(soname, |(stem, _)| stem)
}

fn shown(soname: &Option<String>) -> &str {
    soname.as_deref().unwrap_or("none")
}

#[cfg(test)]
mod tests;
