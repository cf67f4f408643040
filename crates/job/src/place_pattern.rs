//! Places on the build host, as the policy names them.

use std::path::Path;

/// The most bytes of a pattern.
const LONGEST: usize = 1000;

/// An absolute path in which `*` stands for any characters of one name, and `**` at the end for all that is below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacePattern(String);

impl PlacePattern {
    /// Reads one, or says what is wrong with it.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let Some(path) = raw.strip_prefix('/') else {
            return Err("it must begin with `/`".to_owned());
        };
        if raw.len() > LONGEST || raw.chars().any(char::is_control) {
            return Err(format!("it must be at most {LONGEST} bytes without control characters"));
        }
        let names: Vec<&str> = path.split('/').collect();
        if names.iter().any(|name| matches!(*name, "" | "." | "..")) {
            return Err("it must be a path without `.`, `..`, `//` and a `/` at its end".to_owned());
        }
        let (_, above) = names.split_last().unwrap_or((&"", &[]));
        let is_deep = |name: &&&str| name.contains("**");
        if above.iter().find(is_deep).is_some()
            || names.last().is_some_and(|last| last.contains("**") && *last != "**")
        {
            return Err("`**` may only be its last name".to_owned());
        }
        Ok(Self(raw.to_owned()))
    }

    /// Whether it names the place, which is an absolute path without symlinks. What is not UTF-8 is never named.
    pub fn matches(&self, place: &Path) -> bool {
        let Some(path) = place.to_str().and_then(|place| place.strip_prefix('/')) else { return false };
        let pattern = self.0.strip_prefix('/').unwrap_or_default();
        let mut names = path.split('/').filter(|name| !name.is_empty()).peekable();
        for wanted in pattern.split('/') {
            match names.next() {
                Some("." | "..") | None => return false,
                Some(_) if wanted == "**" => return !names.any(|name| matches!(name, "." | "..")),
                Some(name) if fits(wanted, name) => {}
                Some(_) => return false,
            }
        }
        names.next().is_none()
    }
}

/// Whether a name is what the pattern says, with `*` for any characters.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_pattern() {
        for raw in ["/mnt/cache", "/mnt/cache-*", "/srv/*/x", "/srv/**", "/**", "/a b/é"] {
            assert!(PlacePattern::parse(raw).is_ok(), "{raw}");
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        let bad = [
            "",
            "*",
            "**",
            "mnt",
            "/",
            "//",
            "/mnt/",
            "/mnt//a",
            "/mnt/../etc",
            "/mnt/.",
            "/a\n",
            "/**/a",
            "/a**",
            &long,
        ];
        for raw in bad {
            assert!(PlacePattern::parse(raw).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn what_a_pattern_names() {
        let rows: [(&str, &[&str], &[&str]); 6] = [
            ("/mnt/a", &["/mnt/a"], &["/mnt", "/mnt/ab", "/mnt/a/b", "/", "mnt/a", "/mnt/../mnt/a"]),
            (
                "/mnt/cache-*",
                &["/mnt/cache-", "/mnt/cache-1"],
                &["/mnt/cache", "/mnt/cache-1/x", "/mnt/x/cache-1"],
            ),
            ("/mnt/*", &["/mnt/a"], &["/mnt", "/mnt/a/b", "/mnt/.."]),
            ("/s/*/x*z", &["/s/a/xz", "/s/b/xyz"], &["/s/xz", "/s/a/b/xz", "/s/a/xy"]),
            ("/s/a*b*c", &["/s/abc", "/s/a1b2bc"], &["/s/ac", "/s/acb", "/s/ab"]),
            ("/s/**", &["/s/a", "/s/a/b/c"], &["/s", "/sa", "/t/s/a", "/s/a/../../etc"]),
        ];
        for (pattern, named, not) in rows {
            let parsed = PlacePattern::parse(pattern).unwrap();
            for place in named {
                assert!(parsed.matches(Path::new(place)), "{pattern} {place}");
            }
            for place in not {
                assert!(!parsed.matches(Path::new(place)), "{pattern} {place}");
            }
        }
    }
}
