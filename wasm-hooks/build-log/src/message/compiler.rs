//! Compilers and assemblers: `FILE:LINE:COLUMN: WORD: TEXT [-WFLAG]`, and programs that name no file.

use super::{Kind, Line, Message, link, make, plain};
use crate::place::Place;
use crate::rules;
use alloc::borrow::ToOwned;

/// A word that compilers begin a message with, and what follows it.
fn word(rest: &str) -> Option<(Word, &str)> {
    const WORDS: [(&str, Word); 10] = [
        ("error: ", Word::Said(Kind::Error)),
        ("warning: ", Word::Said(Kind::Warning)),
        ("note: ", Word::Note),
        ("fatal error: ", Word::Said(Kind::Error)),
        ("internal compiler error: ", Word::Said(Kind::Error)),
        ("sorry, unimplemented: ", Word::Said(Kind::Error)),
        ("ERROR: ", Word::Meson),
        ("Error: ", Word::Assembler(Kind::Error)),
        ("Warning: ", Word::Assembler(Kind::Warning)),
        ("Entering directory ", Word::Enter),
    ];
    WORDS.iter().find_map(|(word, meaning)| Some((*meaning, rest.strip_prefix(word)?)))
}

#[derive(Debug, Clone, Copy)]
enum Word {
    Said(Kind),
    Note,
    Meson,
    Assembler(Kind),
    Enter,
}

pub(super) fn severity<'a>(head: &'a str, rest: &'a str) -> Option<Line<'a>> {
    let (word, text) = word(rest)?;
    let place = Place::parse(head);
    let message = match word {
        Word::Enter => return Some(Line::Enter { level: make::level(head)?, folder: make::quoted(text)? }),
        Word::Note => return (place.is_some() || is_builtin(head)).then_some(Line::Note { place, text }),
        Word::Said(kind) if place.is_some() || is_builtin(head) => of_compiler(kind, place, text),
        Word::Said(kind) => by_program(kind, head, text)?,
        Word::Meson => Message { place: Some(place?), ..plain(Kind::Error, "configure-error", text) },
        Word::Assembler(kind) => {
            Message { place: Some(place?), code: "assembler".to_owned(), ..of_compiler(kind, None, text) }
        }
    };
    Some(Line::Message(message))
}

fn is_builtin(head: &str) -> bool {
    ["<command-line>", "<built-in>", "<stdin>"].iter().any(|name| head.starts_with(name))
}

/// What a program says that names no file.
fn by_program(kind: Kind, head: &str, text: &str) -> Option<Message> {
    let name = head.rsplit('/').next().unwrap_or(head);
    let is = |known: &[&str]| known.contains(&name);
    if link::is_linker(name) {
        let code = if kind == Kind::Error { "linker-error" } else { "linker-warning" };
        return Some(plain(kind, code, text));
    }
    if is(&["collect2"]) || text.starts_with("linker command failed") {
        return Some(plain(Kind::Consequence, "linker-error", text));
    }
    if is(&["configure"]) {
        return Some(plain(kind, "configure-error", text)).filter(|_| kind == Kind::Error);
    }
    let compilers = [
        "cc1",
        "cc1plus",
        "cc1obj",
        "lto1",
        "lto-wrapper",
        "f951",
        "gcc",
        "g++",
        "cc",
        "c++",
        "clang",
        "clang++",
    ];
    let base = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let suffixed = ["-gcc", "-g++", "-clang", "-clang++", "-cc", "-c++"];
    let known = is(&compilers) || compilers.contains(&base) || suffixed.iter().any(|end| base.ends_with(end));
    (known && !name.contains(' ')).then(|| of_compiler(kind, None, text))
}

fn of_compiler(kind: Kind, place: Option<Place>, text: &str) -> Message {
    let (text, flag) = without_flag(text);
    let by_flag = flag.and_then(code_of_flag);
    let other = if kind == Kind::Warning { "compiler-warning" } else { "compiler-error" };
    let by_text = || if kind == Kind::Warning { rules::code_of(text) } else { None };
    let code = by_flag.or_else(by_text).unwrap_or(other);
    Message { place, flag: flag.map(str::to_owned), of_compiler: true, ..plain(kind, code, text) }
}

/// Cuts `[-WFLAG]` and its like from the end.
fn without_flag(text: &str) -> (&str, Option<&str>) {
    let text = text.trim_end();
    let parts = text.strip_suffix(']').and_then(|rest| rest.rsplit_once(" ["));
    match parts {
        Some((text, "enabled by default")) => (text, None),
        Some((text, flag)) if flag.starts_with("-W") || flag.starts_with("-f") => (text, Some(flag)),
        Some(_) | None => (text, None),
    }
}

/// `-Wunused` and `-Werror=unused` and `-Werror,-Wunused` are of one rule.
fn code_of_flag(flag: &str) -> Option<&str> {
    let flag = flag.rsplit(',').next().unwrap_or(flag);
    let name = flag
        .strip_prefix("-Werror=")
        .or_else(|| flag.strip_prefix("-W"))
        .or_else(|| flag.strip_prefix('-'))?;
    let name = name.split('=').next().unwrap_or(name);
    Some(name).filter(|name| !name.is_empty() && *name != "error")
}
