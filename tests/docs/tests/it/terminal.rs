//! What a terminal gets, and nobody else: colours and the line of what is being done.

use skink_tests_docs::Place;

const RUN: &str = "skink hook run $HOOKS/checksums.wasm --results results --state state";

fn place(name: &str) -> Place {
    let place = Place::new(name);
    std::fs::create_dir(place.here().join("results")).unwrap();
    std::fs::write(place.here().join("results/hello-1.0-1.x86_64.rpm"), "a package").unwrap();
    place
}

/// What a terminal of eighty columns gets of a command.
fn on_terminal(place: &Place, variables: &str, command: &str) -> String {
    let script = format!("stty cols 80; {variables} {command}");
    let output = place.shell(&format!("script --quiet --return --command \"{script}\" /dev/null"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn colours_where_they_are_wanted() {
    let place = place("colours");
    let rows = [
        ("TERM=xterm", "", true),
        ("TERM=dumb", "", false),
        ("TERM=xterm NO_COLOR=1", "", false),
        ("TERM=xterm NO_COLOR=", "", true),
        ("TERM=xterm NO_COLOR=1", "--color always", true),
        ("TERM=xterm", "--color never", false),
        ("TERM=xterm CLICOLOR=0", "", false),
    ];
    for (variables, options, want) in rows {
        let shown = on_terminal(&place, variables, &format!("{RUN} {options} 2>/dev/null"));
        assert!(shown.contains("passed"), "{variables} {options}: {shown:?}");
        assert_eq!(shown.contains("\x1b["), want, "{variables} {options}: {shown:?}");
    }
    let rows = [
        ("", "", false),
        ("CLICOLOR_FORCE=1", "", true),
        ("", "--color always", true),
        ("TERM=xterm", "", false),
    ];
    for (variables, options, want) in rows {
        let output = place.shell(&format!("{variables} {RUN} {options}"));
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(shown.contains("passed"), "piped, {variables} {options}: {shown:?}");
        assert_eq!(shown.contains("\x1b["), want, "piped, {variables} {options}: {shown:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "no line of what is being done in a pipe");
    }
}

#[test]
fn the_line_of_what_is_being_done_comes_and_goes() {
    let place = place("line");
    let rows = [("TERM=xterm", "", true), ("TERM=xterm", "-q", false), ("TERM=dumb", "", false)];
    for (variables, options, want) in rows {
        let shown = on_terminal(&place, variables, &format!("{RUN} {options} --color never"));
        let line = "checksums, 0:0";
        assert_eq!(shown.contains(line), want, "{variables} {options}: {shown:?}");
        // Whatever was drawn is erased before the next line is written.
        let left = shown.replace("\r\n", "\n");
        let left: Vec<&str> = left.lines().filter_map(|line| line.rsplit("\r\x1b[K").next()).collect();
        assert!(!left.iter().any(|text| text.contains(line)), "{variables} {options}: {left:?}");
    }
}

/// A job with a stand-in for `build`, as far as `skink build` needs one: it has no hook that runs, or it stops early.
#[test]
fn a_log_never_has_colours() {
    let place = place("log");
    let here = place.here();
    std::fs::write(here.join("_hooks"), "schema = 1\n[hooks.stranger]\nmodule = \"stranger.wasm\"\n")
        .unwrap();
    std::fs::write(here.join("hello.spec"), "Name: hello\n").unwrap();
    std::fs::write(here.join("policy.toml"), "schema = 1\n").unwrap();
    let build = "skink build --root root --hook-policy policy.toml --hook-state state --logfile log --hook-color always hello.spec";
    let shown = on_terminal(&place, "TERM=xterm", build);
    if !shown.contains("stranger") {
        // It needs root to get so far.
        assert!(shown.contains("building needs root"), "{shown:?}");
        return;
    }
    assert!(shown.contains("\x1b["), "{shown:?}");
    let log = std::fs::read_to_string(here.join("log")).unwrap();
    assert!(log.contains("stranger") && !log.contains('\x1b') && !log.contains('\r'), "{log:?}");
}
