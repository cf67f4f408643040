//! `kill -9` of Skink at every named point: either no file of a hook is visible or all are, and the next run finds
//! the machine as it was.

use crate::checks::all_hooks;
use skink_tests_build::{Package, Started, farm, lend, mounts_below, processes_naming};
use skink_worker::fault::POINTS;
use std::fs;

#[test]
fn killed_at_every_point() {
    let root = lend();
    let package = Package::example("faults");
    let path = root.path().display().to_string();
    for point in POINTS {
        let ended = Started::skink_killed_at(point, root.path(), &package, &[]).wait();
        assert_eq!(ended.signal(), Some(9), "{point} was not reached:\n{}", ended.output);
        assert_eq!(processes_naming(&path), Vec::<String>::new(), "processes after {point}");
        assert_eq!(mounts_below(root.path()), Vec::<String>::new(), "mounts after {point}");
        let other = root.other();
        let ours =
            ["SHA256SUMS", "rpmlint.log"].iter().filter(|name| other.iter().any(|o| o == *name)).count();
        assert!(ours == 0 || ours == 2, "half of the hooks' files after {point}: {other:?}");
        if ["hand-back-done", "report-written", "scratch-removed"].contains(point) {
            assert_eq!(ours, 2, "the rename was done before {point}: {other:?}");
        }
    }
    let ended = Started::skink(root.path(), &package, &[]).wait();
    all_hooks(&ended, &root, &package);
    for folder in ["jobs", "journal"] {
        let left: Vec<_> =
            fs::read_dir(farm().state().join(folder)).unwrap().flatten().map(|e| e.path()).collect();
        let left: Vec<_> = left.into_iter().filter(|path| belongs_to_no_living_job(path)).collect();
        assert_eq!(left, Vec::<std::path::PathBuf>::new());
    }
}

/// Other tests run beside this one: what their jobs hold is theirs.
fn belongs_to_no_living_job(path: &std::path::Path) -> bool {
    let name = path.file_stem().unwrap_or_default();
    let journal = farm().state().join("journal").join(name).with_extension("jsonl");
    let Ok(file) = fs::File::open(journal) else { return path.exists() && path.extension().is_none() };
    rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_ok()
}
