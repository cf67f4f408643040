//! The build configuration (prjconf): finding it as `build` does, and an edited copy of it.
//!
//! Edits are appended, so that they come after everything they correct. Macros go into a `Macros:` section of
//! their own; the script writes that one into the build user's `~/.rpmmacros` and reads it itself.

use crate::scratch::ScratchFolder;
use skink_job::SafeText;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Why the configuration could not be edited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// None was given, so the script would guess one.
    #[error("the call names no configuration to edit; name one with --dist")]
    NotNamed,
    /// It could not be read or copied.
    #[error("cannot {what} the configuration {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A macro's name is none.
    #[error("{0:?} is no name for an rpm macro; it has three or more letters, digits and '_'")]
    MacroName(SafeText),
    /// A macro's body would spill into what follows.
    #[error("the body of the macro {name:?} {why}; it must be one line that ends where it should")]
    MacroBody {
        /// The macro.
        name: SafeText,
        /// What is wrong.
        why: &'static str,
    },
}

/// A macro to be defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Macro {
    name: String,
    body: String,
}

impl Macro {
    /// Checks the name and the body.
    pub(crate) fn new(name: &str, body: &str) -> Result<Self, ConfigError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !begins || name.len() < 3 || name.len() > 200 || !name.chars().all(fits) {
            return Err(ConfigError::MacroName(SafeText::line(name).truncated(80)));
        }
        let why = match body {
            _ if body.trim().is_empty() => "is empty",
            _ if body.chars().any(char::is_control) => "holds a line feed or another control character",
            _ if body.ends_with('\\') => "ends in a backslash",
            _ if !is_balanced(body) => "holds an unclosed bracket",
            _ => return Ok(Self { name: name.to_owned(), body: body.to_owned() }),
        };
        Err(ConfigError::MacroBody { name: SafeText::line(name), why })
    }
}

impl Macro {
    /// Its name, a blank and its body.
    pub(crate) fn definition(&self) -> String {
        format!("{} {}", self.name, self.body)
    }
}

/// Whether rpm would end the body at the end of the line: it reads on while `%{` or `%(` is open.
fn is_balanced(body: &str) -> bool {
    let (mut braces, mut parentheses) = (0_u32, 0_u32);
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => _ = chars.next(),
            '%' => match chars.peek() {
                Some('{') => braces += u32::from(chars.next().is_some()),
                Some('(') => parentheses += u32::from(chars.next().is_some()),
                Some('%') => _ = chars.next(),
                Some(_) | None => {}
            },
            '{' if braces > 0 => braces += 1,
            '}' if braces > 0 => braces -= 1,
            '(' if parentheses > 0 => parentheses += 1,
            ')' if parentheses > 0 => parentheses -= 1,
            _ => {}
        }
    }
    braces == 0 && parentheses == 0
}

/// The file of a configuration. A name without `/` is looked up in `dir`: as it is (the script of 2026), cut
/// at its first `-` and with `sl` before a digit, and else the default.
pub(crate) fn find(dist: &OsStr, cwd: &Path, dir: &Path) -> PathBuf {
    let name = dist.to_string_lossy();
    if name.contains('/') {
        return cwd.join(dist);
    }
    let short = name.split('-').next().unwrap_or_default();
    let short =
        if short.starts_with(|c: char| c.is_ascii_digit()) { format!("sl{short}") } else { short.into() };
    let mut tried = [name.as_ref(), short.as_str(), "default"].map(|name| dir.join(format!("{name}.conf")));
    tried.iter_mut().find(|path| path.exists()).map_or_else(|| dir.join("default.conf"), std::mem::take)
}

/// Copies a configuration with edits to the scratch folder, together with the files it is continued from.
pub(crate) fn edited_copy(
    file: &Path,
    scratch: &ScratchFolder,
    macros: &[Macro],
    removed: &BTreeSet<String>,
) -> Result<PathBuf, ConfigError> {
    let error = |what, path: &Path| {
        let path = path.to_owned();
        move |source| ConfigError::File { what, path, source }
    };
    let text = fs::read(file).map_err(error("read", file))?;
    let mut text = String::from_utf8_lossy(&text).into_owned();
    let mut continued = prepended(&text);
    for _ in 0..8 {
        let Some(name) = continued else { break };
        let source = file.with_file_name(&name);
        let copied = fs::read(&source).map_err(error("read", &source))?;
        continued = prepended(&String::from_utf8_lossy(&copied));
        fs::write(scratch.join(&name), copied).map_err(error("copy", &source))?;
    }
    text.push_str(&appendix(&text, macros, removed));
    let copy = scratch.join("build.config.edited");
    fs::write(&copy, text).map_err(error("write", &copy))?;
    Ok(copy)
}

/// The neighbour that the script of 2026 puts before a file with such a first line.
fn prepended(text: &str) -> Option<String> {
    let name = text.lines().next()?.strip_prefix("#!PrependConfigFile:")?.trim();
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains('/');
    plain.then(|| name.to_owned())
}

fn appendix(text: &str, macros: &[Macro], removed: &BTreeSet<String>) -> String {
    let mut lines = vec![String::new(), "# Appended by Skink, for the hooks of this job.".to_owned()];
    let open = Open::at_end_of(text);
    if open.in_macros {
        lines.insert(1, ":Macros".to_owned());
    }
    lines.extend((0..open.conditions).map(|_| "%endif".to_owned()));
    for name in removed {
        for list in ["Preinstall", "VMinstall", "Runscripts", "Required", "Support"] {
            lines.push(format!("{list}: !{name}"));
        }
        // Neither asked for by a recipe nor pulled in by another package.
        lines.push(format!("Substitute: {name}"));
        lines.push(format!("Ignore: {name}"));
    }
    if !macros.is_empty() {
        lines.push("Macros:".to_owned());
        lines.extend(macros.iter().map(|one| format!("%{}", one.definition())));
        lines.push(":Macros".to_owned());
    }
    lines.push(String::new());
    lines.join("\n")
}

/// What a configuration leaves open at its end.
#[derive(Debug, PartialEq, Eq, Default)]
struct Open {
    in_macros: bool,
    conditions: usize,
}

impl Open {
    fn at_end_of(text: &str) -> Self {
        let mut open = Self::default();
        for line in text.lines().map(str::trim) {
            if open.in_macros {
                open.in_macros = !line.eq_ignore_ascii_case(":macros");
            } else if line.eq_ignore_ascii_case("macros:") {
                open.in_macros = true;
            } else if line.starts_with("%if") {
                open.conditions += 1;
            } else if line.starts_with("%endif") {
                open.conditions = open.conditions.saturating_sub(1);
            }
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_stay_on_their_line() {
        let rows = [
            ("vendor", "me", true),
            ("_topdir", "%{getenv:HOME}/rpm", true),
            ("my_flag", "100%%", true),
            ("ab", "x", false),
            ("1abc", "x", false),
            ("foo(x)", "x", false),
            ("foo bar", "x", false),
            ("foo", "", false),
            ("foo", "x\ny", false),
            ("foo", "x\\", false),
            ("foo", "%{expand:", false),
            ("foo", "%(echo", false),
            ("foo", "%(echo (x))", true),
            ("foo", "a { b", true),
        ];
        for (name, body, fits) in rows {
            assert_eq!(Macro::new(name, body).is_ok(), fits, "%{name} {body}");
        }
    }

    #[test]
    fn a_name_is_looked_up_as_the_script_does() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["tumbleweed", "sl15.6", "default", "exact-name"] {
            fs::write(dir.path().join(format!("{name}.conf")), "").unwrap();
        }
        let rows = [
            ("tumbleweed", "tumbleweed.conf"),
            ("tumbleweed-x86_64", "tumbleweed.conf"),
            ("15.6-x86_64", "sl15.6.conf"),
            ("exact-name", "exact-name.conf"),
            ("nosuch", "default.conf"),
        ];
        for (dist, file) in rows {
            assert_eq!(find(OsStr::new(dist), Path::new("/w"), dir.path()), dir.path().join(file), "{dist}");
        }
        assert_eq!(find(OsStr::new("./a.conf"), Path::new("/w"), dir.path()), Path::new("/w/./a.conf"));
    }

    #[test]
    fn what_is_appended() {
        let removed = BTreeSet::from(["rpmlint".to_owned()]);
        let one = [Macro::new("greeting", "hi there").unwrap()];
        let removal = "Preinstall: !rpmlint\nVMinstall: !rpmlint\nRunscripts: !rpmlint\nRequired: !rpmlint\n\
                       Support: !rpmlint\nSubstitute: rpmlint\nIgnore: rpmlint\n";
        let note = "# Appended by Skink, for the hooks of this job.\n";
        let section = "Macros:\n%greeting hi there\n:Macros\n";
        let rows: [(&str, String); 3] = [
            ("Type: spec\n", format!("\n{note}{removal}{section}")),
            ("Macros:\n%a b\n", format!("\n:Macros\n{note}{removal}{section}")),
            ("%if 1\n%if 0\n%endif\n", format!("\n{note}%endif\n{removal}{section}")),
        ];
        for (text, want) in rows {
            assert_eq!(appendix(text, &one, &removed), want, "{text}");
        }
    }
}
