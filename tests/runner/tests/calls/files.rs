//! What a call may read and write: below its trees and its folders, bounded, and nothing else.

use super::{Place, call, limits};
use skink_job::{ByteCount, Phase};
use skink_runner_tests::module::component;
use skink_runner_tests::worker::{Call, compile, run, shown};
use skink_walls::Spawner;

#[test]
fn paths_lead_nowhere_else() {
    let place = Place::new();
    let open = component("open-settings");
    // Path, how the call ends, whether the audit hears of it.
    let rows = [
        ("hello.txt", "pass", false),
        ("sub/hello-1.rpm", "pass", false),
        ("sparse", "pass", false),
        ("nothing", "NotFound: ", false),
        ("hello.txt/", "Invalid: ", true),
        ("hello.txt/x", "NotFound: ", false),
        ("../secret", "Invalid: ", true),
        ("../../../../../../etc/shadow", "Invalid: ", true),
        ("sub/../../secret", "Invalid: ", true),
        ("/etc/passwd", "Invalid: ", true),
        ("./..//", "Invalid: ", true),
        ("", "Invalid: ", true),
        ("a\0b", "Invalid: ", true),
        ("out", "Invalid: ", false),
        ("passwd", "Invalid: ", false),
        ("passwd/", "Invalid: ", true),
        ("sub-link/hello-1.rpm", "Invalid: ", false),
        ("loop", "Invalid: ", false),
        ("fifo", "Invalid: ", false),
        ("sub", "Invalid: ", false),
    ];
    let spawner = Spawner::new().unwrap();
    let artefact = compile(&spawner, &open).unwrap();
    for (path, want, audited) in rows {
        let ended = run(&spawner, &artefact, &Call { settings: path.to_owned(), ..place.call() });
        let got = shown(&ended.call.end);
        assert!(got.starts_with(want), "{path:?}: {got}");
        assert_eq!(!ended.heard.denied.is_empty(), audited, "{path:?}: {:?}", ended.heard.denied);
    }
}

#[test]
fn reading_is_bounded_and_listing_shows_links_as_links() {
    let place = Place::new();
    let with = |settings: &str| Call { settings: settings.to_owned(), ..place.call() };
    let rows = [
        ("read-settings", "hello.txt", "fail: hello"),
        ("read-settings", "sparse", "Limit: "),
        (
            "hash-settings",
            "hello.txt",
            "fail: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        ),
    ];
    for (module, settings, want) in rows {
        let got = shown(&call(&component(module), &with(settings)).call.end);
        assert!(got.starts_with(want), "{module} {settings}: {got}");
    }
    let listed = call(&component("list-names"), &with(""));
    assert_eq!(shown(&listed.call.end), "pass");
    let names = "fifo hello.txt loop out passwd sparse sub sub-link sub/hello-1.rpm";
    assert_eq!(listed.heard.lines.join(" "), names);
}

#[test]
fn a_tree_is_read_below_the_place_that_was_prepared_for_and_nowhere_else() {
    let place = Place::new();
    let rows = [("", "pass"), ("results", "pass"), ("outbox", "Other: "), ("results/sub", "Other: ")];
    for (told, want) in rows {
        let ended = call(&component("list-names"), &Call { place: Some(place.at(told)), ..place.call() });
        let got = shown(&ended.call.end);
        assert!(got.starts_with(want), "{told:?}: {got}");
        assert!(want == "pass" || got.contains("ermission denied"), "{told:?}: {got}");
    }
}

#[test]
fn the_outbox_takes_new_flat_names_only() {
    let long = "x".repeat(4096);
    let rows = [
        ("SHA256SUMS", "pass", true),
        ("hello-2.rpm", "pass", true),
        ("hello-1.rpm", "Invalid: ", false),
        ("HELLO-1.RPM", "Invalid: ", false),
        ("a/b", "Invalid: ", false),
        ("..", "Invalid: ", false),
        ("a\0b", "Invalid: ", false),
        (".partial-0", "Invalid: ", false),
        ("_statistics", "Invalid: ", false),
        (&long, "Invalid: ", false),
    ];
    let spawner = Spawner::new().unwrap();
    let artefact = compile(&spawner, &component("transform-settings")).unwrap();
    for (name, want, there) in rows {
        let place = Place::new();
        let call = Call { phase: Phase::Transform, settings: name.to_owned(), ..place.call() };
        let ended = run(&spawner, &artefact, &call);
        let got = shown(&ended.call.end);
        assert!(got.starts_with(want), "{name:?}: {got}");
        let want = if there { vec![name.to_owned()] } else { Vec::new() };
        assert_eq!(place.names("outbox"), want, "{name:?}");
        assert_eq!(ended.heard.denied.is_empty(), there, "{name:?}: {:?}", ended.heard.denied);
    }
}

#[test]
fn an_outbox_is_whole_or_empty() {
    let small = limits(|limits| {
        limits.output_bytes = ByteCount(3 << 20);
        limits.output_files = 10;
    });
    let rows: [(&str, &str, usize); 4] = [
        ("half-finish", "trap: wasm trap: wasm `unreachable`", 0),
        ("write-after-finish", "trap: unknown handle index", 1),
        ("quota-bytes", "limit(output-bytes): the limit is 3 MiB", 0),
        ("quota-files", "limit(output-files): the limit is 10 files", 10),
    ];
    for (module, want, files) in rows {
        let place = Place::new();
        let call_it = Call { phase: Phase::Transform, limits: small, ..place.call() };
        let ended = call(&component(module), &call_it);
        let got = shown(&ended.call.end);
        assert!(got.starts_with(want), "{module}: {got}");
        let names = place.names("outbox");
        assert_eq!(names.len(), files, "{module}: {names:?}");
        assert!(names.iter().all(|name| !name.starts_with('.')), "{module}: {names:?}");
    }
}
