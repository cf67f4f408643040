//! Everything that rpm says of a package, we say too, and nothing else.

use crate::gzipped;
use skink_tests_packages::forge::Tag;
use skink_tests_packages::{corpus, everything, ours, temporary, theirs};
use std::path::Path;

fn same(package: &Path) {
    let (ours, theirs) = (ours(package), theirs(package));
    let first = (0..ours.len().max(theirs.len())).find(|at| ours.get(*at) != theirs.get(*at));
    if let Some(at) = first {
        let context = &theirs[at.saturating_sub(3).min(theirs.len())..at.min(theirs.len())];
        panic!(
            "{}: after {context:#?}\n  rpm says {:?}\n  Skink says {:?}",
            package.display(),
            theirs.get(at),
            ours.get(at)
        );
    }
    assert!(ours.len() > 20, "{} says next to nothing: {ours:?}", package.display());
}

#[test]
fn packages_of_distributions() {
    corpus().iter().for_each(|package| same(package));
}

#[test]
fn a_package_with_everything() {
    everything().iter().for_each(|package| same(package));
    let told = everything()
        .iter()
        .map(|package| ours(package))
        .find(|told| told[0].contains("everything") && told.len() > 200);
    let told = told.expect("no package has files").join("\n");
    for word in [
        "trigger File",
        "trigger TransactionFile",
        "Verify",
        "Order",
        "cap_net_raw=ep",
        "language de",
        "provides ",
    ] {
        assert!(told.contains(word), "{word} is missing of what the package should show: {told}");
    }
}

/// Weak dependencies as they once were, and policies: rpm still reads and shows them.
#[test]
fn tags_that_nothing_writes_any_more() {
    let mut forged = gzipped();
    for (name, version, flags) in [(1156, 1157, 1158), (1159, 1160, 1161)] {
        forged.set(Tag::texts(name, &["old", "older"]));
        forged.set(Tag::texts(version, &["1-2", ""]));
        forged.set(Tag::words(flags, &[8 | 1 << 27, 0]));
    }
    forged.set(Tag::texts(5030, &["policy"]));
    let folder = temporary();
    let path = folder.path().join("old.rpm");
    std::fs::write(&path, forged.bytes()).unwrap();
    // Of one whose header is not framed rpm takes some other things for those of old, too.
    let numbered = |told: Vec<String>| -> Vec<String> {
        told.into_iter().filter(|line| line.starts_with("tag-")).collect()
    };
    let told = numbered(ours(&path));
    assert_eq!(told, numbered(theirs(&path)));
    assert_eq!(told.len(), 7, "{told:?}");
    assert_eq!(told[2], "tag-1158: [\"134217736\", \"0\"]");
}
