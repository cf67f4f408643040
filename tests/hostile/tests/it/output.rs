//! Floods: of items, of bytes, of lines.

use serde_json::json;
use skink_tests_hostile::Expect::{Limit, Passed, Trap};
use skink_tests_hostile::{Attack, ComponentText, Seen};

fn string(length: &str) -> Attack {
    Attack::module(ComponentText::named("huge-string").with("LENGTH", length).build())
}

fn flood(thousands: &str) -> Attack {
    Attack::module(ComponentText::named("log-flood").with("FLOODS", thousands).build())
        .limit("log-bytes", "64KiB")
}

rows! {
    19 list_bomb: Attack::check("list-bomb")
        => Limit("call-bytes", "8 MiB"), assert_bounded;
    19 list_bomb_of_arguments: Attack::check("list-bomb-args").ask("tools", json!(["true"])).tool("true", "/usr/bin/true")
        => Limit("call-bytes", "8 MiB"), |seen| {
            assert_bounded(seen);
            assert_eq!(seen.report["tools"][0]["runs"], json!([]));
        };
    20 huge_string: string("180000000")
        => Limit("call-bytes", "8 MiB"), assert_bounded;
    20 string_beyond_the_memory: string("1073741824")
        => Trap("out of bounds"), assert_bounded;
    20 string_of_a_megabyte: string("1048576")
        => Passed, |seen| {
            let message = seen.report["findings"][0]["message"].as_str().unwrap();
            assert!(message.ends_with("x… [cut]") && message.len() <= (64 << 10) + 16, "{} bytes", message.len());
        };
    21 log_flood: flood("10000")
        => Limit("log-bytes", "64 KiB"), |seen| {
            assert_flood(seen);
            assert!(seen.used("suppressed") > 100_000);
        };
    21 log_that_is_cut: flood("20")
        => Passed, |seen| {
            assert_flood(seen);
            let found = seen.report["findings"].as_array().unwrap().len() as u64;
            assert_eq!(found + seen.used("suppressed"), 20_000);
        };
    21 log_lines_without_end: Attack::check("log-lines").limit("log-bytes", "64KiB")
        => Limit("log-bytes", "64 KiB"), |seen| {
            assert!(seen.used("log_bytes") <= 64 << 10);
            assert_one_line_tells(seen);
        };
}

/// The guest has at most 256 MiB; the runner does not copy what it does not take.
fn assert_bounded(seen: &Seen) {
    assert!(seen.runner_peak < 352 << 20, "the runner had {} bytes", seen.runner_peak);
}

fn assert_flood(seen: &Seen) {
    let findings = seen.report["findings"].as_array().unwrap();
    assert!(findings.len() > 1000 && seen.used("log_bytes") <= 64 << 10, "{} findings", findings.len());
    assert!(seen.text.len() < 1 << 20 && seen.runner_peak < 128 << 20);
    assert_one_line_tells(seen);
}

fn assert_one_line_tells(seen: &Seen) {
    let told = |line: &&str| line.contains("suppressed");
    assert_eq!(seen.log().into_iter().filter(told).count(), 1, "{:?}", seen.log().last());
    let lines: Vec<&str> = seen.text.lines().filter(told).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
}
