//! Hooks of the tests, besides those of this repository.

use serde_json::{Value, json};
use skink_tests_hostile::{Attack, ComponentText, sha256};

/// A module: its bytes, and the sha256 by which a policy names it.
#[derive(Debug, Clone)]
pub struct Module {
    /// Its name, without `.wasm`.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their sha256.
    pub sha256: String,
}

/// A check that is not content.
pub fn critic() -> Module {
    check("critic", "fail", &json!({ "results": true }))
}

/// A check that finds every build unchanged.
pub fn same() -> Module {
    check("same", "say-unchanged", &json!({ "results": true, "unchanged": true }))
}

/// A check that never ends by itself.
pub fn spinner() -> Module {
    check("spinner", "spin", &json!({ "results": true }))
}

/// A hook of this repository.
pub fn module_named(name: &'static str) -> Module {
    let bytes = std::fs::read(crate::told().hooks.join(format!("{name}.wasm"))).unwrap();
    Module { name, sha256: sha256(&bytes), bytes }
}

fn check(name: &'static str, text: &str, grants: &Value) -> Module {
    let attack = Attack::module(ComponentText::named(text).build()).manifest("name", json!(name));
    let bytes = attack.manifest("grants", grants.clone()).bytes();
    Module { name, sha256: sha256(&bytes), bytes }
}
