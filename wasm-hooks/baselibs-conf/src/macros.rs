//! Macros of rpm in texts.
//!
//! `mkbaselibs` writes texts into a spec file, where rpm expands what is a macro. Only those of the package itself are known here. Any
//! other is an error: what it would become is not known, and it must not become part of a package as it is.

use alloc::format;
use alloc::string::String;

/// What the package's own macros stand for.
#[derive(Debug, Clone, Copy)]
pub struct Macros<'a> {
    /// `%name`: that of the source package.
    pub name: &'a str,
    /// `%version`: that of the new package.
    pub version: &'a str,
    /// `%release`: that of the new package.
    pub release: &'a str,
}

impl Macros<'_> {
    /// A text with its macros expanded, or why that cannot be.
    pub(crate) fn expanded(&self, text: &str) -> Result<String, String> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            expanded.push_str(before);
            rest = self.one(after, &mut expanded)?;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    /// Expands what follows a percent sign, and gives what is behind it.
    fn one<'t>(&self, after: &'t str, to: &mut String) -> Result<&'t str, String> {
        if let Some(rest) = after.strip_prefix('%') {
            to.push('%');
            return Ok(rest);
        }
        if let Some(rest) = after.strip_prefix('{') {
            let (word, rest) =
                rest.split_once('}').ok_or_else(|| format!("the macro %{after} has no end"))?;
            to.push_str(self.value(word)?);
            return Ok(rest);
        }
        let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
        let (word, rest) = after.split_at_checked(end).unwrap_or((after, ""));
        // The names of macros have three characters at least, and begin with no digit.
        let is_macro = word.len() >= 3 && !word.starts_with(|c: char| c.is_ascii_digit());
        if is_macro {
            to.push_str(self.value(word)?);
            return Ok(rest);
        }
        if after.starts_with(['(', '[', '?', '!', '*', '#', '-']) {
            return Err(format!("the macro %{after} is not expanded here; write %% for a percent sign"));
        }
        to.push('%');
        Ok(after)
    }

    fn value(&self, word: &str) -> Result<&str, String> {
        match word {
            "name" => Ok(self.name),
            "version" => Ok(self.version),
            "release" => Ok(self.release),
            _ => Err(format!(
                "the macro {word} of rpm is not known here, only name, version and release; write what it stands for, or %% for a percent sign"
            )),
        }
    }
}
