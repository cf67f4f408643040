//! Each limit, changed alone, is what ends the call.

use super::tools::tool;
use skink_tests_hostile::Expect::{Failed, Limit, Passed};
use skink_tests_hostile::{Attack, ComponentText, Expect, limit};

/// Key, what is called, a value that is enough, one that is too little, the end.
type Row = (&'static str, fn() -> Attack, &'static str, &'static str, Expect);

const ROWS: [Row; 10] = [
    ("memory", || Attack::check("grow-some"), "32MiB", "4MiB", Limit("memory", "the limit is 4 MiB")),
    ("wall-time", || Attack::check("take-a-second"), "1min", "300ms", Limit("wall-time", "300 ms")),
    ("handles", || Attack::check("open-some"), "64", "16", Limit("handles", "16 handles")),
    ("log-bytes", flood, "4MiB", "1KiB", Limit("log-bytes", "1 KiB")),
    ("output-bytes", || Attack::transform("two-files"), "4KiB", "2KiB", Limit("output-bytes", "2 KiB")),
    ("output-files", || Attack::transform("two-files"), "2", "1", Limit("output-files", "1 files")),
    ("tool-time", || tool("/usr/bin/sleep", "1"), "1min", "300ms", Limit("tool-time", "300 ms")),
    ("tool-memory", take_a_hundred_megabytes, "1GiB", "64MiB", Limit("tool-memory", "64 MiB of memory")),
    // It is refused a second process, and says so.
    ("tool-processes", fork, "2", "1", Failed("the tool failed")),
    ("scratch-bytes", write_three_mebibytes, "16MiB", "1MiB", Limit("scratch-bytes", "1 MiB")),
];

pub(crate) fn keys() -> Vec<(&'static str, &'static str)> {
    let both = |(key, ..): &Row| [("[limits]", *key), ("[allow.limits]", *key)];
    ROWS.iter().flat_map(both).collect()
}

/// Ten thousand findings, far beyond a small limit.
fn flood() -> Attack {
    Attack::module(ComponentText::named("log-flood").with("FLOODS", "10").build())
}

/// And keeps it until it was surely seen.
fn take_a_hundred_megabytes() -> Attack {
    tool("/usr/bin/perl", "-e\\00$x = chr(1) x 100000000; sleep 1")
}

fn fork() -> Attack {
    tool("/usr/bin/perl", "-e\\00exit !defined fork")
}

fn write_three_mebibytes() -> Attack {
    tool("/usr/bin/dd", "if=/dev/zero\\00of=/job/scratch/file\\00bs=1M\\00count=3")
}

#[test]
fn of_a_rule() {
    for (key, attack, enough, little, end) in ROWS {
        attack().limit(key, enough).ends(key, Passed);
        attack().limit(key, little).ends(key, end);
    }
}

#[test]
fn of_all_rules() {
    for (key, attack, enough, little, end) in ROWS {
        let with =
            |value| attack().policy("[[allow]]", &format!("[limits]\n{}\n[[allow]]", limit(key, value)));
        with(little).ends(key, end);
        with(little).limit(key, enough).ends(key, Passed);
    }
}

/// Between enough and a flood: what is too much is dropped and counted, and the verdict stands.
#[test]
fn log_bytes_that_are_used_up_leave_the_verdict() {
    for (limit, is_cut) in [("4MiB", false), ("64KiB", true)] {
        let seen = flood().limit("log-bytes", limit).ends("log-bytes", Passed);
        assert_eq!(seen.used("suppressed") > 0, is_cut, "{limit}");
        let found = seen.report["findings"].as_array().unwrap().len() as u64;
        assert_eq!(found + seen.used("suppressed"), 10_000, "{limit}");
        assert_eq!(seen.text.contains("suppressed"), is_cut, "{limit}");
    }
}
