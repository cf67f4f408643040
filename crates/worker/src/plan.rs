//! Edits of the plan against the grants for them. The worker checks, the runner only carries.

use skink_job::{PlanEdit, PlanGrants, SafeText, ToolName};
use std::collections::BTreeSet;

/// The most bytes of a macro's body or an option's value.
const MAX_VALUE: usize = 4096;

/// Whether the edit is possible and the grants cover it; if not, in words.
pub(crate) fn check(edit: &PlanEdit, grants: &PlanGrants) -> Result<(), String> {
    match edit {
        PlanEdit::AddPackage { name } => covered("add the package", name, &grants.add_packages, is_package),
        PlanEdit::RemovePackage { name } => {
            covered("remove the package", name, &grants.remove_packages, is_package)
        }
        PlanEdit::SetMacro { name, body } => {
            if body.len() > MAX_VALUE || body.contains(['\n', '\r', '\0']) {
                let name = shown(name);
                return Err(format!(
                    "the body of the macro {name} must be one line of at most {MAX_VALUE} bytes"
                ));
            }
            covered("define the macro", name, &grants.macros, is_macro)
        }
        PlanEdit::AddOption { name, value } => {
            let is_bad = |v: &String| {
                v.is_empty() || v.len() > MAX_VALUE || v.starts_with('-') || v.contains(['\n', '\0'])
            };
            if value.as_ref().is_some_and(is_bad) {
                return Err(format!(
                    "the value of the option {} must be one line of at most {MAX_VALUE} bytes that does not begin \
                     with '-'",
                    shown(name)
                ));
            }
            covered("add the option", name, &grants.options, is_option)
        }
        PlanEdit::Delegate { tool, .. } => covered("have the build done by", tool, &grants.delegate, is_tool),
    }
}

fn covered(
    what: &str,
    name: &str,
    granted: &BTreeSet<String>,
    is_fine: fn(&str) -> bool,
) -> Result<(), String> {
    if !is_fine(name) {
        return Err(format!("cannot {what} {}: no such name is possible", shown(name)));
    }
    if granted.iter().any(|pattern| skink_policy::star(pattern, name)) {
        return Ok(());
    }
    Err(format!("no grant to {what} {name}"))
}

/// A name as it is told to people.
fn shown(name: &str) -> SafeText {
    SafeText::line(name).truncated(200)
}

fn is_package(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= 200
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-._~:".contains(&b))
}

fn is_macro(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && (2..=200).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_tool(name: &str) -> bool {
    name.parse::<ToolName>().is_ok()
}

fn is_option(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.starts_with("hook")
        && name.len() <= 200
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_grant_alone_decides() {
        let set = |text: &str| BTreeSet::from([text.to_owned()]);
        let edits: [(PlanEdit, PlanGrants); 5] = [
            (
                PlanEdit::AddPackage { name: "jq".into() },
                PlanGrants { add_packages: set("j*"), ..PlanGrants::default() },
            ),
            (
                PlanEdit::RemovePackage { name: "jq".into() },
                PlanGrants { remove_packages: set("jq"), ..PlanGrants::default() },
            ),
            (
                PlanEdit::SetMacro { name: "vendor_x".into(), body: "1".into() },
                PlanGrants { macros: set("vendor_*"), ..PlanGrants::default() },
            ),
            (
                PlanEdit::AddOption { name: "debuginfo".into(), value: None },
                PlanGrants { options: set("debuginfo"), ..PlanGrants::default() },
            ),
            (
                PlanEdit::Delegate { tool: "kiwi".into(), args: Vec::new(), inputs: Vec::new() },
                PlanGrants { delegate: set("kiwi"), ..PlanGrants::default() },
            ),
        ];
        for (i, (edit, _)) in edits.iter().enumerate() {
            for (j, (_, grants)) in edits.iter().enumerate() {
                assert_eq!(check(edit, grants).is_ok(), i == j, "{edit:?} with {grants:?}");
            }
        }
    }

    #[test]
    fn names_that_would_be_read_as_something_else_are_refused() {
        let any = || BTreeSet::from(["*".to_owned()]);
        let all = PlanGrants {
            add_packages: any(),
            remove_packages: any(),
            macros: any(),
            options: any(),
            delegate: any(),
        };
        let rows = [
            PlanEdit::AddPackage { name: "-x".into() },
            PlanEdit::AddPackage { name: "a b".into() },
            PlanEdit::AddPackage { name: "a\nb".into() },
            PlanEdit::SetMacro { name: "a".into(), body: "1".into() },
            PlanEdit::SetMacro { name: "a(b)".into(), body: "1".into() },
            PlanEdit::SetMacro { name: "abc".into(), body: "1\n%x 2".into() },
            PlanEdit::SetMacro { name: "abc".into(), body: "x".repeat(4097) },
            PlanEdit::AddPackage { name: "x".repeat(4 << 20) },
            PlanEdit::AddOption { name: "x".repeat(4 << 20), value: None },
            PlanEdit::AddOption { name: "define".into(), value: Some("x".repeat(4097)) },
            PlanEdit::AddOption { name: "-root".into(), value: None },
            PlanEdit::AddOption { name: "hook-none".into(), value: None },
            PlanEdit::AddOption { name: "define".into(), value: Some("--root".into()) },
            PlanEdit::Delegate { tool: "../kiwi".into(), args: Vec::new(), inputs: Vec::new() },
        ];
        for edit in rows {
            assert!(check(&edit, &all).is_err_and(|why| why.len() < 1000), "{edit:?}");
        }
    }
}
