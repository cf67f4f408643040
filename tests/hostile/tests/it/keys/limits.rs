//! Each limit, changed alone, is what ends the call.

use super::tools::tool;
use skink_tests_hostile::Expect::{Limit, Passed};
use skink_tests_hostile::{Attack, ComponentText, limit};

/// Key, what is called, a value that is enough, one that is too little, words of the end.
type Row = (&'static str, fn() -> Attack, &'static str, &'static str, &'static str);

const ROWS: [Row; 8] = [
    ("memory", || Attack::check("grow-some"), "32MiB", "4MiB", "the limit is 4 MiB"),
    ("wall-time", || Attack::check("take-a-second"), "1min", "300ms", "300 ms"),
    ("handles", || Attack::check("open-some"), "64", "16", "16 handles"),
    ("log-bytes", flood, "4MiB", "1KiB", "1 KiB"),
    ("output-bytes", || Attack::transform("two-files"), "4KiB", "2KiB", "2 KiB"),
    ("output-files", || Attack::transform("two-files"), "2", "1", "1 files"),
    ("tool-time", || tool("/usr/bin/sleep", "1"), "1min", "300ms", "300 ms"),
    ("scratch-bytes", write_three_mebibytes, "16MiB", "1MiB", "1 MiB"),
];

pub(crate) fn keys() -> Vec<(&'static str, &'static str)> {
    let both = |(key, ..): &Row| [("[limits]", *key), ("[allow.limits]", *key)];
    ROWS.iter().flat_map(both).collect()
}

/// Ten thousand findings, far beyond a small limit.
fn flood() -> Attack {
    Attack::module(ComponentText::named("log-flood").with("FLOODS", "10").build())
}

fn write_three_mebibytes() -> Attack {
    tool("/usr/bin/dd", "if=/dev/zero\\00of=/job/scratch/file\\00bs=1M\\00count=3")
}

#[test]
fn of_a_rule() {
    for (key, attack, enough, little, words) in ROWS {
        attack().limit(key, enough).ends(key, Passed);
        attack().limit(key, little).ends(key, Limit(key, words));
    }
}

#[test]
fn of_all_rules() {
    for (key, attack, enough, little, words) in ROWS {
        let with =
            |value| attack().policy("[[allow]]", &format!("[limits]\n{}\n[[allow]]", limit(key, value)));
        with(little).ends(key, Limit(key, words));
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
