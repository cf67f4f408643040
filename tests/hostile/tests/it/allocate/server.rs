//! The server itself: clients that do wrong, runners that die, and its own end.

use super::{Server, exchange, lay_out, options, request};
use rustix::process::{Pid, Signal, kill_process};
use skink_tests_hostile::{Place, Running, assert_harmless, assert_nothing_left, processes_naming};
use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;

fn signal(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), signal).unwrap();
}

#[test]
fn clients_that_do_wrong_cost_nobody_else_anything() {
    let place = Place::new("clients");
    let server = Server::start(&place, &lay_out(&place));
    // One says nothing, one half a line; they stay for as long as the others ask.
    let silent = UnixStream::connect(&server.socket).unwrap();
    let mut slow = server.connect();
    let (head, tail) = request("yes").split_at(20).map_text();
    slow.get_mut().write_all(head.as_bytes()).unwrap();
    let rows = [
        ("", "error the request is no JSON object"),
        ("\u{1b}[31m", "error the request is no JSON object"),
        ("[]", "error the request is no JSON object"),
        ("{\"job\":{}}", "error the request has no `worker`"),
    ];
    let mut connection = server.connect();
    for (line, want) in rows {
        let answer = exchange(&mut connection, line);
        assert!(answer.starts_with(want), "{line:?}: {answer}");
        assert_harmless("an answer", &answer);
    }
    assert_eq!(exchange(&mut connection, &request("yes")), "yes");
    // A request without an end is cut off.
    let mut endless = UnixStream::connect(&server.socket).unwrap();
    let chunk = [b'x'; 1 << 16];
    while endless.write_all(&chunk).is_ok() {}
    assert_eq!(exchange(&mut slow, &tail), "yes");
    drop(silent);
}

trait MapText {
    fn map_text(self) -> (String, String);
}

impl MapText for (&str, &str) {
    fn map_text(self) -> (String, String) {
        (self.0.to_owned(), self.1.to_owned())
    }
}

#[test]
fn several_requests_in_one_write_are_answered_in_order() {
    let place = Place::new("pipelined");
    let server = Server::start(&place, &lay_out(&place));
    let mut stream = UnixStream::connect(&server.socket).unwrap();
    let lines = ["abstain", "yes", "settings"].map(|package| format!("{}\n", request(package))).concat();
    stream.write_all(lines.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers, "abstain\nyes\nno letters: {\"level\":1}\n");
}

#[test]
fn a_runner_that_died_is_replaced() {
    let place = Place::new("died");
    let server = Server::start(&place, &lay_out(&place));
    let runner = server.runner();
    assert_eq!(server.ask("yes"), "yes");
    signal(runner, Signal::KILL);
    // The call that finds it dead counts as broken, if it is not replaced before.
    let answer = server.ask("yes");
    assert!(answer.contains("it gave no answer (crashed): the runner died: "), "{answer}");
    assert_eq!(server.ask("yes"), "yes");
    assert_ne!(server.runner(), runner);
}

#[test]
fn a_signal_ends_it_in_good_order() {
    let place = Place::new("signals");
    let policy = lay_out(&place);
    for end in [Signal::TERM, Signal::INT] {
        let server = Server::start(&place, &policy);
        let open = server.connect();
        signal(server.running.pid(), end);
        let ended = server.running.wait();
        assert_eq!(ended.code(), Some(0), "{end:?}: {}", ended.output());
        assert!(!place.path("socket").exists(), "{end:?}: the socket is still there");
        drop(open);
        assert_nothing_left(&place);
    }
}

#[test]
fn killed_it_leaves_no_runner_and_its_socket_is_replaced() {
    let place = Place::new("killed");
    let policy = lay_out(&place);
    let mut server = Server::start(&place, &policy);
    server.running.kill();
    assert_eq!(processes_naming(place.folder().to_str().unwrap()), Vec::<String>::new());
    assert!(place.path("socket").symlink_metadata().unwrap().file_type().is_socket());
    drop(server);
    let server = Server::start(&place, &policy);
    assert_eq!(server.ask("yes"), "yes");
    // Only one server at a time, and only its user connects.
    let second = Server::begin(&place, &policy).wait();
    assert_eq!(second.code(), Some(1), "{}", second.output());
    assert!(second.stderr.contains("another server answers on"), "{}", second.stderr);
    assert_eq!(server.ask("yes"), "yes");
    let metadata = server.place.path("socket").symlink_metadata().unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[test]
fn the_owner_of_the_socket_is_who_the_option_says() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let place = Place::new("owner");
    let mut arguments = vec!["allocate".to_owned(), "--serve".to_owned()];
    arguments.push(place.path("socket").to_str().unwrap().to_owned());
    arguments.extend(["--owner", "nobody"].map(str::to_owned));
    arguments.extend(options(&place, &lay_out(&place)));
    let server = Running::start(&place, None, &arguments);
    let socket = place.path("socket");
    while UnixStream::connect(&socket).is_err() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(socket.symlink_metadata().unwrap().uid(), 65534);
    drop(server);
}

/// What is wrong with the policy or the module is said at once; a server that could never answer does not start.
#[test]
fn what_cannot_be_asked_does_not_start() {
    let place = Place::new("start");
    let policy = lay_out(&place);
    place.write("other.wasm", "no module");
    let rows: [(&str, &str, &str); 5] = [
        ("allocate.wasm", "absent.wasm", "absent.wasm: No such file"),
        ("allocate.wasm", "other.wasm", "has the sha256"),
        ("on-failure = \"refuse\"\n", "", "[[allocate]] needs the key `on-failure`"),
        ("fuel = 1000000", "fuel = 1", "`fuel` is 1; it must be from 10000"),
        ("wall-time = \"10s\"", "wall-time = \"1h\"", "must be from 1 ms to 10"),
    ];
    for (from, to, want) in rows {
        assert!(policy.contains(from));
        let ended = Server::begin(&place, &policy.replacen(from, to, 1)).wait();
        assert_eq!(ended.code(), Some(1), "{to}: {}", ended.output());
        assert!(ended.stderr.contains(want), "{to}: {}", ended.stderr);
        assert!(!place.path("socket").exists());
    }
    let none = Server::begin(&place, "schema = 1\n").wait();
    assert!(none.stderr.contains("no [[allocate]] hook"), "{}", none.stderr);
    place.write("socket", "precious");
    let ended = Server::begin(&place, &policy).wait();
    assert!(ended.stderr.contains("is no socket"), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(place.path("socket")).unwrap(), "precious");
}

/// The module is compiled and filed already, and then the runner is no runner any more.
#[test]
fn without_a_runner_it_does_not_start() {
    let place = Place::new("no-runner");
    let policy = lay_out(&place);
    assert_eq!(Server::start(&place, &policy).ask("yes"), "yes");
    let (runner, stale) = (place.program("skink-runner"), place.path("socket"));
    std::fs::remove_file(&stale).unwrap();
    std::fs::remove_file(&runner).unwrap();
    std::os::unix::fs::symlink("/bin/false", &runner).unwrap();
    let ended = Server::begin(&place, &policy).wait();
    assert_eq!(ended.code(), Some(1), "{}", ended.output());
    assert!(ended.stderr.contains("the hook letters cannot be asked: host-error: "), "{}", ended.stderr);
    assert!(!stale.exists());
    assert_nothing_left(&place);
}
