//! Reads a package within bounds of headers and files, and says how much memory that took: the tests of memory start it.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "it is a part of a test")]

use skink_packages::Bounds;
use skink_tests_packages::forge::read_from;
use std::fs::File;

fn main() {
    let mut words = std::env::args().skip(1);
    let source = File::open(words.next().unwrap()).unwrap();
    let [header_bytes, files] = [(); 2].map(|()| words.next().unwrap().parse().unwrap());
    let read = read_from(source, Bounds { header_bytes, files, ..Bounds::default() });
    // Of the whole process: what C libraries allocate counts too.
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("{}", peak.trim().trim_end_matches(" kB"));
    println!("{}", read.map_or_else(|error| error.to_string(), |bytes| bytes.to_string()));
}
