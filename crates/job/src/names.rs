//! Names and paths, each with a grammar that is checked once.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Why a name, path or digest was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {shown:?}: {why}")]
pub struct NameError {
    what: &'static str,
    shown: String,
    why: &'static str,
}

impl NameError {
    fn new(what: &'static str, raw: &str, why: &'static str) -> Self {
        let shown = crate::SafeText::line(raw).truncated(80).as_str().to_owned();
        Self { what, shown, why }
    }
}

/// Declares a newtype over `String` whose grammar is the given function.
macro_rules! checked_name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = NameError;
            fn from_str(raw: &str) -> Result<Self, NameError> {
                match $check(raw) {
                    Ok(()) => Ok(Self(raw.to_owned())),
                    Err(why) => Err(NameError::new($what, raw, why)),
                }
            }
        }
        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(raw: String) -> Result<Self, NameError> {
                raw.parse()
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

checked_name! {
    /// The name of a hook or a module: `[a-z][a-z0-9-]{0,62}`.
    HookName, "hook name", check_hook_name
}
checked_name! {
    /// The name of a tool in the policy: `[a-z0-9][a-z0-9+._-]{0,62}`.
    ToolName, "tool name", check_tool_name
}
checked_name! {
    /// The name of a tool root in the policy: as that of a tool.
    ToolRootName, "tool root name", check_tool_name
}
checked_name! {
    /// The flat name of one file that a hook adds: an attachment or a member of the outbox.
    FileName, "file name", check_file_name
}
checked_name! {
    /// A path inside a tree: relative, no `.` or `..`, no empty component, no control character.
    RelPath, "path", check_rel_path
}

fn check_hook_name(raw: &str) -> Result<(), &'static str> {
    if !raw.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err("must begin with a small letter");
    }
    if raw.len() > 63 {
        return Err("is longer than 63 characters");
    }
    if !raw.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err("may hold only a-z, 0-9 and '-'");
    }
    Ok(())
}

fn check_tool_name(raw: &str) -> Result<(), &'static str> {
    if !raw.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) {
        return Err("must begin with a small letter or a digit");
    }
    if raw.len() > 63 {
        return Err("is longer than 63 characters");
    }
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+._-".contains(&b);
    if !raw.bytes().all(allowed) {
        return Err("may hold only a-z, 0-9 and '+', '.', '_', '-'");
    }
    Ok(())
}

fn check_file_name(raw: &str) -> Result<(), &'static str> {
    check_rel_path(raw)?;
    if raw.contains('/') {
        return Err("must not hold a '/'");
    }
    if raw.len() > 200 {
        return Err("is longer than 200 bytes");
    }
    if raw.starts_with(['.', '_', '-']) {
        return Err("must not begin with '.', '_' or '-' (kept for the build's own files)");
    }
    if raw.chars().any(crate::text::is_dangerous) {
        return Err("holds a character that hides or turns the text around it");
    }
    const RESERVED: [&str; 4] = ["same_result_marker", "meta", "logfile", "status"];
    if RESERVED.iter().any(|r| raw.eq_ignore_ascii_case(r)) {
        return Err("is kept for the build's own files");
    }
    Ok(())
}

fn check_rel_path(raw: &str) -> Result<(), &'static str> {
    if raw.is_empty() {
        return Err("is empty");
    }
    if raw.len() > 4095 {
        return Err("is longer than 4095 bytes");
    }
    if raw.starts_with('/') {
        return Err("must be relative");
    }
    if raw.chars().any(char::is_control) {
        return Err("holds a control character");
    }
    if raw.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err("must not hold '.', '..' or an empty component");
    }
    Ok(())
}

/// A sha256, shown as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// Wraps 32 bytes that a hash function gave.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first twelve digits, for people.
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(12);
        text
    }
}

impl FromStr for Digest {
    type Err = NameError;
    fn from_str(raw: &str) -> Result<Self, NameError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(raw.strip_prefix("sha256:").unwrap_or(raw), &mut bytes)
            .map_err(|_| NameError::new("digest", raw, "must be 64 hexadecimal digits"))?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Digest {
    type Error = NameError;
    fn try_from(raw: String) -> Result<Self, NameError> {
        raw.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.short())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grammars() {
        let long = "a".repeat(64);
        let rows: [(&str, bool, bool, bool); 16] = [
            // raw, hook name, file name, relative path
            ("rpmlint", true, true, true),
            ("a-1", true, true, true),
            ("1a", false, true, true),
            ("Über", false, true, true),
            ("rpmlint.log", false, true, true),
            ("a/b", false, false, true),
            ("../etc/shadow", false, false, false),
            ("a/../x", false, false, false),
            ("/etc/passwd", false, false, false),
            ("./a", false, false, false),
            ("a//b", false, false, false),
            ("", false, false, false),
            ("a\0b", false, false, false),
            ("a\u{202e}b", false, false, true),
            ("_statistics", false, false, true),
            (&long, false, true, true),
        ];
        for (raw, hook, file, path) in rows {
            assert_eq!(raw.parse::<HookName>().is_ok(), hook, "hook name {raw:?}");
            assert_eq!(raw.parse::<FileName>().is_ok(), file, "file name {raw:?}");
            assert_eq!(raw.parse::<RelPath>().is_ok(), path, "path {raw:?}");
        }
    }

    #[test]
    fn digests_are_64_digits_with_or_without_prefix() {
        let text = "ab".repeat(32);
        let digest: Digest = format!("sha256:{text}").parse().unwrap();
        assert_eq!(digest.to_string(), text);
        assert_eq!(digest.short(), "abababababab");
        assert!("abcd".parse::<Digest>().is_err());
        assert!("zz".repeat(32).parse::<Digest>().is_err());
    }
}
