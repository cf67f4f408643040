//! The sub that the dispatcher calls, run by the real perl, against servers of every kind.

use super::{Server, lay_out};
use skink_tests_hostile::Place;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

/// Calls the sub for each package in turn, and prints what it returns.
const ASK: &str = r#"
my ($file, $socket, $on_failure, @packages) = @ARGV;
require $file;
my $sub = SkinkAllocate::constraint($socket, $on_failure);
my $worker = {'workerid' => 'vm:1', 'hostlabel' => ['first', "\x{e9}\n"], 'hardware' => {'memory' => 4}};
print join(' ', map {$sub->({'project' => 'home:a', 'package' => $_, 'bdep' => [{}]}, $worker, undef)} @packages);
"#;

/// The same, with a clock that stands still and a `select` that tells what it is given.
const WATCH: &str = r#"
use Time::HiRes ();
BEGIN { *CORE::GLOBAL::select = sub { printf("select %.3f\n", $_[3]); return 0; }; }
{ no warnings; *Time::HiRes::time = sub { return 1000; }; }
"#;

fn perl(program: &str, socket: &Path, on_failure: &str, packages: &[&str]) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contrib/obs/skink_dispatch_constraint.pl");
    let mut command = Command::new("perl");
    command
        .args(["-w", "-M-warnings=once", "-e", program])
        .arg(file.canonicalize().unwrap())
        .arg(socket)
        .arg(on_failure);
    let output = command.args(packages).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_answers_of_a_real_server() {
    let place = Place::new("perl");
    let server = Server::start(&place, &lay_out(&place));
    // The bound is for a dispatcher; here a busy machine must not make a difference.
    let patient =
        ASK.replace("my $sub", "local $SkinkAllocate::bound = 60; local $SkinkAllocate::pause = 5; my $sub");
    let packages = ["yes", "no", "abstain", "trap", "worker", "yes"];
    for on_failure in ["abstain", "refuse"] {
        assert_eq!(perl(&patient, &server.socket, on_failure, &packages), "1 0 1 0 0 1", "{on_failure}");
    }
}

/// Answers each client with these bytes; without any it reads, and says nothing until the client goes.
fn impostor(place: &Place, name: &str, answer: Option<&'static [u8]>) -> std::path::PathBuf {
    let path = place.path(name);
    let listener = UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            if let Some(answer) = answer {
                let _ = client.read(&mut [0; 1 << 16]);
                let _ = client.write_all(answer);
            } else {
                let _ = client.read_to_end(&mut Vec::new());
            }
        }
    });
    path
}

#[test]
fn a_server_that_is_gone_slow_or_mad_counts_as_the_admin_says() {
    let place = Place::new("impostors");
    drop(UnixListener::bind(place.path("stale")).unwrap());
    place.write("file", "");
    let rows = [
        ("gone", place.path("gone")),
        ("stale", place.path("stale")),
        ("a file", place.path("file")),
        ("silent", impostor(&place, "silent", None)),
        ("closes", impostor(&place, "closes", Some(b""))),
        ("half a line", impostor(&place, "half", Some(b"yes"))),
        ("another word", impostor(&place, "word", Some(b"yesterday\n"))),
        ("two lines", impostor(&place, "two", Some(b"maybe\nyes\n"))),
        ("an error", impostor(&place, "error", Some(b"error the request has no `worker`\n"))),
        ("bytes", impostor(&place, "bytes", Some(&[0xff; 5000]))),
        ("HTTP", impostor(&place, "http", Some(b"HTTP/1.0 200 OK\r\n\r\n"))),
    ];
    for (what, socket) in rows {
        for (on_failure, want) in [("abstain", "1 1"), ("refuse", "0 0")] {
            assert_eq!(perl(ASK, &socket, on_failure, &["yes", "yes"]), want, "{what} {on_failure}");
        }
    }
}

#[test]
fn it_waits_a_tenth_of_a_second_and_then_does_not_ask_for_a_while() {
    let place = Place::new("bound");
    let socket = impostor(&place, "silent", None);
    let program = format!("{WATCH}{ASK}");
    assert_eq!(perl(&program, &socket, "refuse", &["yes", "yes", "yes"]), "select 0.100\n0 0 0");
    // Nonsense came at once, so asking costs nothing.
    let program = ASK.replace("@packages);", "@packages); print \" $asked\";");
    let program = program.replace(
        "my $sub",
        "my $asked = 0; my $ask = \\&SkinkAllocate::ask; \
        { no warnings; *SkinkAllocate::ask = sub { $asked++; $ask->(@_) }; } my $sub",
    );
    let nonsense = impostor(&place, "nonsense", Some(b"maybe\n"));
    let patient = program
        .replace("my $sub", "local $SkinkAllocate::bound = 60; local $SkinkAllocate::pause = 5; my $sub");
    assert_eq!(perl(&patient, &nonsense, "abstain", &["yes", "yes", "yes"]), "1 1 1 3");
}

#[test]
fn what_cannot_work_is_told_when_the_configuration_is_read() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contrib/obs/skink_dispatch_constraint.pl");
    let rows = [
        ("'/s', 'fail'", "'fail' is neither 'abstain' nor 'refuse'"),
        ("'/' . 'x' x 108, 'refuse'", "is too long for a socket"),
    ];
    for (arguments, want) in rows {
        let program = format!("require $ARGV[0]; SkinkAllocate::constraint({arguments});");
        let output = Command::new("perl").args(["-e", &program]).arg(file.canonicalize().unwrap()).output();
        let output = output.unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && stderr.contains(want), "{stderr}");
    }
}
