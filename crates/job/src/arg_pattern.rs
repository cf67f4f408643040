//! Which arguments a tool may be given.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The longest pattern, in bytes.
const LONGEST: usize = 1000;

/// A pattern for one argument of a tool: `*` stands for any text without a `/`, `**` for any text.
///
/// Where a wildcard stands for something, the argument must not hold `..` as a part of a path: a pattern such as
/// `/job/results/**` would mean nothing otherwise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArgPattern(String);

/// Why a pattern was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("argument pattern {shown:?}: {why}")]
pub struct ArgPatternError {
    shown: String,
    why: &'static str,
}

impl ArgPattern {
    /// Whether the pattern allows the argument.
    pub fn allows(&self, argument: &str) -> bool {
        argument == self.0 || (!climbs(argument) && fits(self.0.as_bytes(), argument.as_bytes()))
    }

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a part of a path is `..`. Options hold paths behind `=`, `:` and `,`.
fn climbs(argument: &str) -> bool {
    argument.split(['/', '=', ':', ',']).any(|part| part == "..")
}

/// Walks through the text once, with all places of the pattern that may have been reached: no text takes longer
/// than its length times that of the pattern.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let parts = parts(pattern);
    let mut reached = vec![false; parts.len() + 1];
    reached.iter_mut().take(1).for_each(|start| *start = true);
    pass_wildcards(&parts, &mut reached);
    for byte in text {
        let mut next = vec![false; reached.len()];
        for (at, part) in parts.iter().enumerate().filter(|(at, _)| reached.get(*at) == Some(&true)) {
            let to = match part {
                Part::Byte(want) => (want == byte).then_some(at + 1),
                Part::Within => (*byte != b'/').then_some(at),
                Part::Any => Some(at),
            };
            next.iter_mut().skip(to.unwrap_or(usize::MAX)).take(1).for_each(|place| *place = true);
        }
        pass_wildcards(&parts, &mut next);
        reached = next;
    }
    reached.last() == Some(&true)
}

/// A piece of a pattern.
enum Part {
    /// Itself.
    Byte(u8),
    /// `*`.
    Within,
    /// `**`.
    Any,
}

fn parts(pattern: &[u8]) -> Vec<Part> {
    let mut rest = pattern;
    let mut parts = Vec::new();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        parts.push(match (first, after.strip_prefix(b"*")) {
            (b'*', Some(after)) => {
                rest = after;
                Part::Any
            }
            (b'*', None) => Part::Within,
            (byte, _) => Part::Byte(*byte),
        });
    }
    parts
}

/// A wildcard may stand for nothing.
fn pass_wildcards(parts: &[Part], reached: &mut [bool]) {
    let mut before = false;
    for (at, place) in reached.iter_mut().enumerate() {
        *place |= before;
        before = *place && matches!(parts.get(at), Some(Part::Within | Part::Any));
    }
}

impl FromStr for ArgPattern {
    type Err = ArgPatternError;

    fn from_str(raw: &str) -> Result<Self, ArgPatternError> {
        let why = if raw.len() > LONGEST {
            "is longer than 1000 bytes"
        } else if raw.chars().any(char::is_control) {
            "holds a control character"
        } else {
            return Ok(Self(raw.to_owned()));
        };
        Err(ArgPatternError { shown: crate::SafeText::line(raw).truncated(80).to_string(), why })
    }
}

impl TryFrom<String> for ArgPattern {
    type Error = ArgPatternError;

    fn try_from(raw: String) -> Result<Self, ArgPatternError> {
        raw.parse()
    }
}

impl From<ArgPattern> for String {
    fn from(pattern: ArgPattern) -> String {
        pattern.0
    }
}

impl fmt::Display for ArgPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_text_with_and_without_slashes() {
        let rows = [
            ("--info", "--info", true),
            ("--info", "--inf", false),
            ("--info", "--info ", false),
            ("", "", true),
            ("", "x", false),
            ("*", "", true),
            ("*", "a b", true),
            ("*", "a/b", false),
            ("**", "a/b", true),
            ("**", "", true),
            ("/job/results/*", "/job/results/a.rpm", true),
            ("/job/results/*", "/job/results/a/b.rpm", false),
            ("/job/results/**", "/job/results/a/b.rpm", true),
            ("/job/**/*.rpm", "/job/results/a/b.rpm", true),
            ("/job/**/*.rpm", "/job/results/a/b.rpm/c", false),
            ("/job/**.rpm", "/job/results/a/b.rpm/c.rpm", true),
            ("*a*b*c", "xxaxbxxbxc", true),
            ("*a*b*c", "xxaxbxxbxcx", false),
            ("--config=/job/*/*", "--config=/job/inputs/x.toml", true),
            ("--config=/job/*/*", "--config=/etc/shadow", false),
            ("/job/results/**", "/job/results/../../etc/shadow", false),
            ("--config=**", "--config=..", false),
            ("--config=**", "--config=a..b", true),
            ("../x", "../x", true),
            ("**", "a\nb", true),
        ];
        for (pattern, argument, want) in rows {
            assert_eq!(
                pattern.parse::<ArgPattern>().unwrap().allows(argument),
                want,
                "{pattern} {argument:?}"
            );
        }
    }

    #[test]
    fn a_pattern_that_is_made_to_be_slow_is_not() {
        let pattern: ArgPattern = format!("{}b", "*a**a".repeat(150)).parse().unwrap();
        assert!(!pattern.allows(&"a".repeat(20_000)));
    }

    #[test]
    fn patterns_are_bounded_and_plain() {
        for (raw, fits) in [("a*", true), ("a\0", false), (&*"x".repeat(1001), false)] {
            assert_eq!(raw.parse::<ArgPattern>().is_ok(), fits, "{raw:?}");
        }
    }
}
