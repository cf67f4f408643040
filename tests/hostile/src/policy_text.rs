//! The policy of an attack, as text.

use serde_json::{Map, Value};
use std::fmt::Write;

/// What the policy of one attack says, beside that its module is allowed.
#[derive(Debug, Clone, Default)]
pub(crate) struct PolicyText {
    pub(crate) granted: Option<Map<String, Value>>,
    pub(crate) limits: Vec<(&'static str, &'static str)>,
    pub(crate) rule: String,
    pub(crate) tools: Vec<(&'static str, &'static str)>,
    pub(crate) edits: Vec<(String, String)>,
}

impl PolicyText {
    /// The text, with a rule for the module of that digest; it grants what the manifest asks for, unless
    /// something else was said.
    pub(crate) fn text(&self, digest: &str, asked: Option<&Map<String, Value>>) -> String {
        let mut policy = "schema = 1\n".to_owned();
        for (name, program) in &self.tools {
            writeln!(policy, "[tools.{name}]\nprogram = {program:?}").unwrap();
        }
        writeln!(policy, "[[allow]]\nmodule = \"attack\"\nsha256 = [{digest:?}]\nprojects = [\"**\"]")
            .unwrap();
        policy.push_str(&self.rule);
        if let Some(grants) = self.granted.as_ref().or(asked) {
            policy.push_str("[allow.grants]\n");
            grants.iter().for_each(|(key, value)| writeln!(policy, "{key} = {}", toml(value)).unwrap());
        }
        if !self.limits.is_empty() {
            policy.push_str("[allow.limits]\n");
            self.limits.iter().for_each(|(key, value)| writeln!(policy, "{}", limit(key, value)).unwrap());
        }
        self.edits.iter().fold(policy, |policy, (from, to)| {
            assert!(policy.contains(from.as_str()), "no {from:?} in\n{policy}");
            policy.replacen(from, to, 1)
        })
    }
}

/// A line of a table of limits: numbers stand bare, quantities are texts.
pub fn limit(key: &str, value: &str) -> String {
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("{key} = {value}")
    } else {
        format!("{key} = {value:?}")
    }
}

/// JSON as TOML has it: only objects are written otherwise.
fn toml(value: &Value) -> String {
    let Some(object) = value.as_object() else { return value.to_string() };
    let pairs: Vec<String> = object.iter().map(|(key, value)| format!("{key} = {}", toml(value))).collect();
    format!("{{ {} }}", pairs.join(", "))
}
