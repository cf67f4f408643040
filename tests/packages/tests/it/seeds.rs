//! The fuzzer's seeds, and what becomes of them by small changes: its targets take all of it.

use skink_tests_packages::fuzz::{Target, targets};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// What a byte is changed by.
const FLIPS: [u8; 4] = [0xff, 0x01, 0x80, 0x20];

/// Larger seeds have one flip for each byte, in turn, and smaller ones all.
const SMALL: usize = 1500;

/// Of larger seeds, each so many-th byte is flipped: what is not optimised takes half a minute for all.
const STEP: usize = if cfg!(debug_assertions) { 7 } else { 1 };

/// Compiles patterns in each call: of its seeds, each so many-th byte is flipped, in one way.
const SLOW: (&str, usize) = ("baselibs-conf", if cfg!(debug_assertions) { 10 } else { 3 });

/// At how many places a seed is cut off.
const CUTS: usize = 200;

fn seeds(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut seeds: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    assert!(seeds.len() >= 3, "{} has {} seeds", folder.display(), seeds.len());
    seeds
}

/// Gives bytes to a target; a panic says which they were.
fn take(target: Target, bytes: &[u8], what: impl Fn() -> String) {
    // The panic itself was already told.
    assert!(catch_unwind(AssertUnwindSafe(|| target(bytes))).is_ok(), "{}", what());
}

/// How often the target was called.
fn changed(target: Target, seed: &Path, is_slow: bool) -> usize {
    let whole = std::fs::read(seed).unwrap();
    let shown = seed.display();
    take(target, &whole, || format!("{shown}"));
    let mut count = 1;
    let mut bytes = whole.clone();
    let is_small = whole.len() <= SMALL && !is_slow;
    let (step, cuts) = match (is_slow, is_small) {
        (true, _) => (SLOW.1, CUTS / SLOW.1),
        (false, true) => (1, CUTS),
        (false, false) => (STEP, CUTS),
    };
    for place in (0..whole.len()).step_by(step) {
        let flips = if is_small { &FLIPS[..] } else { &FLIPS[place % FLIPS.len()..][..1] };
        for flip in flips {
            bytes[place] ^= flip;
            take(target, &bytes, || format!("{shown}: byte {place} ^ {flip:#x}"));
            bytes[place] = whole[place];
            count += 1;
        }
    }
    for end in (0..whole.len()).step_by((whole.len() / cuts).max(1)) {
        take(target, &whole[..end], || format!("{shown}: {end} bytes"));
        count += 1;
    }
    count
}

#[test]
fn every_target_takes_them_and_what_is_changed() {
    for (name, target) in targets() {
        let (seeds, is_slow) = (seeds(name), name == SLOW.0);
        let counts: Vec<usize> = std::thread::scope(|scope| {
            let running: Vec<_> =
                seeds.iter().map(|seed| scope.spawn(move || changed(target, seed, is_slow))).collect();
            running.into_iter().map(|running| running.join().unwrap()).collect()
        });
        let least = if is_slow { 500 } else { 5000 };
        assert!(counts.iter().sum::<usize>() > least, "{name}: {counts:?}");
    }
}

/// Every folder of seeds is that of a target, and all of them are small.
#[test]
fn all_seeds_are_of_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let folders = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut sum = 0;
    for name in folders.map(|name| name.into_string().unwrap()) {
        assert!(targets().any(|(target, _)| target == name), "{name}");
        sum += seeds(&name).iter().map(|seed| seed.metadata().unwrap().len()).sum::<u64>();
    }
    assert!(sum < 300_000, "seeds have {sum} bytes");
}

/// Seeds that are no packages would leave most of the reader alone.
#[test]
fn seeds_of_packages_are_read() {
    use skink_tests_packages::forge::read_whole;
    for seed in
        seeds("rpm").iter().filter(|seed| !seed.file_name().unwrap().to_string_lossy().starts_with("found-"))
    {
        let read = read_whole(&std::fs::read(seed).unwrap(), skink_packages::Bounds::default());
        read.unwrap_or_else(|e| panic!("{}: {e}", seed.display()));
    }
}
