//! One line of the log, taken apart. It knows the grammar of GCC and Clang, `FILE:LINE:COLUMN: WORD: TEXT [-WFLAG]`,
//! which many GNU programs share, and the lines of linkers, make, CMake, rpm and the kernel that tell why a build
//! failed or what is wrong with it.
//!
//! A line is read from left to right, with a bounded number of attempts: its length is all that its cost depends on.

mod compiler;
mod link;
mod make;
mod report;

pub(crate) use report::cmake_code;

use crate::place::Place;
use alloc::borrow::ToOwned;
use alloc::string::String;

/// Colons of a line behind which a message may begin.
const MAX_COLONS: usize = 16;

/// Whether what was said stops a build by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Error,
    Warning,
    /// An error that only says that something failed before.
    Consequence,
}

/// Something that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) kind: Kind,
    pub(crate) code: String,
    /// Without the flag.
    pub(crate) text: String,
    /// As the log has it.
    pub(crate) place: Option<Place>,
    /// What a linker found first.
    pub(crate) first: Option<Place>,
    /// As the compiler names it.
    pub(crate) flag: Option<String>,
    /// Whether it is a compiler's.
    pub(crate) of_compiler: bool,
}

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    Message(Message),
    /// Belongs to the message before it.
    Note {
        place: Option<Place>,
        text: &'a str,
    },
    /// Messages that follow are about this function; without a file where it was compiled into another one.
    Function {
        file: Option<&'a str>,
        name: &'a str,
    },
    /// Messages that follow are about no function.
    TopLevel,
    /// The function was compiled into another, at that place.
    Inlined {
        function: &'a str,
        place: Place,
    },
    /// What the assembler says of a file follows.
    Assembler(&'a str),
    Enter {
        level: u32,
        folder: &'a str,
    },
    Leave {
        level: u32,
        folder: &'a str,
    },
    /// Where the linker's message before it points to.
    Referenced(Place),
    /// Its text stands in the lines below.
    Cmake {
        kind: Kind,
        place: Option<Place>,
    },
    /// Files that are in no package stand in the lines below.
    Unpackaged(Kind),
    Other,
}

/// Takes a line apart.
pub(crate) fn line(text: &str) -> Line<'_> {
    if let Some(found) = by_beginning(text) {
        return found;
    }
    for (at, _) in text.match_indices(": ").take(MAX_COLONS) {
        let (Some(head), Some(rest)) = (text.get(..at), text.get(at.saturating_add(2)..)) else { continue };
        if let Some(found) = after_colon(head, rest) {
            return found;
        }
    }
    if text.contains("(core dumped)") {
        return Line::Message(plain(Kind::Warning, "core-dump", text.trim()));
    }
    Line::Other
}

fn plain(kind: Kind, code: &str, text: &str) -> Message {
    Message {
        kind,
        code: code.to_owned(),
        text: text.to_owned(),
        place: None,
        first: None,
        flag: None,
        of_compiler: false,
    }
}

/// Lines that are known by how they begin.
fn by_beginning(text: &str) -> Option<Line<'_>> {
    let trimmed = text.trim_start();
    if let Some(rest) = trimmed.strip_prefix("inlined from '") {
        let Some((function, at)) = rest.rsplit_once("' at ") else { return Some(Line::Other) };
        let place = Place::parse(at.trim_end_matches([':', ',']));
        return Some(place.map_or(Line::Other, |place| Line::Inlined { function, place }));
    }
    if let Some(rest) = text.strip_prefix("In ") {
        // `In file included from …` tells nothing that the message does not.
        return Some(function(rest).map_or(Line::Other, |name| Line::Function { file: None, name }));
    }
    if let Some(rest) =
        text.strip_prefix(">>> referenced by ").or_else(|| text.strip_prefix(">>> defined at "))
    {
        let place = rest.split_once(' ').and_then(|(at, _)| Place::parse(at));
        return Some(place.map_or(Line::Other, Line::Referenced));
    }
    if let Some(rest) = text.strip_prefix("CMake Error") {
        return Some(report::cmake(Kind::Error, rest));
    }
    if let Some(rest) = text.strip_prefix("CMake Warning") {
        return Some(report::cmake(Kind::Warning, rest));
    }
    if let Some(rest) = text.strip_prefix("error: ") {
        return report::rpm(Kind::Error, rest);
    }
    if let Some(rest) = text.strip_prefix("warning: ") {
        return report::rpm(Kind::Warning, rest);
    }
    report::kernel(text)
}

/// The name in `function 'f',` and `member function 'T S::f()':`.
fn function(text: &str) -> Option<&str> {
    let name =
        text.split_once(" '").or_else(|| text.split_once('\'').filter(|(before, _)| before.is_empty()))?.1;
    Some(name.trim_end_matches([':', ',']).trim_end_matches('\''))
}

/// What stands behind a colon, if it makes the line one of ours.
fn after_colon<'a>(head: &'a str, rest: &'a str) -> Option<Line<'a>> {
    match rest.as_bytes().first()? {
        b'e' | b'w' | b'f' | b'n' | b's' | b'i' | b'E' | b'W' => compiler::severity(head, rest),
        b'u' | b'm' | b'c' => link::line(head, rest),
        b'*' => make::line(head, rest),
        b'L' => Some(Line::Leave {
            level: make::level(head)?,
            folder: make::quoted(rest.strip_prefix("Leaving directory ")?)?,
        }),
        b'I' => Some(Line::Function { file: Some(head), name: function(rest.strip_prefix("In ")?)? }),
        b'A' if rest == "Assembler messages:" => Some(Line::Assembler(head)),
        b'A' if rest.starts_with("At top level") || rest.starts_with("At global scope") => {
            Some(Line::TopLevel)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
