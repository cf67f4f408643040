//! Every key of a policy that a single call can show, changed alone, changes how `skink hook run` ends. What takes
//! a whole build to be seen is in `tests/build/tests/it/keys`.

mod grants;
mod limits;
mod rules;
mod tools;

pub(crate) use tools::tool;

use skink_tests_hostile::{Key, Place, known_keys};
use std::collections::BTreeSet;

/// Keys that hold tables whose own keys have rows.
const HOLDERS: [(&str, &str); 9] = [
    ("the policy", "tools"),
    ("the policy", "limits"),
    ("the policy", "allow"),
    ("[[allow]]", "grants"),
    ("[[allow]]", "limits"),
    ("[allow.grants]", "plan"),
    ("[allow.grants]", "effects"),
    ("the policy", "allocate"),
    ("[[allocate]]", "limits"),
];

/// What only a build has, whole tables and single keys: their rows are in `tests/build`
/// and `tests/tools`.
const OF_BUILDS: [&str; 5] =
    ["[tool-roots.NAME]", "[repositories.NAME]", "[[mandatory]]", "the hooks file", "[hooks.NAME]"];
const KEYS_OF_BUILDS: [(&str, &str); 9] = [
    ("the policy", "tool-roots"),
    ("[tools.NAME]", "root"),
    ("[tools.NAME]", "kind"),
    ("[tools.NAME]", "devices"),
    ("[allow.grants]", "root-builders"),
    ("the policy", "repositories"),
    ("the policy", "mandatory"),
    ("[allow.grants.plan]", "repository"),
    ("[allow.grants.plan]", "delegate"),
];

/// The product says which keys it knows; a new one needs a row.
#[test]
fn every_known_key_has_a_row() {
    let place = Place::new("known-keys");
    let known = known_keys(&place).into_iter().filter(|(kind, _)| !OF_BUILDS.contains(&kind.as_str()));
    let rows =
        [limits::keys(), grants::keys(), tools::keys(), rules::keys(), crate::allocate::keys()].concat();
    let rows = rows.iter().chain(&HOLDERS).chain(&KEYS_OF_BUILDS);
    let rows: BTreeSet<Key> = rows.map(|(kind, key)| ((*kind).to_owned(), (*key).to_owned())).collect();
    assert_eq!(known.collect::<BTreeSet<_>>(), rows);
}
