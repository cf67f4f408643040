//! Texts between quotes: dependencies and the lines of scripts.

use crate::pattern::Pattern;
use crate::rules::{List, Rule};
use crate::{ConfError, Format};
use alloc::format;
use alloc::vec::Vec;

/// One text, with its rule.
pub(crate) type Text<'r, 'a> = (&'r str, &'r Rule<'a>);

/// The text of a rule. Packages of Debian do without the quotes.
pub(crate) fn quoted<'r>(rule: &'r Rule<'_>, what: &str, format: Format) -> Result<&'r str, ConfError> {
    let inner = rule.text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match (inner, format) {
        (Some(inner), _) => Ok(inner),
        (None, Format::Deb) => Ok(&rule.text),
        (None, Format::Rpm) => {
            Err(rule.error(format!("{what} {} has no quotes; write {what} \"TEXT\"", rule.text)))
        }
    }
}

/// The texts of rules: one that begins with a minus leaves those out, of the ones before it, that its pattern matches.
pub(crate) fn texts<'r, 'a>(
    rules: &'r List<'a>,
    what: &str,
    format: Format,
) -> Result<Vec<Text<'r, 'a>>, ConfError> {
    let mut texts: Vec<Text<'r, 'a>> = Vec::new();
    for rule in rules {
        let Some(pattern) = rule.text.strip_prefix('-') else {
            texts.push((quoted(rule, what, format)?, rule));
            continue;
        };
        let pattern = Pattern::new(pattern, rule.line)?;
        let mut left = Vec::new();
        for (text, rule) in texts {
            if !pattern.matches(text)? {
                left.push((text, rule));
            }
        }
        texts = left;
    }
    Ok(texts)
}
