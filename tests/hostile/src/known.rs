//! The keys that the product itself says it knows, so that a new one without a test is seen.

use crate::{Place, Running};
use std::collections::BTreeSet;

/// A sort of table, as messages call it, and a key of it.
pub type Key = (String, String);

/// No key, and none that is like one.
const STRANGER: &str = "zzzzzzzzzzzz";

/// Every sort of table that a policy has, each with a stranger in it.
const POLICY: &str = "schema = 1
STRANGER
[tools.x]
STRANGER
[tool-roots.x]
STRANGER
[repositories.x]
STRANGER
[limits]
STRANGER
[[allow]]
STRANGER
[allow.grants]
STRANGER
[allow.grants.plan]
STRANGER
[allow.grants.effects]
STRANGER
[allow.limits]
STRANGER
[[mandatory]]
STRANGER
[[allocate]]
STRANGER
[allocate.limits]
STRANGER
";

const HOOKS: &str = "schema = 1\nSTRANGER\n[hooks.x]\nSTRANGER\n";

/// What `skink policy check` says it would have known, in the place of a key that it does not know.
pub fn known_keys(place: &Place) -> BTreeSet<Key> {
    let filled = |text: &str| text.replace("STRANGER", &format!("{STRANGER} = 1"));
    let files = [place.write("policy.toml", filled(POLICY)), place.write("_hooks", filled(HOOKS))];
    let arguments = ["policy".as_ref(), "check".as_ref(), files[0].as_os_str(), files[1].as_os_str()];
    let ended = Running::start(place, None, &arguments).wait();
    assert_eq!(ended.code(), Some(1), "unknown keys are no errors: {}", ended.output());
    let complaint = format!("error: unknown key `{STRANGER}` in ");
    let (mut kind, mut known) = (String::new(), BTreeSet::new());
    let mut kinds = BTreeSet::new();
    for line in ended.stderr.lines() {
        if let Some((_, of)) = line.split_once(&complaint) {
            // A message says which table it is; here only its sort counts.
            kind = of.replace(".x]", ".NAME]");
        } else if let Some((_, keys)) = line.split_once("help: known keys: ") {
            kinds.insert(kind.clone());
            known.extend(keys.split(", ").map(|key| (kind.clone(), key.trim_matches('`').to_owned())));
        }
    }
    let strangers = POLICY.matches("STRANGER").count() + HOOKS.matches("STRANGER").count();
    assert_eq!(kinds.len(), strangers, "not every stranger was met:\n{}", ended.stderr);
    known
}
