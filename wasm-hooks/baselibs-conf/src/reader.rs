//! What the lines say of one package for one target.
//!
//! Lines are read from the first to the last. Variables in them are replaced first, whatever stands around them. A line is for the
//! package where the last `package` before it in its file named that; before the first one of the first file all lines are for it.

use crate::condition::{after, held, is_dotted_name};
use crate::line::{DIRECTIVES, END, Line};
use crate::pattern::Pattern;
use crate::rules::{Rule, Rules};
use crate::{ConfError, Format, Package, Target, path};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

/// Bytes of a line when its variables are replaced: a value may hold itself twice.
const MAX_LINE: usize = 64 << 10;

/// Bytes of all rules for one package, with the values of their variables.
const MAX_RULES: usize = 4 << 20;

/// Reads the lines for one package and one target.
#[derive(Debug)]
pub(crate) struct Reader<'p, 'a> {
    rules: Rules<'a>,
    package: Package<'p>,
    target: &'p Target,
    format: Format,
    extension: String,
    match1: String,
    /// Whether lines are for the package now.
    matches: bool,
    /// Whether the file named a package already.
    is_named: bool,
    /// Whether some line named the package.
    was_named: bool,
    /// Whether something was made of another package for the target.
    was_made: bool,
    /// Bytes of all rules.
    bytes: usize,
}

impl<'p, 'a> Reader<'p, 'a> {
    pub(crate) fn new(
        package: Package<'p>,
        target: &'p Target,
        was_made: bool,
        of: (Format, &Arc<str>),
    ) -> Self {
        Self {
            rules: Rules { has_own_dependencies: true, conf: of.1.clone(), ..Rules::default() },
            package,
            target,
            format: of.0,
            extension: String::new(),
            match1: String::new(),
            matches: true,
            is_named: false,
            was_named: false,
            was_made,
            bytes: 0,
        }
    }

    /// What follows is of the next file, and for no package before that names one.
    pub(crate) fn end_file(&mut self) {
        (self.matches, self.is_named) = (false, false);
    }

    pub(crate) fn finished(self) -> Option<Rules<'a>> {
        self.was_named.then_some(self.rules)
    }

    /// Takes a line; false where it says that nothing is to be made.
    pub(crate) fn take(&mut self, line: &'a Line) -> Result<bool, ConfError> {
        if line.text == END {
            self.end_file();
            return Ok(true);
        }
        let text = self.replaced(line)?;
        let Some(text) = held(&text, "arch", self.package.architecture) else { return Ok(true) };
        if after(text, "targets").is_some() {
            return Ok(true);
        }
        if names_conditionally(text) {
            (self.matches, self.is_named) = (false, true);
        }
        let Some(text) = held(text, "targettype", &self.target.kind) else { return Ok(true) };
        let Some(text) = held(text, "targetarch", &self.target.architecture) else { return Ok(true) };
        if self.set(text, line)? {
            return Ok(true);
        }
        if let Some(name) = self.package(text) {
            self.name(name, line)?;
            return Ok(true);
        }
        match (self.matches, text) {
            (false, _) => Ok(true),
            (true, "block!") => Ok(false),
            (true, text) => self.add(text, line).map(|()| true),
        }
    }

    /// A line with the values of its variables.
    fn replaced(&self, line: &Line) -> Result<String, ConfError> {
        let names = [
            ("<targettype>", self.target.kind.as_str()),
            ("<targetarch>", &self.target.architecture),
            ("<name>", self.package.name),
            ("<version>", self.package.version),
            ("<prefix>", &self.rules.prefix),
            ("<extension>", &self.extension),
            ("<configdir>", &self.rules.config_folder),
            ("<match1>", &self.match1),
        ];
        let mut text = line.text.clone();
        for (name, value) in names {
            let times = text.matches(name).count();
            if text.len().saturating_add(times.saturating_mul(value.len())) > MAX_LINE {
                return Err(
                    line.error(format!("with the values of its variables it has more than {MAX_LINE} bytes"))
                );
            }
            if times > 0 {
                text = text.replace(name, value);
            }
        }
        Ok(text.trim_end().to_string())
    }

    /// Takes what is for all packages, wherever it stands; false where the line says something else.
    fn set(&mut self, text: &str, line: &'a Line) -> Result<bool, ConfError> {
        for (word, folder) in
            [("prefix", &mut self.rules.prefix), ("configdir", &mut self.rules.config_folder)]
        {
            if let Some(value) = after(text, word) {
                let value = value.trim_end_matches('/');
                if !value.is_empty() && !path::is_plain(value) {
                    return Err(line
                        .error(format!("{value:?} is no folder; write an absolute path without . and ..")));
                }
                *folder = value.into();
                return Ok(true);
            }
        }
        for (word, place) in
            [("legacyversion", &mut self.rules.legacy_version), ("extension", &mut self.extension)]
        {
            if let Some(value) = after(text, word) {
                *place = value.into();
                return Ok(true);
            }
        }
        let Some(name) = after(text, "targetname") else { return Ok(false) };
        if self.matches || !self.is_named {
            (self.rules.name, self.rules.name_line) = (name.into(), Some(line));
        }
        Ok(true)
    }

    /// The package that a line names: behind a word for it, or by nothing else on the line.
    fn package<'t>(&self, text: &'t str) -> Option<&'t str> {
        let is_bare =
            || crate::condition::is_name(text) || (self.format == Format::Deb && is_dotted_name(text));
        after(text, "package").or_else(|| (!text.starts_with(['+', '-']) && is_bare()).then_some(text))
    }

    /// What follows is for the package of that name, or for those that a pattern between slashes matches.
    fn name(&mut self, name: &str, line: &Line) -> Result<(), ConfError> {
        self.is_named = true;
        let Some(pattern) = name.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) else {
            self.matches = name == self.package.name;
            self.was_named |= self.matches;
            return Ok(());
        };
        let found = Pattern::new(pattern, line)?.first_group(self.package.name)?;
        self.matches = found.is_some();
        if let Some(group) = found {
            self.match1 = group;
            self.was_named |= self.was_made && self.package.name.ends_with("-debuginfo");
        }
        Ok(())
    }

    fn add(&mut self, text: &str, line: &'a Line) -> Result<(), ConfError> {
        let is_rule = text.starts_with(['+', '-', '"']);
        let found = DIRECTIVES.iter().find_map(|word| Some((*word, after(text, word)?))).filter(|_| !is_rule);
        let (word, rest) = match found {
            Some(found) => found,
            None if is_rule => ("baselib", text),
            None => return Err(line.error(format!("{text:?} is no directive of baselibs.conf"))),
        };
        if word == "autoreqprov" {
            self.rules.has_own_dependencies = is_yes(rest);
            return Ok(());
        }
        let Some(list) = self.rules.list(word) else {
            return Err(line.error(format!("{word} cannot stand behind a condition")));
        };
        self.bytes = self.bytes.saturating_add(rest.len());
        if self.bytes > MAX_RULES {
            let why = "with the values of its variables";
            return Err(
                line.error(format!("up to here there are more than {MAX_RULES} bytes of rules, {why}"))
            );
        }
        list.push(Rule { text: rest.into(), line });
        Ok(())
    }
}

/// Whether a line names a package behind a condition: if that does not hold, what follows is for no package.
fn names_conditionally(text: &str) -> bool {
    let Some((before, name)) = text.rsplit_once(char::is_whitespace) else { return false };
    let before = before.trim_end();
    let is_second =
        before.strip_suffix("package").is_some_and(|before| before.ends_with(char::is_whitespace));
    let name = name.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).unwrap_or(name);
    is_second && is_dotted_name(name)
}

/// As rpm understands it.
fn is_yes(text: &str) -> bool {
    !(text.starts_with(['n', 'N', '0'])
        || text.eq_ignore_ascii_case("false")
        || text.eq_ignore_ascii_case("off"))
}
