//! One line of a file.

use crate::condition::{after, held, is_dotted_name, is_name, without};
use crate::pattern::LastPattern;
use crate::{ConfError, Format};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

/// What a line may begin with, when its conditions are taken off.
pub(crate) const DIRECTIVES: [&str; 24] = [
    "targets",
    "prefix",
    "legacyversion",
    "extension",
    "configdir",
    "targetname",
    "package",
    "provides",
    "requires",
    "recommends",
    "supplements",
    "suggests",
    "prereq",
    "obsoletes",
    "conflicts",
    "baselib",
    "config",
    "pre",
    "prein",
    "post",
    "postin",
    "preun",
    "postun",
    "autoreqprov",
];

/// The line that ends a file.
pub(crate) const END: &str = "end_of_config";

/// A line that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    file: Arc<str>,
    number: u32,
    pub(crate) text: String,
    /// Whether blanks stand before it.
    is_indented: bool,
    pub(crate) last_pattern: LastPattern,
}

impl Line {
    /// None of a blank one and of a comment. A directive that nobody knows is an error, also where nothing would obey it: else
    /// it would be found with the first package that does.
    pub(crate) fn read(
        file: &Arc<str>,
        number: u32,
        text: &str,
        format: Format,
    ) -> Option<Result<Self, ConfError>> {
        let is_indented = text.starts_with(char::is_whitespace);
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            return None;
        }
        let line = Self {
            file: file.clone(),
            number,
            text: text.into(),
            is_indented,
            last_pattern: LastPattern::default(),
        };
        let why = unknown(without(text), format);
        Some(match why {
            None => Ok(line),
            Some(why) => Err(line.error(why)),
        })
    }

    pub(crate) fn error(&self, why: impl Into<String>) -> ConfError {
        ConfError::new(&self.file, self.number, why)
    }

    /// The targets that it gives packages of an architecture. Behind blanks it is none: `mkbaselibs` passes such lines over, and a line
    /// that begins to count would make packages that nobody asked for.
    pub(crate) fn targets(&self, architecture: &str) -> Option<&str> {
        let text = Some(self.text.as_str()).filter(|_| !self.is_indented)?;
        after(held(text, "arch", architecture)?, "targets")
    }

    /// The package that it names: by the last word, behind `package`, or by nothing else on the line.
    pub(crate) fn names(&self, format: Format) -> Option<&str> {
        let bare = self.text.as_str();
        if is_name(bare) || (format == Format::Deb && is_dotted_name(bare)) {
            return Some(bare).filter(|bare| *bare != END);
        }
        let (before, name) = self.text.rsplit_once(char::is_whitespace)?;
        let before = before.trim_end();
        let is_package =
            before == "package" || before.strip_suffix("package")?.ends_with(char::is_whitespace);
        (is_package && is_dotted_name(name)).then_some(name)
    }
}

/// Why a line is none, if it is. One that begins with a variable is told apart when that has a value.
fn unknown(text: &str, format: Format) -> Option<String> {
    let word = text.split_whitespace().next().unwrap_or_default();
    if let Some(odd) =
        after(text, "targets").and_then(|targets| targets.split_whitespace().find(is_no_target))
    {
        return Some(format!("{odd:?} is no target; write ARCHITECTURE:TYPE, such as x86_64:32bit"));
    }
    let is_rule = text.starts_with(['+', '-', '"', '<']) || text == "block!";
    let is_bare = is_name(text) || (format == Format::Deb && is_dotted_name(text));
    let is_directive = DIRECTIVES.iter().any(|directive| after(text, directive).is_some());
    if is_rule || is_bare || is_directive {
        None
    } else if is_dotted_name(text) {
        Some(format!("{text:?} is no directive; if it is a package, write: package {text}"))
    } else if ["arch", "targettype", "targetarch"].contains(&word) {
        Some(format!(
            "{word} is in the wrong place: conditions stand once each, arch before targettype before targetarch"
        ))
    } else {
        Some(format!("{word:?} is no directive of baselibs.conf; those are {}", DIRECTIVES.join(", ")))
    }
}

/// Whether no package can be for it: its architecture becomes part of a file's name.
fn is_no_target(word: &&str) -> bool {
    let architecture = word.split(':').next().unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    !(architecture.starts_with(|c: char| c.is_ascii_alphanumeric()) && architecture.chars().all(fits))
}
