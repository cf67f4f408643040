//! Rows with a stand-in for `build`: what our processes do with any script.

use crate::support::{StandIn, VICTIM, is_mounted_below, processes_with, wait_until};
use skink_job::BuildEnd;
use skink_obs::Environment;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

pub(crate) fn exit_codes_and_signals_are_handed_over() {
    let script = StandIn::new("echo one; echo two >&2; eval \"$1\"");
    let rows = [
        ("exit 0", 0, None, BuildEnd::Succeeded),
        ("exit 1", 1, None, BuildEnd::Failed),
        ("exit 2", 2, None, BuildEnd::Unchanged),
        ("exit 3", 3, None, BuildEnd::HandedThrough),
        ("exit 4", 4, None, BuildEnd::HandedThrough),
        ("exit 9", 9, None, BuildEnd::HandedThrough),
        ("exit 137", 137, None, BuildEnd::Failed),
        ("kill -9 $$", 137, Some(9), BuildEnd::Failed),
        ("kill -15 $$", 143, Some(15), BuildEnd::Failed),
    ];
    for (command, code, signal, end) in rows {
        let (exit, lines) = script.run(&[command]);
        assert_eq!((exit.code(), exit.signal(), exit.build_end()), (code, signal, end), "{command}");
        assert_eq!(lines, ["one", "two"], "{command}");
    }
}

pub(crate) fn the_script_runs_below_a_pid_1_of_its_own() {
    let script = StandIn::new(
        "mkdir -p m; mount -t tmpfs none m && touch m/inside; ls m; echo parent $PPID; \
         echo $(ls -d /proc/[0-9]* | wc -l)",
    );
    let (exit, lines) = script.run(&[]);
    assert_eq!(exit.code(), 0, "{lines:?}");
    assert_eq!(lines[..2], ["inside", "parent 1"]);
    let seen: u32 = lines[2].parse().unwrap();
    assert!(seen < 8, "it sees {seen} processes");
    assert!(!is_mounted_below(script.dir.path()));
    assert!(!script.dir.path().join("m/inside").exists());
}

pub(crate) fn its_environment_is_clean_and_its_input_empty() {
    let script =
        StandIn::new("read -r x || echo end of input; export -p | grep -v -e OLDPWD -e PWD= -e SHLVL");
    let caller = [("PATH", "/usr/bin"), ("HOME", "/h"), ("SECRET", "x"), ("BUILD_ARCH", "i586")];
    let (_, lines) = script.run_with(&[], &Environment::from_iter(caller), &mut |_| {});
    let dir = script.dir.path().canonicalize().unwrap();
    let want = [
        "end of input".to_owned(),
        "declare -x BUILD_ARCH=\"i586\"".to_owned(),
        format!("declare -x BUILD_DIR=\"{}\"", dir.display()),
        "declare -x HOME=\"/h\"".to_owned(),
        "declare -x PATH=\"/usr/bin\"".to_owned(),
    ];
    assert_eq!(lines, want);
}

pub(crate) fn the_last_lines_are_not_lost() {
    // As the real script does: its output goes through a process that nobody waits for.
    let script =
        StandIn::new("exec 1> >(sleep 0.3; while read -r l; do echo \"[    0s] $l\"; done); echo last");
    assert_eq!(script.run(&[]).1, ["[    0s] last"]);
}

pub(crate) fn nothing_is_left_behind() {
    let mark = format!("9{}", std::process::id());
    let script = StandIn::new(&format!("setsid sleep {mark} & echo started; exit 1"));
    let (exit, lines) = script.run(&[]);
    assert_eq!((exit.code(), lines), (1, vec!["started".to_owned()]));
    assert_eq!(processes_with(&mark), []);
}

pub(crate) fn signals_reach_the_scripts_group() {
    for (name, number) in [("TERM", 15), ("INT", 2), ("HUP", 1), ("QUIT", 3)] {
        // The trap runs once the child in the foreground is gone, so the child must get the signal too.
        let script = StandIn::new(&format!("trap 'echo trapped; exit 5' {name}; echo ready; sleep 100"));
        let send = |line: &str| {
            if line == "ready" {
                let sent = Command::new("kill").args(["-s", name, &std::process::id().to_string()]).status();
                assert!(sent.unwrap().success());
            }
        };
        let env = Environment::from_iter([("PATH", "/usr/bin:/bin")]);
        let (exit, lines) = script.run_with(&[], &env, &mut { send });
        assert_eq!(lines.last().map(String::as_str), Some("trapped"), "{name}");
        assert_eq!((exit.code(), exit.forwarded()), (5, Some(number)), "{name}");
    }
}

pub(crate) fn all_ends_with_us_on_kill_9() {
    let mark = format!("8{}", std::process::id());
    let script = StandIn::new(&format!(
        "mkdir -p m; mount -t tmpfs none m; setsid sleep {mark} & echo ready; sleep {mark}"
    ));
    let mut victim = Victim(
        Command::new(std::env::current_exe().unwrap())
            .arg(VICTIM)
            .arg(script.dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut first = String::new();
    BufReader::new(victim.0.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(first, "ready\n");
    wait_until("both processes of the build", || processes_with(&mark).len() == 2);
    drop(victim);
    wait_until("the end of the build's processes", || processes_with(&mark).is_empty());
    let folder = script.dir.path().to_str().unwrap();
    wait_until("the end of our processes", || processes_with(folder).is_empty());
    assert!(!is_mounted_below(script.dir.path()));
}

/// Killed with SIGKILL when it is dropped, also by a failing row.
struct Victim(Child);

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
