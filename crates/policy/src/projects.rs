//! Project patterns.
//!
//! A project's name has parts between colons. A pattern is compared part by part:
//!
//! | pattern | matches |
//! | --- | --- |
//! | `openSUSE:Factory` | that project only |
//! | `home:*` | one level: `home:alice`, not `home`, not `home:alice:tools` |
//! | `home:**` | every level below: `home:alice`, `home:alice:tools`, not `home` itself |
//! | `SUSE:SLE-*:GA` | `*` is any text inside one part |
//! | `**` | every job, also one whose project is not known |
//!
//! A job whose project is unknown (or whose name is no project name) is matched so that nobody gains by
//! leaving the name out: where a match *permits* something, only `**` matches it ([`Projects::permits`]);
//! where a match *demands* something, every pattern does ([`Projects::demands`]).

use crate::{At, Place};
use std::collections::HashMap;

/// The longest pattern or project name, in bytes.
const MAX_NAME: usize = 200;

/// A set of project patterns. Asking takes the same time for ten patterns as for ten thousand, but for those
/// that have a `*` inside.
#[derive(Debug, Clone, Default)]
pub struct Projects {
    every: Option<Place>,
    exact: HashMap<String, Place>,
    /// Keyed by what stands before `:*`.
    level: HashMap<String, Place>,
    /// Keyed by what stands before `:**`.
    below: HashMap<String, Place>,
    /// All other patterns, as (parts before `:**`, whether that is there).
    others: Vec<(Pattern, Place)>,
}

/// One pattern whose text was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pattern {
    Every,
    Exact(String),
    Level(String),
    Below(String),
    Parts { parts: Vec<String>, below: bool },
}

impl Pattern {
    pub(crate) fn parse(raw: &str) -> Result<Self, String> {
        if raw == "**" {
            return Ok(Self::Every);
        }
        let (head, below) = raw.strip_suffix(":**").map_or((raw, false), |head| (head, true));
        if !is_project(head) {
            return Err(format!(
                "`{}` is no project pattern: names joined by ':', such as `home:*`",
                crate::words::shown(raw)
            ));
        }
        if head.contains("**") {
            return Err(format!(
                "`{}`: `**` can only be the last part of a pattern",
                crate::words::shown(raw)
            ));
        }
        Ok(match head.rsplit_once(':') {
            _ if !head.contains('*') && below => Self::Below(head.to_owned()),
            _ if !head.contains('*') => Self::Exact(head.to_owned()),
            Some((parent, "*")) if !below && !parent.contains('*') => Self::Level(parent.to_owned()),
            _ => Self::Parts { parts: head.split(':').map(str::to_owned).collect(), below },
        })
    }

    fn matches_parts(&self, project: &str) -> bool {
        let Self::Parts { parts, below } = self else { return false };
        let found = project.split(':').count();
        let enough = if *below { found > parts.len() } else { found == parts.len() };
        enough && parts.iter().zip(project.split(':')).all(|(part, name)| star(part, name))
    }
}

/// Whether `name` can be a project's name: parts that are not empty, no control character, space or slash.
fn is_project(name: &str) -> bool {
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '/';
    name.len() <= MAX_NAME && !name.contains(odd) && name.split(':').all(|part| !part.is_empty())
}

/// Whether `pattern`, in which `*` stands for any text, matches the whole of `text`.
///
/// It also tells whether one pattern covers another, if the other is given as `text`: a `*` of it can only be
/// matched by a `*`.
pub fn star(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    let mut pieces = pattern.split('*');
    let Some(after) = pieces.next().and_then(|first| rest.strip_prefix(first)) else { return false };
    let Some(last) = pieces.next_back() else { return after.is_empty() };
    rest = after;
    for piece in pieces {
        // The leftmost match leaves most for the pieces that follow.
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

impl Projects {
    pub(crate) fn new(patterns: Vec<At<Pattern>>) -> Self {
        let mut projects = Self::default();
        for At { value, place } in patterns {
            match value {
                Pattern::Every => projects.every = Some(place),
                Pattern::Exact(name) => drop(projects.exact.insert(name, place)),
                Pattern::Level(parent) => drop(projects.level.insert(parent, place)),
                Pattern::Below(parent) => drop(projects.below.insert(parent, place)),
                Pattern::Parts { .. } => projects.others.push((value, place)),
            }
        }
        projects
    }

    /// Every job, because `place` says so.
    pub(crate) fn every(place: Place) -> Self {
        Self { every: Some(place), ..Self::default() }
    }

    /// The pattern by which something is permitted to `project`, if any.
    pub fn permits(&self, project: Option<&str>) -> Option<&Place> {
        let named = project.filter(|name| is_project(name)).and_then(|name| self.named(name));
        named.or(self.every.as_ref())
    }

    /// Whether something that these patterns demand is demanded of `project`.
    pub fn demands(&self, project: Option<&str>) -> bool {
        project.is_none_or(|name| !is_project(name) || self.permits(Some(name)).is_some())
    }

    fn named(&self, project: &str) -> Option<&Place> {
        if let Some(place) = self.exact.get(project) {
            return Some(place);
        }
        if let Some((parent, _)) = project.rsplit_once(':')
            && let Some(place) = self.level.get(parent)
        {
            return Some(place);
        }
        self.under(project).or_else(|| {
            self.others.iter().find(|(pattern, _)| pattern.matches_parts(project)).map(|(_, place)| place)
        })
    }

    /// The innermost `X:**` below which `project` lies.
    fn under(&self, project: &str) -> Option<&Place> {
        if self.below.is_empty() {
            return None;
        }
        let mut rest = project;
        while let Some((parent, _)) = rest.rsplit_once(':') {
            if let Some(place) = self.below.get(parent) {
                return Some(place);
            }
            rest = parent;
        }
        None
    }

    /// Which of these patterns matches all that `pattern` matches, as far as that is plain to see: patterns
    /// with a `*` inside are not compared.
    pub(crate) fn shadows(&self, pattern: &Pattern) -> Option<&Place> {
        let special = match pattern {
            Pattern::Every | Pattern::Parts { .. } => None,
            Pattern::Exact(name) => self.exact.get(name).or_else(|| self.under(name)),
            Pattern::Level(parent) => {
                self.level.get(parent).or_else(|| self.below.get(parent)).or_else(|| self.under(parent))
            }
            Pattern::Below(parent) => self.below.get(parent).or_else(|| self.under(parent)),
        };
        special.or(self.every.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn projects(patterns: &[&str]) -> Projects {
        let at = |raw: &&str| At { value: Pattern::parse(raw).unwrap(), place: Place::outside(raw) };
        Projects::new(patterns.iter().map(at).collect())
    }

    #[test]
    fn patterns_match_part_by_part() {
        let rows: &[(&str, &[&str], &[&str])] = &[
            (
                "openSUSE:Factory",
                &["openSUSE:Factory"],
                &["openSUSE", "openSUSE:Factory:x", "opensuse:Factory"],
            ),
            ("home:*", &["home:alice"], &["home", "home:", "home:alice:x", "xhome:alice"]),
            (
                "home:**",
                &["home:alice", "home:a:b", "home:a:b:c:d"],
                &["home", "homes:a", "home::", "x:home:a"],
            ),
            ("*", &["home", "x"], &["home:alice", ""]),
            ("*:Factory", &["openSUSE:Factory"], &["openSUSE:a:Factory", "Factory", ":Factory"]),
            ("SUSE:SLE-*:GA", &["SUSE:SLE-15:GA", "SUSE:SLE-:GA"], &["SUSE:SLE-15:SP1:GA", "SUSE:SLE:GA"]),
            ("home:a*z:**", &["home:az:x", "home:abcz:x:y"], &["home:az", "home:ab:x"]),
            ("a*b*b", &["abb", "axbxb"], &["ab", "abx"]),
            ("**", &["home", "a:b:c", "::", "a b"], &[]),
        ];
        for (pattern, yes, no) in rows {
            let set = projects(&[pattern]);
            for name in *yes {
                assert!(set.permits(Some(name)).is_some(), "{pattern} {name}");
                assert!(set.demands(Some(name)), "{pattern} {name}");
            }
            for name in *no {
                assert!(set.permits(Some(name)).is_none(), "{pattern} {name}");
            }
        }
    }

    #[test]
    fn an_unknown_project_is_permitted_least_and_demanded_most() {
        for unknown in [None, Some(""), Some("a::b"), Some("home:\n"), Some("home:a/b"), Some("home: b")] {
            assert!(projects(&["home:**", "*", "a:*"]).permits(unknown).is_none(), "{unknown:?}");
            assert!(projects(&["home:**"]).demands(unknown), "{unknown:?}");
            assert!(projects(&["**"]).permits(unknown).is_some(), "{unknown:?}");
        }
        assert!(!projects(&["home:**"]).demands(Some("openSUSE:Factory")));
    }

    #[test]
    fn malformed_patterns_are_refused() {
        let long = "a".repeat(201);
        for raw in
            ["", ":", "a::b", "a:", "**:a", "a:**:b", "a**", "a:b**", "a b", "a/b", "a\u{0}", "***", &long]
        {
            assert!(Pattern::parse(raw).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn what_an_earlier_pattern_shadows() {
        let rows = [
            ("**", "**", true),
            ("**", "a", true),
            ("**", "*:a", true),
            ("a:**", "a:b", true),
            ("a:**", "a:b:*", true),
            ("a:**", "a:*", true),
            ("a:**", "a:b:**", true),
            ("a:**", "a:**", true),
            ("a:*", "a:*", true),
            ("a:**", "a", false),
            ("a:**", "**", false),
            ("a:*", "a:**", false),
            ("a:b", "a:*", false),
            ("a:b:**", "a:**", false),
        ];
        for (earlier, later, want) in rows {
            let shadowed = projects(&[earlier]).shadows(&Pattern::parse(later).unwrap()).is_some();
            assert_eq!(shadowed, want, "{earlier} before {later}");
        }
    }

    #[test]
    fn stars_match_text_and_cover_patterns() {
        let rows = [
            ("gcc*", "gcc14-c++", true),
            ("gcc*", "gcc*", true),
            ("g*", "gcc*", true),
            ("gcc*", "g*", false),
            ("gcc", "gcc", true),
            ("gcc", "gcc*", false),
            ("*", "*", true),
            ("a*a", "a", false),
            ("*a*", "bab", true),
            ("a*", "*a", false),
            ("", "", true),
            ("", "a", false),
            ("ä*", "äö", true),
        ];
        for (pattern, text, want) in rows {
            assert_eq!(star(pattern, text), want, "{pattern} {text}");
        }
        // Time grows with the product of the lengths and not faster.
        assert!(!star(&"*a".repeat(100), &format!("{}b", "a".repeat(10_000))));
    }
}
