//! What runs when a package is installed or removed.

use crate::rules::{List, Rule, Rules};
use crate::texts::quoted;
use crate::{ConfError, Format, Macros, path};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// When a script runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before the package is installed.
    PreIn,
    /// When it is installed.
    PostIn,
    /// Before it is removed.
    PreUn,
    /// When it is removed.
    PostUn,
}

/// A script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// When it runs.
    pub moment: Moment,
    /// What runs it, and its arguments; empty in packages of Debian, whose scripts say it themselves.
    pub interpreter: Vec<String>,
    /// None where the interpreter runs by itself.
    pub body: Option<String>,
}

/// What runs a script that does not say so.
const SHELL: &str = "/bin/sh";

impl Rules<'_> {
    /// The scripts. `has_libraries` tells whether a library of the original is in the package where it was, under the prefix.
    ///
    /// # Errors
    /// A rule without quotes, a macro, or an interpreter that is none.
    pub fn scripts(&self, has_libraries: bool, macros: &Macros<'_>) -> Result<Vec<Script>, ConfError> {
        let mut scripts = Vec::new();
        for (what, moment, rules) in self.moments() {
            let linked = (moment == Moment::PostIn && has_libraries && !self.prefix.is_empty())
                .then_some(&self.prefix);
            let lines = lines(rules, what, macros)?;
            scripts.extend(script(moment, lines, linked)?);
        }
        Ok(scripts)
    }

    pub(crate) fn moments(&self) -> [(&'static str, Moment, &List<'_>); 4] {
        [
            ("pre", Moment::PreIn, &self.pre_in),
            ("post", Moment::PostIn, &self.post_in),
            ("preun", Moment::PreUn, &self.pre_un),
            ("postun", Moment::PostUn, &self.post_un),
        ]
    }
}

/// A line of a script with the rule that it comes from.
type Written<'r, 'a> = (String, &'r Rule<'a>);

fn lines<'r, 'a>(
    rules: &'r List<'a>,
    what: &str,
    macros: &Macros<'_>,
) -> Result<Vec<Written<'r, 'a>>, ConfError> {
    let line = |rule: &'r Rule<'a>| {
        let text = quoted(rule, what, Format::Rpm)?;
        Ok((macros.expanded(text).map_err(|why| rule.error(why))?, rule))
    };
    rules.iter().map(line).collect()
}

/// The script of these lines. A first one that begins with `-p` says what runs the others. The loader is told of libraries below a
/// prefix there; where it alone is run, in place of that.
fn script(
    moment: Moment,
    mut lines: Vec<Written<'_, '_>>,
    prefix: Option<&String>,
) -> Result<Option<Script>, ConfError> {
    let own = prefix.map(|prefix| format!("/sbin/ldconfig -r {prefix}"));
    let told = lines.first().filter(|(line, _)| line.starts_with("-p"));
    let is_told = told.is_some();
    let is_loader = lines.len() == 1 && told.is_some_and(|(line, _)| line.contains("ldconfig"));
    let mut interpreter = vec![SHELL.to_string()];
    if is_told {
        let (line, rule) = lines.remove(0);
        let program = words(line.strip_prefix("-p").unwrap_or_default(), rule)?;
        if own.is_none() || !is_loader {
            interpreter = program;
        }
        if own.is_some() && !interpreter.first().is_some_and(|program| program.ends_with("sh")) {
            let why = "only a shell can run this: the loader has to be told of libraries below a prefix";
            return Err(rule.error(why));
        }
    }
    let is_none = own.is_none() && lines.is_empty() && !is_told;
    let lines: Vec<String> = own.into_iter().chain(lines.into_iter().map(|(line, _)| line)).collect();
    let body = lines.join("\n").trim_end().to_string();
    let body = (!body.trim_start().is_empty()).then_some(body);
    Ok((!is_none).then_some(Script { moment, interpreter, body }))
}

/// An interpreter and its arguments.
fn words(text: &str, rule: &Rule<'_>) -> Result<Vec<String>, ConfError> {
    let words: Vec<String> = text.split_whitespace().map(ToString::to_string).collect();
    let program = words.first().map_or("", String::as_str);
    if !path::is_plain(program) && program != "<lua>" {
        return Err(rule.error(format!("{program:?} cannot run a script; write \"-p /PATH/OF/PROGRAM\"")));
    }
    if words.len() > 1 {
        return Err(rule.error(
            "a program behind -p takes no arguments here; write what it is to do in the lines below",
        ));
    }
    Ok(words)
}
