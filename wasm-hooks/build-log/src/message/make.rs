//! make: where it is, and what it could not do.

use super::{Kind, Line, Message, plain};
use crate::place::Place;
use alloc::string::String;

/// The level of recursion in `make[2]`.
pub(super) fn level(head: &str) -> Option<u32> {
    let name = head.rsplit('/').next().unwrap_or(head);
    let rest = name.strip_prefix("make").or_else(|| name.strip_prefix("gmake"))?;
    if rest.is_empty() { Some(0) } else { rest.strip_prefix('[')?.strip_suffix(']')?.parse().ok() }
}

/// The text between quotes.
pub(super) fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix(['\'', '`'])?.strip_suffix('\'')
}

/// `*** [Makefile:12: hello.o] Error 1`, `*** No rule to make target 'x'.  Stop.`
pub(super) fn line<'a>(head: &'a str, rest: &'a str) -> Option<Line<'a>> {
    // In a makefile's own errors the place stands first: `Makefile:3: *** missing separator.  Stop.`
    let own = Place::parse(head);
    if level(head).is_none() && own.is_none() {
        return None;
    }
    let text = rest.strip_prefix("*** ")?;
    if text.ends_with(" (ignored)") || text.starts_with("Waiting for unfinished jobs") {
        return Some(Line::Other);
    }
    let Some((target, end)) = text.strip_prefix('[').and_then(|rest| rest.rsplit_once("] ")) else {
        let text = text.trim_end_matches("Stop.").trim_end();
        return Some(Line::Message(Message { place: own, ..plain(Kind::Error, "make-error", text) }));
    };
    let (place, target) = match target.rsplit_once(": ") {
        Some((place, target)) => (Place::parse(place), target),
        None => (None, target),
    };
    let mut told = String::from("the target ");
    told.push_str(target);
    told.push_str(" failed: ");
    told.push_str(end);
    Some(Line::Message(Message { place, ..plain(Kind::Consequence, "make-error", &told) }))
}
