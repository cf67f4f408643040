//! In which order the hooks of a phase run.

use crate::entry::HookEntry;
use crate::merge::unknown;
use crate::{At, Place, Problem, Problems};
use skink_job::{HookName, Phase};
use std::collections::{BTreeMap, BTreeSet};

/// The order of the hooks that may run in `phase`, as indexes into `entries`.
///
/// Of the hooks that wait for no other, the one that is declared first runs first, mandatory ones before all
/// others; so without `after` and `before` the order is that of the files. A name of a hook that does not run
/// in this phase is without effect; a name that no entry has and hooks that wait for each other are problems.
pub fn order(entries: &[HookEntry], phase: Phase) -> Result<Vec<usize>, Problems> {
    let by_name: BTreeMap<&HookName, usize> =
        entries.iter().enumerate().map(|(index, entry)| (&entry.name, index)).collect();
    let mut problems = Problems::default();
    let mut waits: BTreeMap<usize, BTreeMap<usize, Place>> = BTreeMap::new();
    let runs = |index: &usize| entries.get(*index).is_some_and(|entry| entry.may_run_in(phase));
    for (index, entry) in entries.iter().enumerate() {
        let mut other = |name: &At<HookName>| {
            let found = by_name.get(&name.value).copied();
            if found.is_none() {
                problems.add(|| unknown(name, by_name.keys().copied()));
            }
            found.filter(|other| runs(other) && runs(&index))
        };
        for name in &entry.after {
            if let Some(first) = other(name) {
                waits.entry(index).or_default().insert(first, name.place.clone());
            }
        }
        for name in &entry.before {
            if let Some(second) = other(name) {
                waits.entry(second).or_default().insert(index, name.place.clone());
            }
        }
    }
    problems.or(())?;
    let members = (0..entries.len()).filter(runs);
    let rank = |index: usize| (entries.get(index).is_none_or(|entry| !entry.mandatory), index);
    sort(members.map(rank).collect(), &waits).map_err(|left| circle(entries, &left, &waits).into())
}

type Rank = (bool, usize);
type Waits = BTreeMap<usize, BTreeMap<usize, Place>>;

/// The members by rank, none before one that it waits for; else those that can never run.
fn sort(members: BTreeSet<Rank>, waits: &Waits) -> Result<Vec<usize>, BTreeSet<usize>> {
    let ranks: BTreeMap<usize, Rank> = members.iter().map(|rank| (rank.1, *rank)).collect();
    let mut pending: BTreeMap<usize, usize> = BTreeMap::new();
    let mut followers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (second, firsts) in waits {
        pending.insert(*second, firsts.len());
        firsts.keys().for_each(|first| followers.entry(*first).or_default().push(*second));
    }
    let mut ready: BTreeSet<Rank> =
        members.iter().filter(|rank| !pending.contains_key(&rank.1)).copied().collect();
    let mut sorted = Vec::with_capacity(members.len());
    while let Some((_, index)) = ready.pop_first() {
        sorted.push(index);
        for follower in followers.get(&index).into_iter().flatten() {
            if let Some(count) = pending.get_mut(follower) {
                *count -= 1;
                if *count == 0 {
                    ready.extend(ranks.get(follower).copied());
                }
            }
        }
    }
    if sorted.len() == members.len() {
        return Ok(sorted);
    }
    let done: BTreeSet<usize> = sorted.into_iter().collect();
    Err(ranks.into_keys().filter(|index| !done.contains(index)).collect())
}

/// Names one circle among hooks that can never run. Each of them waits for another of them.
fn circle(entries: &[HookEntry], left: &BTreeSet<usize>, waits: &Waits) -> Problem {
    let next = |index: usize| {
        waits
            .get(&index)?
            .iter()
            .find(|(first, _)| left.contains(first))
            .map(|(first, place)| (*first, place))
    };
    let name = |index: usize| entries.get(index).map_or("?", |entry| entry.name.as_str());
    let mut path: Vec<(usize, usize, Place)> = Vec::new();
    let mut at = left.first().copied().unwrap_or_default();
    while let Some((first, place)) = next(at) {
        path.push((at, first, place.clone()));
        at = first;
        if let Some(start) = path.iter().position(|(second, ..)| *second == first) {
            path.drain(..start);
            break;
        }
    }
    let names: Vec<_> = path.iter().map(|(second, ..)| name(*second)).chain([name(at)]).collect();
    let place = path.first().map_or_else(|| Place::outside("hooks"), |(.., place)| place.clone());
    let message = format!("hooks wait for each other in a circle: {}", names.join(" after "));
    path.iter().fold(Problem::at(&place, message), |problem, (second, first, place)| {
        problem.note(format!("`{}` is to run after `{}` ({place})", name(*second), name(*first)))
    })
}
