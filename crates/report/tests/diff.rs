//! What a module says of two builds: taken as it is meant or not at all, and harmless in every format.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "these are tests")]

use serde_json::{Value, json};
use skink_report::{DIFF_MAX_BYTES, Diff, ModuleReport, Reason, State, Verdict, diff_page, read_comparison};

const SAMPLE: &str = include_str!("build-compare.json");
const SCHEMA: &str = include_str!("../../../docs/diff.schema.json");

/// What turns text around, clears a terminal, leaves a line, or opens a tag.
const HOSTILE: &str = "\u{202e}<b>\x1b[2J\r\n\"'&<script>x</script>\u{200b}";
const HARMLESS: &str = "\\u{202e}<b>\\u{1b}[2J\\u{d}\\n\"'&<script>x</script>\\u{200b}";
const IN_PAGE: &str =
    "\\u{202e}&lt;b&gt;\\u{1b}[2J\\u{d}\\n&quot;'&amp;&lt;script&gt;x&lt;/script&gt;\\u{200b}";

fn sample() -> Value {
    serde_json::from_str(SAMPLE).unwrap()
}

/// The sample with a value in another place.
fn with(pointer: &str, value: Value) -> Value {
    let mut json = sample();
    let (above, key) = pointer.rsplit_once('/').unwrap();
    let place = json.pointer_mut(above).unwrap();
    match key.parse::<usize>() {
        Ok(index) => place[index] = value,
        Err(_) => place[key] = value,
    }
    json
}

fn diff(json: &Value) -> Diff {
    let module =
        ModuleReport { name: "build-compare".into(), version: "0.1.0".into(), sha256: "ab".repeat(32) };
    Diff::new("old", "new", &module, read_comparison(json.to_string().as_bytes()).unwrap())
}

/// No character of it changes how others are shown.
fn is_harmless(text: &str) -> bool {
    skink_job::SafeText::block(text).as_str() == text
}

#[test]
fn what_is_no_comparison_is_not_taken() {
    let unchanged = |mut json: Value| {
        json["verdict"] = json!("unchanged");
        json
    };
    let rows = [
        (json!(null), "no comparison of two builds: invalid type"),
        (json!([]), "no comparison"),
        (json!({}), "missing field `schema`"),
        (json!({ "schema": 2, "more": 1 }), "of version 2"),
        (json!({ "schema": 1 }), "missing field `verdict`"),
        (with("/surprise", json!(1)), "unknown field `surprise`"),
        (with("/verdict", json!("maybe")), "unknown variant `maybe`"),
        (with("/why", json!(null)), "invalid type: null"),
        (with("/why", json!(["x"])), "invalid type: sequence"),
        (with("/omitted", json!(-1)), "invalid value"),
        (with("/packages", json!({})), "invalid type: map"),
        (with("/packages/0/surprise", json!(1)), "unknown field"),
        (with("/packages/0/state", json!("odd")), "unknown variant `odd`"),
        (with("/packages/0/old", json!(7)), "invalid type: integer"),
        (with("/packages/0/old", json!(null)), "contradicts itself: the files of a package"),
        (with("/packages/3/old", json!("x")), "contradicts itself: the files of a package"),
        (with("/packages/4/new", json!("x")), "contradicts itself: the files of a package"),
        (with("/differences/0/surprise", json!(1)), "unknown field"),
        (with("/differences/0/reason", json!("boredom")), "unknown variant `boredom`"),
        (with("/differences/0/path", json!("x")), "invalid type: string"),
        (with("/differences/0/path", json!([1])), "invalid type: integer"),
        (with("/differences/0/path", json!(vec!["x"; 65])), "more than 64 parts"),
        (unchanged(sample()), "contradicts itself: the builds are unchanged, and there are differences"),
        (unchanged(with("/differences", json!([]))), "unchanged, and a package is changed"),
        (
            unchanged(json!({ "schema": 1, "why": "", "packages": [], "differences": [], "omitted": 1 })),
            "contradicts",
        ),
    ];
    for (json, want) in rows {
        let error = read_comparison(json.to_string().as_bytes()).unwrap_err().to_string();
        assert!(error.contains(want), "{want}: {error}");
    }
    for (bytes, want) in [(&b""[..], "EOF"), (b"{\"schema\": 1, \"why\": \"\xff", "no comparison")] {
        let error = read_comparison(bytes).unwrap_err().to_string();
        assert!(error.contains(want), "{want}: {error}");
    }
}

#[test]
fn an_error_quotes_a_guest_in_one_harmless_line() {
    for key in [HOSTILE.to_owned(), "x".repeat(1 << 20)] {
        let json = with(&format!("/{}", key.replace('/', "")), json!(1));
        let error = read_comparison(json.to_string().as_bytes()).unwrap_err().to_string();
        assert!(is_harmless(&error) && !error.contains('\n') && error.len() < 1200, "{error}");
    }
}

#[test]
fn a_document_that_is_too_long_is_not_read() {
    let mut json = sample().to_string().into_bytes();
    json.resize(DIFF_MAX_BYTES as usize, b' ');
    assert!(read_comparison(&json).is_ok());
    json.push(b' ');
    assert_eq!(read_comparison(&json).unwrap_err().to_string(), "it has more than 64 MiB");
}

#[test]
fn what_is_left_out_is_not_there() {
    let mut json = sample();
    for (pointer, keys) in [
        ("/packages/3", &["old"][..]),
        ("/differences/0", &["package", "field", "path", "part", "old", "new"]),
    ] {
        let object = json.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        keys.iter().for_each(|key| drop(object.remove(*key)));
    }
    assert_eq!(diff(&json), diff(&sample()));
}

#[test]
fn what_is_written_fits_the_schema_and_says_what_was_read() {
    let validator = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let errors = |json: &Value| -> Vec<String> {
        validator.iter_errors(json).map(|error| format!("{}: {error}", error.instance_path())).collect()
    };
    let mut json = serde_json::to_value(diff(&sample())).unwrap();
    assert_eq!(errors(&json), Vec::<String>::new());
    let mut read = sample();
    for package in read["packages"].as_array_mut().unwrap() {
        package.as_object_mut().unwrap().entry("why").or_insert(Value::Null);
    }
    for key in ["verdict", "why", "packages", "differences", "omitted"] {
        assert_eq!(json[key], read[key], "{key}");
    }
    json["surprise"] = true.into();
    assert_ne!(errors(&json), Vec::<String>::new(), "the schema is looked at");
    let mut words = sample();
    for reason in
        serde_json::from_str::<Value>(SCHEMA).unwrap()["$defs"]["difference"]["properties"]["reason"]["enum"]
            .as_array()
            .unwrap()
    {
        words["differences"][0]["reason"] = reason.clone();
        assert_eq!(json!(diff(&words).found.differences[0].reason), *reason);
    }
}

#[test]
fn the_differences_stand_with_their_packages() {
    let mut json = sample();
    json["differences"]
        .as_array_mut()
        .unwrap()
        .push(with("/differences/2/package", json!("ghost.x"))["differences"][2].clone());
    json["packages"].as_array_mut().unwrap().reverse();
    let diff = diff(&json);
    let groups: Vec<_> =
        diff.found.groups().into_iter().map(|one| (one.name, one.differences.len())).collect();
    let named = |name: &str, number| (Some(name.to_owned()), number);
    let want = [
        (None, 2),
        named("libgreet1.x86_64", 2),
        named("greet.x86_64", 3),
        named("greet-lang.noarch", 0),
        named("greet-doc.noarch", 0),
        named("ghost.x", 1),
    ];
    assert_eq!(groups, want);
    let numbers = "8 differences; of 6 packages 2 changed, 1 added, 1 removed, 1 skipped, 1 same";
    assert_eq!(diff.found.numbers(), numbers);
    assert_eq!(diff.found.count(State::Changed), 2);
    assert_eq!(
        (diff.found.verdict, diff.found.differences[6].reason),
        (Verdict::Changed, Reason::Unreadable)
    );
    assert_eq!(diff.found.differences[4].place(), "/usr/share/greet/data.tar.gz › texts/hello.txt, line 12");
}

/// Every place of the document that holds a text which is shown.
fn texts() -> Vec<String> {
    let of = |above: &str, keys: &[&str]| keys.iter().map(|key| format!("{above}/{key}")).collect::<Vec<_>>();
    [
        of("", &["why"]),
        of("/packages/1", &["name", "arch", "old", "new", "why"]),
        of("/differences/0", &["code", "message"]),
        of("/differences/4", &["code", "package", "field", "part", "old", "new", "path/0", "path/1"]),
        of("/differences/6", &["message"]),
    ]
    .concat()
}

#[test]
fn no_text_of_a_guest_does_anything() {
    let tags = |page: &str| page.matches('<').count();
    for place in texts() {
        let diff = diff(&with(&place, json!(HOSTILE)));
        let json = serde_json::to_value(&diff).unwrap();
        assert_eq!(json.pointer(&place), Some(&json!(HARMLESS)), "{place}");
        let page = diff_page(&diff);
        assert!(is_harmless(&page) && page.contains(IN_PAGE), "{place}");
        assert!(!page.contains("<script"), "{place}");
        let plain = diff_page(&self::diff(&with(&place, json!("plain"))));
        assert_eq!(tags(&page), tags(&plain), "{place}");
    }
}

#[test]
fn no_name_of_a_build_does_anything() {
    let comparison = read_comparison(SAMPLE.as_bytes()).unwrap();
    let module = ModuleReport { name: HOSTILE.into(), version: HOSTILE.into(), sha256: String::new() };
    let page = diff_page(&Diff::new(HOSTILE, HOSTILE, &module, comparison));
    assert!(is_harmless(&page) && !page.contains("<script"));
    // Both names in the title and at the top; the module's name and version at the end.
    assert_eq!(page.matches(IN_PAGE).count(), 6);
}

#[test]
fn a_long_text_is_cut() {
    for place in texts() {
        let diff = diff(&with(&place, json!("x".repeat(1 << 20))));
        assert!(serde_json::to_string(&diff).unwrap().len() < 10_000, "{place}");
    }
}

#[test]
fn a_page_is_whole_and_loads_and_runs_nothing() {
    let page = diff_page(&diff(&sample()));
    for part in [
        "<!DOCTYPE html>",
        "default-src 'none'",
        "script-src 'none'",
        "id=\"packages\"",
        "id=\"differences\"",
        "href=\"#group-2\"",
        "packed on <mark>Mon</mark>day",
        "packed on <mark>Tues</mark>day",
        "</html>",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for runs in ["<script", "src=", "href=\"http", "style=\"", "@import", "url(", "onclick"] {
        assert!(!page.contains(runs), "{runs}");
    }
    let empty = json!({
        "schema": 1, "verdict": "unchanged", "why": "", "packages": [], "differences": [], "omitted": 0
    });
    assert!(diff_page(&diff(&empty)).contains("The same"));
}

#[test]
fn a_page_has_ten_thousand_differences_and_no_more() {
    let mut json = sample();
    let one = json["differences"][4].clone();
    json["differences"] = json!(vec![one; 10_001]);
    json["omitted"] = json!(5);
    let page = diff_page(&diff(&json));
    assert_eq!(page.matches("<li><p class=\"place\">").count(), 10_000);
    assert!(page.contains("Here are the first 10,000 of 10,001") && page.contains("found 5 more"));
}
