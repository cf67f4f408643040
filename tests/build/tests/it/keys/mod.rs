//! Every key that takes a whole build to be seen, changed alone, changes what `skink build` does: that and nothing
//! else. The keys that a single call can show are in `tests/hostile/tests/it/keys`.
//!
//! A row is a text of the files of a job, what is put in its place, and how what is seen of the build differs. The
//! builds are of a trivial package, in a root that is set up already.

mod hooks;
mod job;
mod mandatory;
mod modules;
mod rules;

use job::{Job, Site};
use skink_tests_hostile::{Key, Place, known_keys};
use std::collections::BTreeSet;

/// Sort of table, key, a text of the job's files, what is put in its place, and the texts of what is seen that
/// change, with what they change into.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Stands for all that is seen.
const ALL: &str = "";

/// Runs the job as it is, then once for each row.
fn check_rows<'a>(site: &Site, job: &Job, rows: impl IntoIterator<Item = &'a Row>) {
    let base = site.seen(job);
    for (kind, key, from, to, differences) in rows {
        let mut want = base.clone();
        for (before, after) in *differences {
            assert!(base.contains(before), "{kind} {key}: no {before:?} in\n{base}");
            want = if *before == ALL { (*after).to_owned() } else { want.replacen(before, after, 1) };
        }
        assert_ne!(base, want, "{kind} {key}: the row cannot fail");
        let seen = site.seen(&job.with(from, to));
        assert!(seen == want, "{kind} {key}: {from:?} became {to:?}, and\n{seen}was seen, not\n{want}");
    }
}

/// Sorts of tables that are tested nowhere else.
const KINDS: [&str; 5] =
    ["[repositories.NAME]", "[allow.grants.plan]", "[[mandatory]]", "the hooks file", "[hooks.NAME]"];

/// The key that holds the tables of all hooks.
const HOLDER: (&str, &str) = ("the hooks file", "hooks");

/// A key of which `tests/tools` has the rows: it takes a tool root.
const OF_TOOLS: (&str, &str) = ("[allow.grants.plan]", "delegate");

/// The product says which keys it knows; a new one needs a row.
#[test]
fn every_known_key_has_a_row() {
    let known = known_keys(&Place::new("known-keys")).into_iter();
    let known: BTreeSet<Key> = known.filter(|(kind, _)| KINDS.contains(&kind.as_str())).collect();
    let rows = [hooks::keys(), mandatory::keys(), rules::keys(), vec![HOLDER, OF_TOOLS]].concat();
    let rows = rows.into_iter().filter(|(kind, _)| KINDS.contains(kind));
    let rows: BTreeSet<Key> = rows.map(|(kind, key)| (kind.to_owned(), key.to_owned())).collect();
    assert_eq!(known, rows);
}
