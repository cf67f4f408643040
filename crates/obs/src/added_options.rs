//! The options of `build` that a hook may add, each with the form of its value.
//!
//! Only options that change what happens inside the build root are here. None of them names a path, a root,
//! a machine's kernel, or a program of the host, whatever a policy grants.

use crate::RealBuild;
use crate::config::Macro;
use crate::options;
use std::ffi::OsString;

/// The form of a value.
#[derive(Clone, Copy)]
enum Form {
    /// There is none.
    Flag,
    /// Digits.
    Number,
    /// Letters, digits and a few signs.
    Word,
    /// `-ba` and its like.
    Stage,
    /// Text without anything that a shell reads.
    Text,
    /// A macro's name, a blank and its body.
    Define,
}

struct Allowed {
    name: &'static str,
    form: Form,
    may_repeat: bool,
}

const fn once(name: &'static str, form: Form) -> Allowed {
    Allowed { name, form, may_repeat: false }
}
const fn repeated(name: &'static str, form: Form) -> Allowed {
    Allowed { name, form, may_repeat: true }
}

static ALLOWED: &[Allowed] = &[
    once("no-checks", Form::Flag),
    once("checks", Form::Flag),
    once("debuginfo", Form::Flag),
    once("norootforbuild", Form::Flag),
    once("changelog", Form::Flag),
    once("statistics", Form::Flag),
    once("skip-bundle", Form::Flag),
    once("ccache", Form::Flag),
    once("jobs", Form::Number),
    once("threads", Form::Number),
    once("buildtime", Form::Number),
    once("vm-memory", Form::Number),
    once("vm-disk-size", Form::Number),
    once("vm-swap-size", Form::Number),
    once("release", Form::Word),
    once("target", Form::Word),
    once("stage", Form::Stage),
    repeated("with", Form::Word),
    repeated("without", Form::Word),
    repeated("define", Form::Define),
    repeated("buildtool-opt", Form::Text),
    repeated("kiwi-parameter", Form::Text),
];

/// An option that a hook adds.
pub(crate) struct AddedOption {
    allowed: &'static Allowed,
    spelled: &'static str,
    value: Option<String>,
}

impl AddedOption {
    /// Checks an option, its value, and whether the installed script knows it.
    pub(crate) fn new(name: &str, value: Option<&str>, build: &RealBuild) -> Result<Self, String> {
        let spec = options::find(name);
        let allowed = spec.and_then(|spec| ALLOWED.iter().find(|allowed| allowed.name == spec.name));
        let (Some(spec), Some(allowed)) = (spec, allowed) else {
            let names: Vec<&str> = ALLOWED.iter().map(|allowed| allowed.name).collect();
            return Err(format!("hooks may add only {}", names.join(", ")));
        };
        check(allowed.form, value)?;
        let spelled = spec.names().find(|name| build.knows(name)).ok_or_else(|| {
            format!(
                "the build script {} does not know it; it needs a newer obs-build",
                build.script().display()
            )
        })?;
        Ok(Self { allowed, spelled, value: value.map(str::to_owned) })
    }

    /// A macro's definition as an option.
    pub(crate) fn define(one: &Macro) -> Result<Self, String> {
        let allowed = ALLOWED.iter().find(|allowed| allowed.name == "define").ok_or("no such option")?;
        let value = one.definition();
        check(allowed.form, Some(&value))?;
        Ok(Self { allowed, spelled: "define", value: Some(value) })
    }

    /// Its name in our table.
    pub(crate) fn name(&self) -> &'static str {
        self.allowed.name
    }

    /// Whether it may stand beside one of the caller.
    pub(crate) fn may_repeat(&self) -> bool {
        self.allowed.may_repeat
    }

    /// One argument, so that a value may begin with `-`.
    pub(crate) fn argument(&self) -> OsString {
        match &self.value {
            Some(value) => format!("--{}={value}", self.spelled).into(),
            None => format!("--{}", self.spelled).into(),
        }
    }
}

fn check(form: Form, value: Option<&str>) -> Result<(), String> {
    let (fits, what) = match (form, value) {
        (Form::Flag, value) => (value.is_none(), "no value"),
        (_, None) => (false, "a value"),
        (Form::Number, Some(v)) => {
            (!v.is_empty() && v.len() <= 12 && v.bytes().all(|b| b.is_ascii_digit()), "a whole number")
        }
        (Form::Word, Some(v)) => (is_word(v), "letters, digits, '.', '_', '+', '~' and '-'"),
        (Form::Stage, Some(v)) => {
            (matches!(v, "-ba" | "-bb" | "-bc" | "-bi" | "-bp" | "-bs"), "-ba, -bb or the like")
        }
        (Form::Text, Some(v)) => (is_text(v), "one line without quotes, '$', '`' or '\\'"),
        (Form::Define, Some(v)) => {
            let is_macro = v.split_once(' ').is_some_and(|(name, body)| Macro::new(name, body).is_ok());
            (is_text(v) && is_macro, "a macro's name, a blank and its body, without quotes, '$', '`' or '\\'")
        }
    };
    if fits { Ok(()) } else { Err(format!("it takes {what}")) }
}

fn is_word(value: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._+~-".contains(c);
    !value.is_empty() && value.len() <= 200 && !value.starts_with('-') && value.chars().all(fits)
}

/// The script writes such values into shell scripts and quotes only the first of each special sign.
fn is_text(value: &str) -> bool {
    let special = |c: char| c.is_control() || "\"'$`\\".contains(c);
    !value.is_empty() && value.len() <= 4000 && !value.contains(special)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let build =
            RealBuild::for_tests("/b", &["no-checks", "debug", "jobs", "define", "stage", "with", "root"]);
        let rows: &[(&str, Option<&str>, &str)] = &[
            ("no-checks", None, "--no-checks"),
            ("no-checks", Some("x"), "it takes no value"),
            ("debuginfo", None, "--debug"),
            ("jobs", Some("4"), "--jobs=4"),
            ("jobs", Some("4; reboot"), "it takes a whole number"),
            ("jobs", None, "it takes a value"),
            ("define", Some("foo bar baz"), "--define=foo bar baz"),
            ("define", Some("foo %(id)"), "--define=foo %(id)"),
            ("define", Some("foo $(id)"), "without quotes"),
            ("define", Some("fo o"), "without quotes"),
            ("stage", Some("-bb"), "--stage=-bb"),
            ("with", Some("-x"), "it takes letters"),
            ("skip-bundle", None, "needs a newer obs-build"),
            ("root", Some("/"), "hooks may add only"),
            ("logfile", Some("/x"), "hooks may add only"),
            ("nosuch", None, "hooks may add only"),
        ];
        for (name, value, want) in rows {
            let shown = match AddedOption::new(name, *value, &build) {
                Ok(option) => option.argument().into_string().unwrap(),
                Err(why) => why,
            };
            assert!(shown.contains(want), "{name} {value:?}: {shown}");
        }
    }
}
