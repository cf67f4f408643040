use super::*;
use crate::run::PROLOGUE;
use std::process::Command;

/// Runs a real script, and takes what it wrote in parts.
fn record(script: &str) -> Record {
    let output = Command::new("sh").arg("-c").arg(format!("{PROLOGUE}{script}")).output().unwrap();
    assert!(output.stderr.is_empty());
    let mut record = Record::default();
    let mut log = Vec::new();
    for (now, bytes) in (0..).zip(output.stdout.chunks(50)) {
        log.extend(record.take(bytes, now));
    }
    log.extend(record.finish(1_000_000));
    record
}

/// What it is, a script, its steps with exit code and words, and whether it came to its end.
type Row = (&'static str, &'static str, &'static [(&'static str, Option<i32>, &'static str)], bool);

#[test]
fn steps_of_a_real_shell() {
    let rows: [Row; 8] = [
        ("nothing", "", &[], false),
        ("the end", "finish", &[], true),
        ("one", "step one true; finish", &[("one", Some(0), "")], true),
        (
            "both streams",
            "a() { echo x; echo y >&2; return 3; }; step a a; finish",
            &[("a", Some(3), "x y")],
            true,
        ),
        (
            "an unfinished line",
            "step a printf x; step 'b c' false; finish",
            &[("a", Some(0), "x"), ("b c", Some(1), "")],
            true,
        ),
        ("exit in a step", "a() { exit 9; }; step a a || finish; step b true", &[("a", Some(9), "")], true),
        ("a command that is not there", "step a /no/such; finish", &[("a", Some(127), "not found")], true),
        ("the shell dies", "a() { echo x; kill -9 $$; }; step a a; finish", &[("a", None, "x")], false),
    ];
    for (what, script, expected, done) in rows {
        let record = record(script);
        assert_eq!(record.done, done, "{what}");
        assert_eq!(record.steps.len(), expected.len(), "{what}");
        for (step, (name, code, last)) in record.steps.iter().zip(expected) {
            assert_eq!((step.name.as_str(), step.code), (*name, *code), "{what}");
            let said = step.last.join(" ");
            assert!(said == *last || !last.is_empty() && said.contains(last), "{what}: {said}");
        }
    }
}

#[test]
fn a_step_cannot_be_ended_by_what_it_prints_by_accident() {
    let record = record(
        "a() { echo end 0; echo done; echo 0b6f7d3e-9d8c-4c39-8f0e-5c8d1a1f2b3c end 0; false; }; step a a",
    );
    assert_eq!((record.steps.first().and_then(|step| step.code), record.done), (Some(1), false));
}

#[test]
fn the_log_is_bounded_and_what_is_whole_is_not() {
    let mut record = Record::default();
    let mark = "0b6f7d3e-9d8c-4c39-8f0e-5c8d1a1f2b3c";
    let mut text = format!("{mark}\n{mark} begin a\n");
    (0..1000).for_each(|number| text.push_str(&format!("{number}{}\n", "ü".repeat(1000))));
    text.push_str(&format!("{mark} end 0\n"));
    let log = record.take(text.as_bytes(), 5);
    assert_eq!(log.len(), LOGGED + 1);
    assert!(log.iter().all(|line| line.chars().count() <= LAST_CHARS + 1));
    assert_eq!(log.last().unwrap(), "… and 800 lines more");
    let (steps, whole) = record.into_whole();
    let last = &steps.first().unwrap().last;
    assert_eq!(last.len(), LAST);
    assert!(last.last().unwrap().starts_with("999"));
    assert_eq!(String::from_utf8(whole).unwrap().lines().count(), 1002);
}

#[test]
fn ends_and_times() {
    let rows = [
        (0, "ended with exit code 0"),
        (126, "cannot be executed (exit code 126)"),
        (127, "was not found (exit code 127)"),
        (139, "was ended by signal 11 (exit code 139)"),
        (255, "ended with exit code 255"),
        (-1, "ended with exit code -1"),
    ];
    for (code, want) in rows {
        assert_eq!(ended(code), want);
    }
    for (millis, want) in [(0, "0.0 s"), (999, "0.9 s"), (61_250, "61.2 s")] {
        assert_eq!(seconds(millis), want);
    }
}
