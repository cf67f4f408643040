//! The modules that the hooks of these jobs are.

use serde_json::{Value, json};
use skink_tests_hostile::{Attack, ComponentText, sha256};
use std::path::Path;

/// A module: its name and its bytes.
pub(crate) struct Module {
    pub(crate) name: &'static str,
    bytes: Vec<u8>,
}

impl Module {
    fn new(name: &'static str, text: &ComponentText, phases: &Value, grants: &Value) -> Self {
        let attack = Attack::module(text.build()).manifest("name", json!(name));
        let attack = attack.manifest("phases", phases.clone()).manifest("grants", grants.clone());
        Self { name, bytes: attack.manifest("settings", json!({ "type": "object" })).bytes() }
    }

    pub(crate) fn sha256(&self) -> String {
        sha256(&self.bytes)
    }

    /// Puts it into a folder under a name.
    pub(crate) fn put(&self, folder: &Path, name: &str) {
        std::fs::write(folder.join(format!("{name}.wasm")), &self.bytes).unwrap();
    }
}

/// Tells in each phase who it is and what its settings are; as a check it is content or not.
fn witness(name: &'static str, is_content: bool) -> Module {
    let verdict = if is_content {
        "(i32.const 0)"
    } else {
        "(call $fail (i32.const 320) (call $length (i32.const 320)))"
    };
    let text = ComponentText::named("witness").with("WHO", name).with("VERDICT", verdict);
    let phases = json!(["pre-chroot", "transform", "check", "cleanup"]);
    Module::new(name, &text, &phases, &json!({ "results": true }))
}

/// Makes each edit of the plan, and is content whatever it is told.
fn planner() -> Module {
    let text = ComponentText::named("edit-plan").with("(return (call $said (local.get $answer)))", "(nop)");
    let any = json!(["*"]);
    let plan = json!({ "add-packages": any, "remove-packages": any, "macros": any, "options": any });
    Module::new("planner", &text, &json!(["pre-chroot"]), &json!({ "plan": plan }))
}

/// All of them.
pub(crate) fn modules() -> Vec<Module> {
    let check = json!(["check"]);
    vec![
        witness("witness", true),
        witness("other", true),
        witness("critic", false),
        planner(),
        Module::new("eater", &ComponentText::named("grow-memory"), &check, &json!({ "results": true })),
        Module::new(
            "adder",
            &ComponentText::named("add-file"),
            &json!(["transform"]),
            &json!({ "outbox": true }),
        ),
    ]
}
