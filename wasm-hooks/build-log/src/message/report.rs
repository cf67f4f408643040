//! What CMake says while it configures, rpmbuild of the package, and the kernel of programs.

use super::{Kind, Line, Message, plain};
use crate::place::Place;
use alloc::borrow::ToOwned;
use alloc::string::String;

/// What follows `CMake Error` or `CMake Warning`.
pub(super) fn cmake(kind: Kind, rest: &str) -> Line<'_> {
    // ` at CMakeLists.txt:12 (message):`, ` (dev) at …`, or `: TEXT`.
    if let Some(text) = rest.strip_prefix(": ") {
        return Line::Message(plain(kind, cmake_code(kind), text));
    }
    let place =
        rest.split_once(" at ").and_then(|(_, at)| Place::parse(at.split(' ').next()?.trim_end_matches(':')));
    Line::Cmake { kind, place }
}

/// The code of what CMake says.
pub(crate) fn cmake_code(kind: Kind) -> &'static str {
    if kind == Kind::Warning { "cmake-warning" } else { "configure-error" }
}

/// What rpmbuild says of the package.
pub(super) fn rpm(kind: Kind, text: &str) -> Option<Line<'_>> {
    let named = |code: &str, file: &str, what: &str| {
        let place = Place { file: file.to_owned(), line: None, column: None };
        Line::Message(Message { place: Some(place), ..plain(kind, code, what) })
    };
    let after = |prefix: &str| text.strip_prefix(prefix);
    if let Some(file) = after("File listed twice: ") {
        return Some(named("file-listed-twice", file, "the file is listed twice in %files"));
    }
    for prefix in ["File not found: ", "File not found by glob: ", "Directory not found: "] {
        if let Some(file) = after(prefix) {
            return Some(named("file-not-found", file, "%files lists what the build did not install"));
        }
    }
    if text.starts_with("Installed (but unpackaged) file(s) found") {
        return Some(Line::Unpackaged(kind));
    }
    let section = after("Bad exit status from ")?.rsplit_once(" (")?.1.trim_end_matches(')');
    let mut failed = String::from("the section ");
    failed.push_str(section);
    failed.push_str(" of the recipe failed");
    Some(Line::Message(plain(Kind::Consequence, "section-failed", &failed)))
}

/// What the kernel says of a program, or of itself: with its own time, or without.
pub(super) fn kernel(text: &str) -> Option<Line<'_>> {
    let said = text.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    let said = said.filter(|(time, _)| time.trim_start().bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    let said = said.map_or(text, |(_, said)| said);
    let begins = ["BUG: ", "Oops: ", "kernel BUG at ", "general protection fault", "Kernel panic"];
    let of_program =
        said.split_once("]: segfault at ").or_else(|| said.split_once("] general protection fault "));
    let of_program = of_program.is_some_and(|(head, _)| !head.trim_start_matches("traps: ").contains(' '));
    let said = begins.iter().any(|begin| said.starts_with(begin)) || of_program;
    said.then(|| Line::Message(plain(Kind::Warning, "kernel-message", text.trim())))
}
