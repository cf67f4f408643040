//! Time, memory, stack and size.

use serde_json::json;
use skink_tests_hostile::Expect::{Limit, Passed, Refused, Trap};
use skink_tests_hostile::{
    Attack, Place, Running, Seen, bytes, component, component_from_text, giant_code, section,
    with_core_modules,
};

rows! {
    1 spin_forever: Attack::check("spin").limit("wall-time", "900ms")
        => Limit("wall-time", "900 ms"), |seen| assert_ended_in_time(seen, 900);
    1 spin_forever_with_a_warning: Attack::check("spin").limit("wall-time", "500ms").rule("on-limit = \"warn\"")
        => Limit("wall-time", "500 ms"), |seen| {
            assert_eq!(seen.report["on_limit"], "warn");
            assert!(seen.text.contains("the build goes on"), "{}", seen.text);
        };
    2 spin_in_start: Attack::check("spin-in-start").limit("wall-time", "500ms")
        => Limit("wall-time", "500 ms"), |seen| assert_ended_in_time(seen, 500);
    3 spin_in_realloc: Attack::check("spin-in-realloc").limit("wall-time", "500ms")
        => Limit("wall-time", "500 ms"), |seen| assert_ended_in_time(seen, 500);
    7 grow_memory: Attack::check("grow-memory").limit("memory", "16MiB")
        => Limit("memory", "the limit is 16 MiB"), |seen| assert_within(seen, 16 << 20);
    7 grow_memory_and_pass: Attack::check("grow-memory-and-pass").limit("memory", "16MiB")
        => Passed, |seen| assert_within(seen, 16 << 20);
    8 many_memories: Attack::module(with_core_modules(component("pass"), "(module (memory 160))", 4))
            .limit("memory", "32MiB")
        => Limit("memory", "the limit is 32 MiB"), |seen| assert_within(seen, 32 << 20);
    8 few_memories: Attack::module(with_core_modules(component("pass"), "(module (memory 160))", 2))
            .limit("memory", "32MiB")
        => Passed, |seen| assert!(seen.used("memory") > 20 << 20);
    8 memories_that_are_too_many: Attack::module(with_core_modules(component("pass"), "(module (memory 0))", 70))
        => Refused("64 are allowed");
    9 grow_table: Attack::check("grow-table").limit("memory", "32MiB")
        => Limit("memory", "the limit is 32 MiB"), |seen| assert_within(seen, 32 << 20);
    9 table_of_four_billion: Attack::module(component_from_text("(component (core module (table 4294967295 funcref)))"))
        => Refused("");
    9 table_of_nine_million: Attack::module(component_from_text("(component (core module (table 9000000 funcref)))"))
        => Refused("a table of 9000000 elements");
    9 table_of_sixteen_exbi: Attack::module(component_from_text(
            "(component (core module (table i64 0x1000000000000000 funcref)))"))
        => Refused("");
    11 giant_file: Attack::module(bytes(&[section(0, &vec![1; 64 << 20])])).without_manifest()
        => Refused("64 MiB");
    11 giant_code_section: Attack::module(giant_code(1_000_000))
        => Refused("200000 are allowed");
    11 giant_number_of_segments: Attack::module(component_from_text(&format!(
            "(component (core module (memory 1) {}))", "(data (i32.const 0) \"x\")".repeat(32_000))))
        => Refused("20000 are allowed");
    12 deep_recursion: Attack::check("recursion")
        => Trap("call stack exhausted"), |seen| {
            let frames = seen.report["report"]["frames"].as_array().unwrap();
            assert!(frames.len() >= 10 && frames[0]["function"] == "hook::deep", "{frames:?}");
            assert!(seen.text.contains("0: hook::deep"), "{}", seen.text);
        };
}

/// A tenth over the limit, and what it takes to start a process on a busy machine.
fn assert_ended_in_time(seen: &Seen, limit: u64) {
    let used = seen.used("wall_time");
    assert!(used >= limit && used <= limit + limit / 10 + 5000, "{used} ms");
}

fn assert_within(seen: &Seen, limit: u64) {
    let used = seen.used("memory");
    assert!(used <= limit && used > limit / 2, "{used} bytes");
    // The runner itself takes some; what a guest was not given it does not have.
    assert!(seen.runner_peak < limit + (96 << 20), "the runner had {} bytes", seen.runner_peak);
}

/// Row 2: nothing of a module runs when it is looked at, not even its start function.
#[test]
fn admission_runs_no_guest_code() {
    let place = Place::new("admission");
    let attack = Attack::check("spin-in-start").manifest("version", json!("2.1"));
    let module = place.write("attack.wasm", attack.bytes());
    let state = place.path("state");
    let ended = Running::start(
        &place,
        None,
        &["module".as_ref(), "inspect".as_ref(), module.as_os_str(), "--state".as_ref(), state.as_os_str()],
    )
    .wait();
    assert_eq!(ended.code(), Some(0), "{}", ended.output());
    assert!(ended.stdout.contains("attack 2.1"), "{}", ended.output());
}
