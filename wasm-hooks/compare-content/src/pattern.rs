//! Patterns of what a build writes into a line: times, versions, names of machines.
//!
//! They are written as `strftime` has them. `{` and `}` stand around what is left out, `^` and `$` for the ends of the line, and
//! after a `%` stands what may be there:
//!
//! | | |
//! | --- | --- |
//! | `1` … `4` | so many digits |
//! | `d` `D` | one or more digits; any number of them |
//! | `a` | three letters: a day or a month |
//! | `e` | two digits, or a blank and a digit |
//! | `z` | `GMT` or `UTC` |
//! | `v` `V` | one or more of digits, dots and underscores; any number of digits, dots and commas |
//! | `w` `W` | any number of letters and digits; one or more letters |
//! | `q` `c` | one or more, none of them a quote; none of them a comma, or an end of a tag |
//! | `;` `<` | any number, none of them this one |
//! | `t` `x` | any number of what a PDF's time has; one or more hexadecimal digits |
//! | `r` | any number of what a release is written with in a spec |
//! | `h` | any number, none of them an end of a tag |
//! | `b` `_` `?` | a blank; any number of spaces; a space or none |
//! | `.` `*` | any byte; any number of them |
//!
//! Invariant: a search ends after a number of steps in proportion to the text. Where that is not enough nothing is found, and
//! nothing is left out.

use alloc::vec::Vec;

/// Where something is left out of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// What is looked for.
    pub(crate) pattern: &'static str,
    /// Wherever it is in the line, and not only where it is first.
    pub(crate) is_global: bool,
}

/// A rule for the first place in a line.
pub(crate) const fn once(pattern: &'static str) -> Rule {
    Rule { pattern, is_global: false }
}

/// A rule for all places in a line.
pub(crate) const fn all(pattern: &'static str) -> Rule {
    Rule { pattern, is_global: true }
}

/// What stands in place of what was left out.
pub(crate) const GAP: &[u8] = "…".as_bytes();

/// Steps that are allowed for a byte of the text.
const STEPS: u64 = 16;
/// Steps that are allowed for any text.
const FEW: u64 = 1 << 16;

/// How many steps may still be done.
#[derive(Debug)]
pub(crate) struct Fuel(u64);

impl Fuel {
    /// For a text.
    pub(crate) fn of(text: &[u8]) -> Self {
        Self((text.len() as u64).saturating_mul(STEPS).saturating_add(FEW))
    }

    fn spend(&mut self, steps: usize) -> Option<()> {
        let left = self.0.checked_sub(steps as u64 + 1);
        // Who could not pay for a step pays for none.
        self.0 = left.unwrap_or(0);
        left.map(|_| ())
    }
}

impl Rule {
    /// The line without what the rule leaves out; none where the rule does not apply.
    pub(crate) fn apply(&self, line: &[u8], fuel: &mut Fuel) -> Option<Vec<u8>> {
        let (mut done, mut rest) = (Vec::new(), line);
        let mut is_found = false;
        while let Some(found) = find(self.pattern, rest, fuel) {
            done.extend_from_slice(rest.get(..found.from)?);
            done.extend_from_slice(GAP);
            done.extend_from_slice(rest.get(found.to..found.end)?);
            rest = rest.get(found.end..)?;
            is_found = true;
            if !self.is_global || found.end == 0 {
                break;
            }
        }
        done.extend_from_slice(rest);
        is_found.then_some(done)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    /// Where what is left out begins.
    from: usize,
    /// Where it ends.
    to: usize,
    end: usize,
}

fn find(pattern: &str, text: &[u8], fuel: &mut Fuel) -> Option<Found> {
    if let Some(pattern) = pattern.strip_prefix('^') {
        return found(pattern.as_bytes(), text, 0, fuel);
    }
    let pattern = pattern.as_bytes();
    // Every pattern that may be anywhere begins with letters.
    let start = memchr::memchr3(b'%', b'{', b'$', pattern).unwrap_or(pattern.len());
    let start = pattern.get(..start).filter(|start| !start.is_empty())?;
    let finder = memchr::memmem::Finder::new(start);
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| finder.find(rest)) {
        if let Some(found) = found(pattern, text, at + next, fuel) {
            return Some(found);
        }
        fuel.spend(0)?;
        at += next + 1;
    }
    None
}

fn found(pattern: &[u8], text: &[u8], at: usize, fuel: &mut Fuel) -> Option<Found> {
    let mut found = Found { from: at, to: at, end: at };
    found.end = follow(pattern, text, at, &mut found, fuel)?;
    Some(found)
}

/// Where the pattern ends that begins at a place.
fn follow(
    mut pattern: &[u8],
    text: &[u8],
    mut at: usize,
    found: &mut Found,
    fuel: &mut Fuel,
) -> Option<usize> {
    loop {
        match pattern {
            [] => return Some(at),
            [b'$'] => return (at == text.len()).then_some(at),
            [b'{', rest @ ..] => {
                let end = follow(rest, text, at, found, fuel)?;
                found.from = at;
                return Some(end);
            }
            [b'}', rest @ ..] => {
                let end = follow(rest, text, at, found, fuel)?;
                found.to = at;
                return Some(end);
            }
            [b'%', b'z', rest @ ..] => {
                let zone = text.get(at..)?.get(..3)?;
                if zone != b"GMT" && zone != b"UTC" {
                    return None;
                }
                (pattern, at) = (rest, at + 3);
            }
            [b'%', what, rest @ ..] => return several(*what, rest, text, at, found, fuel),
            [byte, rest @ ..] => {
                if text.get(at) != Some(byte) {
                    return None;
                }
                fuel.spend(0)?;
                (pattern, at) = (rest, at + 1);
            }
        }
    }
}

/// As many as may be, and fewer where the rest of the pattern asks for it.
fn several(
    what: u8,
    rest: &[u8],
    text: &[u8],
    at: usize,
    found: &mut Found,
    fuel: &mut Fuel,
) -> Option<usize> {
    let (least, most, is_one) = class(what);
    let behind = text.get(at..)?;
    let behind = behind.get(..most.min(behind.len()))?;
    let mut count = behind.iter().take_while(|byte| is_one(**byte)).count();
    fuel.spend(count)?;
    while count >= least {
        if let Some(end) = follow(rest, text, at + count, found, fuel) {
            return Some(end);
        }
        fuel.spend(0)?;
        count = count.checked_sub(1)?;
    }
    None
}

/// How many of which bytes.
fn class(what: u8) -> (usize, usize, fn(u8) -> bool) {
    const ANY: usize = usize::MAX;
    let digit: fn(u8) -> bool = |byte| byte.is_ascii_digit();
    match what {
        b'1'..=b'4' => (usize::from(what - b'0'), usize::from(what - b'0'), digit),
        b'd' => (1, ANY, digit),
        b'D' => (0, ANY, digit),
        b'a' => (3, 3, |byte| byte.is_ascii_alphabetic()),
        b'e' => (2, 2, |byte| byte.is_ascii_digit() || byte == b' '),
        b'v' => (1, ANY, |byte| byte.is_ascii_digit() || byte == b'.' || byte == b'_'),
        b'V' => (0, ANY, |byte| byte.is_ascii_digit() || byte == b'.' || byte == b','),
        b'w' => (0, ANY, |byte| byte.is_ascii_alphanumeric()),
        b'W' => (1, ANY, |byte| byte.is_ascii_alphabetic()),
        b'q' => (1, ANY, |byte| byte != b'"'),
        b'c' => (1, ANY, |byte| !matches!(byte, b',' | b'<' | b'>')),
        b';' => (0, ANY, |byte| byte != b';'),
        b't' => (0, ANY, |byte| byte.is_ascii_digit() || b"+-Z'".contains(&byte)),
        b'x' => (1, ANY, |byte| byte.is_ascii_hexdigit()),
        b'r' => (0, ANY, |byte| byte.is_ascii_alphanumeric() || b" \t._+~^%{}?<>".contains(&byte)),
        b'h' => (0, ANY, |byte| byte != b'<' && byte != b'>'),
        b'<' => (0, ANY, |byte| byte != b'<'),
        b'b' => (1, 1, |byte| byte == b' ' || byte == b'\t'),
        b'_' => (0, ANY, |byte| byte == b' '),
        b'?' => (0, 1, |byte| byte == b' '),
        b'.' => (1, 1, |_| true),
        b'*' => (0, ANY, |_| true),
        // None of ours; finds nothing.
        0.. => (1, 1, |_| false),
    }
}
