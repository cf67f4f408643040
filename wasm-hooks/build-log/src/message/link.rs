//! Linkers: GNU ld and those that speak like it. lld says `error:` as compilers do.

use super::{Kind, Line, Message, plain};
use crate::place::Place;
use alloc::borrow::ToOwned;

/// Whether a program of this name is a linker.
pub(super) fn is_linker(name: &str) -> bool {
    let known = ["ld", "ld.bfd", "ld.gold", "ld.lld", "ld.mold", "mold", "lld", "wild"];
    let bare = name.rsplit_once("-ld").map_or(name, |(_, end)| if end.is_empty() { "ld" } else { name });
    known.contains(&bare)
}

/// What linkers say behind a place or an object: `undefined reference to …`.
pub(super) fn line<'a>(head: &'a str, rest: &'a str) -> Option<Line<'a>> {
    let (begin, about) = head.split_once(": ").unwrap_or(("", head));
    let by_linker = is_linker(begin.rsplit('/').next().unwrap_or(begin));
    if rest.starts_with("cannot find ") && is_linker(head.rsplit('/').next().unwrap_or(head)) {
        return Some(Line::Message(plain(Kind::Error, "linker-error", rest)));
    }
    if !rest.starts_with("undefined reference to ") && !rest.starts_with("multiple definition of ") {
        return None;
    }
    let about = if by_linker { about } else { head };
    let (text, first) = match rest.split_once("; ") {
        Some((text, other)) => (text, object_place(other.trim_end_matches(": first defined here"))),
        None => (rest, None),
    };
    let place = object_place(about);
    Some(Line::Message(Message { place, first, ..plain(Kind::Error, "linker-error", text) }))
}

/// `x.c:12`, `x.o:/build/x.c:12` and `x.c:(.text+0x5)`; an object is no place.
fn object_place(text: &str) -> Option<Place> {
    let text = text.split_once(".o:").map_or(text, |(_, rest)| rest);
    Place::parse(text).or_else(|| {
        let (file, _) = text.split_once(":(")?;
        let source = !file.is_empty() && !file.ends_with(".o");
        source.then(|| Place { file: file.to_owned(), line: None, column: None })
    })
}
