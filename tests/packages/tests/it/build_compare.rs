//! The hook `build-compare` gives the verdicts of openSUSE's build-compare, on pairs of builds with one difference each.
//!
//! The scripts are of another licence and not here; what they said is recorded in `compare/verdicts.json`. See
//! `compare/README.md` for how to record anew.

mod content;
mod deb;
mod known;
mod ours;
mod pair;
mod parts;
mod record;
mod rows;

use known::{Known, LENIENT, OTHER_WORD, STRICTER};
use pair::Pair;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Calls a function for every pair, on every processor.
fn in_parallel<T: Send>(pairs: &[Pair], of: impl Fn(&Pair) -> T + Sync) -> Vec<T> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let take = || pairs.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        std::iter::from_fn(|| take().map(&of)).collect::<Vec<T>>()
    };
    let workers = std::thread::available_parallelism().map_or(2, Into::into);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        running.into_iter().flat_map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn it_says_what_the_scripts_say() {
    let folder = skink_tests_packages::temporary();
    let pairs = rows::pairs(folder.path());
    if let Some(scripts) = std::env::var_os("BUILD_COMPARE") {
        record::record(Path::new(&scripts), &pairs);
    }
    let recorded = record::recorded();
    let names: BTreeSet<&str> = pairs.iter().map(|pair| pair.name.as_str()).collect();
    assert_eq!(names.len(), pairs.len(), "two rows have one name");
    for known in [STRICTER, LENIENT, OTHER_WORD].concat() {
        assert!(
            names.contains(known.pair),
            "there is no pair {}, of which it is known: {}",
            known.pair,
            known.why
        );
    }
    assert!(recorded.keys().map(String::as_str).eq(names), "rows came or went: record anew");
    let faults = in_parallel(&pairs, |pair| faults(pair, &recorded));
    let faults: Vec<String> = faults.concat();
    assert!(faults.is_empty(), "{} of {} pairs:\n{}", faults.len(), pairs.len(), faults.join("\n"));
}

/// What is wrong with what the hook says of a pair.
fn faults(pair: &Pair, recorded: &BTreeMap<String, record::Reasons>) -> Vec<String> {
    let name = &pair.name;
    let reasons = &recorded[name];
    let said = match ours::said(pair) {
        Ok(said) => said,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let word = |is_unchanged| if is_unchanged { "unchanged" } else { "changed" };
    let mut faults = Vec::new();
    let is_known = |known: &[Known]| known.iter().any(|one| one.pair == name);
    let expected = match (reasons.is_empty(), is_known(STRICTER), is_known(LENIENT)) {
        (true, true, false) => false,
        (false, false, true) => true,
        (theirs, false, false) => theirs,
        (theirs, ..) => {
            faults.push(format!("{name}: the scripts say {}, which is not what is known", word(theirs)));
            theirs
        }
    };
    let told = || {
        let differences = said.differences().iter().take(3).map(ToString::to_string);
        format!("{} {}", said.told["why"], differences.collect::<Vec<_>>().join("\n    "))
    };
    if said.is_unchanged != expected {
        faults.push(format!("{name}: {}, and not {reasons:?}: {}", word(said.is_unchanged), told()));
    } else if !said.is_of_one_mind() {
        faults.push(format!("{name}: its attachment says something else: {}", told()));
    } else if expected != pair.shows.reason.is_empty() {
        faults.push(format!("{name}: its row says something else, {:?}", pair.shows));
    } else if !expected {
        if !said.names(&pair.shows) {
            faults.push(format!("{name}: it does not name {:?}: {}", pair.shows, told()));
        }
        let has_word =
            reasons.iter().all(|reason| said.differences().iter().any(|one| one["reason"] == **reason));
        if has_word == is_known(OTHER_WORD) {
            faults.push(format!("{name}: the scripts' words are {reasons:?}: {}", told()));
        }
    }
    faults
}
