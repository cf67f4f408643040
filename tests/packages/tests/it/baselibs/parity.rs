//! Each case, by mkbaselibs and by the hook.

use super::case::{self, Case};
use super::compare::{Difference, differences};
use super::known::{KNOWN, Known};
use super::{accepted, each, hook, oracle};
use skink_tests_packages::temporary;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// How many packages are repackaged by at least how many configurations.
const LEAST: usize = 120;

/// What came of one case.
struct Compared {
    differences: Vec<Difference>,
    /// How many packages mkbaselibs made.
    made: usize,
    said: String,
}

fn compared(case: &Case) -> Compared {
    let folder = temporary();
    let (theirs, ours) =
        (oracle::run(case, &folder.path().join("theirs")), hook::run(case, &folder.path().join("ours")));
    for package in &ours.packages {
        accepted::by_rpm(package);
        accepted::as_installed(package);
    }
    let said = [&theirs.failure, &ours.failure].into_iter().flatten().map(|said| last_lines(said)).collect();
    Compared { differences: differences(&theirs, &ours), made: theirs.packages.len(), said }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(4)..].iter().map(|line| format!("      {line}\n")).collect()
}

#[test]
fn the_same_packages_come_out() {
    let cases = case::all();
    let all = each(&cases, compared);
    let (mut unexplained, mut hit) = (String::new(), BTreeSet::new());
    for (case, compared) in cases.iter().zip(&all) {
        let mut told = String::new();
        for difference in &compared.differences {
            let known = (0..KNOWN.len()).find(|at| KNOWN[*at].is(&case.name, difference));
            match known {
                Some(at) => drop(hit.insert(at)),
                None => writeln!(told, "    {difference}").unwrap(),
            }
        }
        if !told.is_empty() {
            write!(unexplained, "  {}:\n{told}{}", case.name, compared.said).unwrap();
        }
    }
    for (at, known) in KNOWN.iter().enumerate().filter(|(at, _)| !hit.contains(at)) {
        let Known { case, package, field, side, reason } = known;
        let entry = format!("{case}: {package}: {field}, {side:?} ({reason})");
        writeln!(unexplained, "  known difference {at} is none any more: {entry}").unwrap();
    }
    assert!(unexplained.is_empty(), "what nobody knows differs:\n{unexplained}");
    let (pairs, made) = (
        cases.iter().map(|case| case.packages.len()).sum::<usize>(),
        all.iter().map(|one| one.made).sum::<usize>(),
    );
    assert!(pairs >= LEAST && made >= LEAST, "{pairs} packages × configurations gave {made} packages");
}
