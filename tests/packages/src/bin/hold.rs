//! Reads a package within bounds of headers and files, or makes a deb of one, and says how much memory that took: the tests of
//! memory start it.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "it is a part of a test")]

use skink_packages::deb::Deb;
use skink_packages::{Bounds, Origin, PackageError, Placed, Recipe};
use skink_tests_packages::forge::read_from;
use std::fs::File;

fn main() {
    let mut words = std::env::args().skip(1);
    let source = File::open(words.next().unwrap()).unwrap();
    let [header_bytes, files] = [(); 2].map(|()| words.next().unwrap().parse().unwrap());
    let bounds = Bounds { header_bytes, files, ..Bounds::default() };
    let read = match words.next() {
        None => read_from(source, bounds),
        Some(to) => derived(source, bounds, &to),
    };
    // Of the whole process: what C libraries allocate counts too.
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("{}", peak.trim().trim_end_matches(" kB"));
    println!("{}", read.map_or_else(|error| error.to_string(), |bytes| bytes.to_string()));
}

/// A deb with the files of another one; how large they are.
fn derived(source: File, bounds: Bounds, to: &str) -> Result<u64, PackageError> {
    let mut deb = Deb::open(source, bounds)?;
    let placed = |(file, place): (&skink_packages::Entry, u32)| Placed {
        path: file.path.clone(),
        origin: Origin::Original(place),
    };
    let files = deb.files().iter().zip(0..).map(placed).collect();
    let size = deb.files().iter().map(|file| file.size).sum();
    deb.derive(&Recipe { files, ..Recipe::default() }, File::create(to).unwrap()).map(|()| size)
}
