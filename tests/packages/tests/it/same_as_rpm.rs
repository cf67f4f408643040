//! Everything that rpm says of a package, we say too, and nothing else.

use skink_tests_packages::{corpus, everything, ours, theirs};
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
