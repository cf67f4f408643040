//! What the server says for each thing that a hook can do.

use super::{Server, exchange, lay_out, request};
use skink_tests_hostile::{Place, assert_harmless, assert_nothing_left};

/// What the hook does, the answer, and whether the runner stays.
const ROWS: [(&str, &str, bool); 14] = [
    ("yes", "yes", true),
    ("abstain", "abstain", true),
    ("no", "no letters: \\u{1b}[31m\\nyes\\u{202e}<b>", true),
    ("settings", "no letters: {\"level\":1}", true),
    ("worker", "no letters: first", true),
    ("constraint", "no letters: demanded", true),
    ("keep", "yes", true),
    ("keep", "yes", true),
    ("float", "yes", true),
    ("grow", "yes", true),
    ("other", "no letters: it gave no answer (failed): kept", true),
    ("loop", "no letters: it gave no answer (limit): fuel: the hook's fuel is used up", true),
    ("memory", "no letters: it gave no answer (limit): memory: ", true),
    ("trap", "no letters: it gave no answer (trap): ", false),
];

#[test]
fn each_answer_and_each_way_to_give_none() {
    let place = Place::new("answers");
    let policy = lay_out(&place);
    let server = Server::start(&place, &policy);
    let mut connection = server.connect();
    for (package, want, stays) in ROWS {
        let before = server.runner();
        let answer = exchange(&mut connection, &request(package));
        let same = if want.ends_with(": ") { answer.starts_with(want) } else { answer == want };
        assert!(same, "{package}: {answer}");
        assert_harmless(package, &answer);
        // Well again at once, whatever it was.
        assert_eq!(exchange(&mut connection, &request("yes")), "yes", "after {package}");
        assert_eq!(server.runner() == before, stays, "{package}: the runner");
    }
    drop(server);
    let policy = policy.replace("\"refuse\"", "\"abstain\"");
    let server = Server::start(&place, &policy);
    for package in ["other", "loop", "memory", "trap"] {
        assert_eq!(server.ask(package), "abstain", "{package}");
    }
    drop((connection, server));
    assert_nothing_left(&place);
}

#[test]
fn a_thousand_calls_have_one_runner() {
    let place = Place::new("thousand");
    let server = Server::start(&place, &lay_out(&place));
    let runner = server.runner();
    let mut connection = server.connect();
    for call in 0..1000 {
        assert_eq!(exchange(&mut connection, &request("keep")), "yes", "call {call}");
        if call % 100 == 0 {
            assert_eq!(server.ask("keep"), "yes");
            assert_eq!(server.runner(), runner, "after {call} calls");
        }
    }
    assert_eq!(server.runner(), runner);
}

#[test]
fn many_ask_at_once() {
    let place = Place::new("at-once");
    let server = Server::start(&place, &lay_out(&place));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!([server.ask("yes"), server.ask("abstain")], ["yes", "abstain"]);
                }
            });
        }
    });
}
