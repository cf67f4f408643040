use super::*;
use skink_sdk::FailOn;

fn message(kind: Kind, code: &str, text: &str) -> Message {
    let place = Some(Place { file: "a.c".to_owned(), line: Some(1), column: None });
    Message {
        kind,
        code: code.to_owned(),
        text: text.to_owned(),
        place,
        first: None,
        flag: None,
        of_compiler: true,
    }
}

fn warning(code: &str) -> Message {
    message(Kind::Warning, code, "text")
}

#[test]
fn how_grave_a_message_is() {
    let levels = |pairs: &[(&str, Level)]| Settings {
        levels: pairs.iter().map(|(code, level)| ((*code).to_owned(), *level)).collect(),
        ..Settings::default()
    };
    let quiet = Settings { warnings: Level::Ignore, ..Settings::default() };
    let error = |code| message(Kind::Error, code, "text");
    let rows = [
        (Settings::default(), false, warning("format"), Some(Severity::Warning)),
        (Settings::default(), false, warning("int-conversion"), Some(Severity::Error)),
        (Settings::default(), false, warning("unused-value"), Some(Severity::Info)),
        (Settings::default(), false, error("compiler-error"), Some(Severity::Error)),
        // The recipe did not mind.
        (Settings::default(), true, error("compiler-error"), Some(Severity::Warning)),
        (Settings::default(), true, warning("int-conversion"), Some(Severity::Error)),
        (Settings::default(), false, message(Kind::Consequence, "make-error", "x"), Some(Severity::Error)),
        (levels(&[("format", Level::Error)]), false, warning("format"), Some(Severity::Error)),
        (levels(&[("format", Level::Error)]), false, warning("other"), Some(Severity::Warning)),
        (levels(&[("int-conversion", Level::Ignore)]), false, warning("int-conversion"), None),
        (levels(&[("compiler-error", Level::Info)]), false, error("compiler-error"), Some(Severity::Info)),
        (quiet, false, warning("format"), None),
        (
            Settings { warnings: Level::Ignore, ..Settings::default() },
            false,
            warning("int-conversion"),
            Some(Severity::Error),
        ),
        (
            Settings { warnings: Level::Ignore, ..Settings::default() },
            false,
            Message { of_compiler: false, ..warning("file-listed-twice") },
            Some(Severity::Warning),
        ),
    ];
    for (settings, succeeded, message, want) in rows {
        let told = format!("{message:?} with {settings:?}");
        let mut collection = Collection::new(&settings, succeeded);
        collection.add(message, None);
        let (findings, _) = collection.findings();
        assert_eq!(findings.first().map(|finding| finding.severity), want, "{told}");
    }
}

#[test]
fn what_follows_from_an_error_is_no_error_of_its_own() {
    let settings = Settings::default();
    let mut collection = Collection::new(&settings, false);
    collection.add(message(Kind::Error, "compiler-error", "x"), None);
    collection.add(message(Kind::Consequence, "make-error", "y"), None);
    assert_eq!(collection.tally(), Tally { errors: 1, warnings: 0, infos: 1 });
}

#[test]
fn an_error_at_the_end_has_its_place_behind_any_number_of_warnings() {
    let settings = Settings { maximum: 3, ..Settings::default() };
    let mut collection = Collection::new(&settings, false);
    for n in 0..10_000 {
        collection.add(message(Kind::Warning, "format", &n.to_string()), None);
        collection.note(Some("a.c"), Some(1), "of this one");
    }
    assert_eq!(collection.entries.len(), 3);
    collection.add(message(Kind::Error, "compiler-error", "last"), None);
    let (findings, left_out) = collection.findings();
    let seen: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(seen, ["last", "0", "1"]);
    assert_eq!(left_out, 9998);
    assert!(
        findings.iter().all(|finding| finding.help.as_ref().is_none_or(|help| help.lines().count() == 1))
    );
}

#[test]
fn the_same_message_is_one_finding_and_keeps_its_notes_once() {
    let settings = Settings::default();
    let mut collection = Collection::new(&settings, false);
    for _ in 0..3 {
        collection.add(warning("format"), None);
        (0..100).for_each(|_| collection.note(Some("a.c"), Some(2), "here"));
    }
    let (findings, left_out) = collection.findings();
    assert_eq!((findings.len(), left_out), (1, 0));
    assert_eq!(findings[0].extra, [("times".to_owned(), "3".to_owned())]);
    assert_eq!(findings[0].help.as_ref().unwrap().lines().count(), MAX_NOTES);
}

#[test]
fn verdicts() {
    let rows = [
        (FailOn::Error, Kind::Warning, false),
        (FailOn::Error, Kind::Error, true),
        (FailOn::Warning, Kind::Warning, true),
        (FailOn::Warning, Kind::Error, true),
        (FailOn::Never, Kind::Error, false),
    ];
    for (fail_on, kind, fails) in rows {
        let settings = Settings { fail_on, ..Settings::default() };
        let mut collection = Collection::new(&settings, false);
        assert!(matches!(collection.verdict(), Verdict::Pass));
        collection.add(message(kind, "format", "x"), None);
        assert_eq!(matches!(collection.verdict(), Verdict::Fail(_)), fails, "{fail_on:?} {kind:?}");
    }
}
