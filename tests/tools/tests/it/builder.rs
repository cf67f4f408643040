//! Root-builders: root of namespaces of their own, in a root that is thrown away.

use crate::roots::lint_is_built;
use skink_tests_build::{mounts_below, processes_naming};
use skink_tests_tools::{Place, Tried, lint, shell, shell_policy};
use std::fs;
use std::path::Path;

/// See `fault.rs` of the worker.
const NO_CGROUP: &str = "no-cgroup";

const BUILDER: &str = "kind = \"root-builder\"";

/// Runs the script as a root-builder; `more` are lines of the policy for it.
fn run(name: &str, script: &str, more: &str, words: &[&str]) -> (Place, Tried) {
    lint_is_built();
    let place = Place::new(name, "");
    let module = shell(&place, script);
    place.set_policy(&shell_policy(&lint(), &module, more));
    let results = place.folder().join("results");
    fs::create_dir_all(&results).unwrap();
    fs::write(results.join("package"), "kept").unwrap();
    let words = [&["--results", results.to_str().unwrap()], words].concat();
    let ended = Tried::of(&mut place.hook_run(&place.folder().join("shell.wasm"), &words));
    (place, ended)
}

fn all(checks: &[&str]) -> String {
    let checks: Vec<String> =
        checks.iter().map(|check| format!("{check} || {{ echo FAILED: '{check}' >&2; exit 1; }}")).collect();
    checks.join("\n")
}

#[test]
fn it_is_root_in_a_root_that_is_thrown_away() {
    let script = all(&[
        "test $(id -u) = 0",
        "test ! -e /usr/bin/left",
        "touch /usr/bin/left /etc/left /var/left /left",
        "test $(stat -c %u:%g /usr/bin/left) = 0:0",
        "test $(stat -c %u:%g /etc/passwd) = 0:0",
        "useradd joe",
        "chown joe /usr/bin/left",
        "dpkg --purge --force-all cpio >/dev/null 2>&1",
        "test ! -e /usr/bin/cpio",
        "test $(cat /job/results/package) = kept",
        "test $HOME = /root",
    ]);
    for round in ["first", "second"] {
        let (place, ended) = run(&format!("builder-{round}"), &script, BUILDER, &[]);
        assert_eq!(ended.code, Some(0), "{round}: {}", ended.text);
        assert_eq!(mounts_below(place.state()), Vec::<String>::new());
    }
}

#[test]
fn it_is_nobody_outside() {
    let script = all(&[
        "grep -q ' 1879048192 ' /proc/self/uid_map",
        "! (echo x >/proc/sys/kernel/core_pattern) 2>/dev/null",
        "! (umount /proc/sys && echo x >/proc/sys/kernel/core_pattern) 2>/dev/null",
        "! touch /job/results/package 2>/dev/null",
        "! rm /job/results/package 2>/dev/null",
        "! mknod /tmp/null c 1 3 2>/dev/null",
        "test ! -e /dev/loop-control",
        "test ! -e /dev/kmsg",
        "test $(tail -n +3 /proc/net/dev | wc -l) = 1",
        "test $(ls -d /proc/[0-9]* | wc -l) -lt 9",
        "! date -s 2001-01-01 >/dev/null 2>&1",
        "! hostname other 2>/dev/null || test $(cat /proc/sys/kernel/hostname) = other",
    ]);
    let (_, ended) = run("builder-nobody", &script, BUILDER, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap();
    assert_ne!(pattern.trim(), "x");
}

#[test]
fn a_listed_device_and_no_other_is_there() {
    let script = all(&["test -c /dev/full", "test -e /dev/loop-control", "test ! -e /dev/mem"]);
    let with = format!("{BUILDER}\ndevices = [\"/dev/loop-control\"]");
    let device = Path::new("/dev/loop-control");
    assert!(device.exists(), "this machine has no {}, which the test needs", device.display());
    let (_, ended) = run("builder-device", &script, &with, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    let (_, ended) = run("builder-no-device", &script, BUILDER, &[]);
    assert_eq!(ended.code, Some(1), "{}", ended.text);
}

/// The smallest program of 32 bits: it asks of its standard input what `LOOP_SET_FD` asks, and ends by the error's number.
const ASKS_BY_32_BITS: &[u8] = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x03\0\x01\0\0\0\
    \x54\x80\x04\x08\x34\0\0\0\0\0\0\0\0\0\0\0\x34\0\x20\0\x01\0\0\0\0\0\0\0\
    \x01\0\0\0\0\0\0\0\0\x80\x04\x08\0\x80\x04\x08\x80\0\0\0\x80\0\0\0\x05\0\0\0\0\x10\0\0\
    \xb8\x36\0\0\0\x31\xdb\xb9\0\x4c\0\0\x31\xd2\xcd\x80\xf7\xd8\x89\xc3\xb8\x01\0\0\0\xcd\x80\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// A loop device would outlive the tool. No device is needed for this: one that is asked in vain of a file that is none
/// says that it is no device (`ENOTTY`).
#[test]
fn no_tool_attaches_a_loop_device() {
    let octal: String = ASKS_BY_32_BITS.iter().map(|byte| format!("\\{byte:03o}")).collect();
    let by_32_bits = format!("printf '{octal}' >/tmp/asks && chmod +x /tmp/asks && /tmp/asks </dev/null");
    let ask = |request: &str| format!("perl -e 'exit(ioctl(STDIN, {request}, 0) ? 0 : $!)' </dev/null");
    let (denied, no_device) = (1, 25);
    let rows = [
        ("LOOP_SET_FD", ask("0x4C00"), denied),
        ("LOOP_CLR_FD", ask("0x4C01"), no_device),
        ("LOOP_CONFIGURE", ask("0x4C0A"), denied),
        ("LOOP_CTL_ADD", ask("0x4C80"), denied),
        ("LOOP_CTL_GET_FREE", ask("0x4C82"), denied),
        ("TCGETS", ask("0x5401"), no_device),
        ("LOOP_SET_FD of 32 bits", by_32_bits, denied),
    ];
    let script: String = rows
        .iter()
        .map(|(name, ask, want)| {
            format!("{ask}\ngot=$?\ntest $got = {want} || {{ echo '{name}:' $got >&2; exit 9; }}\n")
        })
        .collect();
    for (name, kind) in [("attach-builder", BUILDER), ("attach-plain", "")] {
        let (_, ended) = run(name, &script, kind, &[]);
        assert_eq!(ended.code, Some(0), "{name}: {}", ended.text);
    }
}

#[test]
fn a_full_scratch_and_a_late_end_leave_nothing() {
    let rows = [
        (
            "builder-fills",
            "dd if=/dev/zero of=/usr/big bs=1M count=64 2>/dev/null",
            "scratch-bytes = \"8MiB\"",
            "scratch",
        ),
        (
            "builder-sleeps",
            "trap '' TERM; (setsid sleep 1000 &) ; sleep 1000",
            "tool-time = \"1s\"",
            "tool-time",
        ),
    ];
    for (name, script, limit, want) in rows {
        lint_is_built();
        let place = Place::new(name, "");
        let module = shell(&place, script);
        let policy = shell_policy(&lint(), &module, BUILDER) + "[allow.limits]\n" + limit + "\n";
        place.set_policy(&policy);
        let ended = Tried::of(&mut place.hook_run(&module, &[]));
        assert_eq!(ended.code, Some(1), "{name}: {}", ended.text);
        assert!(ended.text.contains(want), "{name}: {}", ended.text);
        let jobs = fs::read_dir(place.state().join("jobs")).map_or(0, |entries| {
            entries.flatten().filter(|entry| entry.path().join("calls").exists()).count()
        });
        assert!(jobs <= 9, "folders of jobs are left");
        assert_eq!(processes_naming("sleep 1000"), Vec::<String>::new());
    }
}

/// A cgroup counts what lies in a `tmpfs`; without one only what processes have is counted, as the page says.
#[test]
fn memory_of_all_its_processes_is_bounded() {
    // There is no program `mount` in the root; 165 is the number of the call.
    let processes = "for i in 1 2 3; do perl -e '$x = chr(1) x 60000000; sleep 2' & sleep 0.2; done; wait";
    let files = "mkdir -p /m && perl -e 'my ($what, $at) = (q(tmpfs), q(/m)); \
         exit(syscall(165, $what, $at, $what, 0, 0) != 0)' && head -c 150000000 /dev/zero >/m/big";
    let rows =
        [("builder-memory", processes, &[None, Some(NO_CGROUP)][..]), ("builder-tmpfs", files, &[None])];
    for (name, script, machines) in rows {
        for pretend in machines {
            let mut ended = limited(name, script, "tool-memory = \"1GiB\"", *pretend);
            assert_eq!(ended.code, Some(0), "{name} {pretend:?}: {}", ended.text);
            ended = limited(name, script, "tool-memory = \"128MiB\"", *pretend);
            if script == files && !gives_cgroups() {
                println!("this machine gives no memory cgroup, so nothing bounds a tmpfs");
                continue;
            }
            assert_eq!(ended.code, Some(1), "{name} {pretend:?}: {}", ended.text);
            assert!(ended.text.contains("tool-memory"), "{name} {pretend:?}: {}", ended.text);
        }
    }
}

/// Root may change to other users, each of which the kernel counts by itself.
#[test]
fn processes_of_all_its_users_are_bounded() {
    // Each user has as many children as it gets, and tells how many.
    let user = "$< = $> = $user; my $m = 0; while (1) { my $p = fork; last if !defined $p; \
         if (!$p) { sleep 1000; exit } $m++ } syswrite W, pack(\"N\", $m); sleep 1000";
    let script = format!(
        "perl -e 'my $n = 0; for my $user (1 .. 10) {{ pipe(R, W); my $p = fork; last if !defined $p; \
         if (!$p) {{ {user} }} close W; sysread R, my $m, 4; $n += unpack \"N\", $m }} exit($n > 150)'"
    );
    for pretend in [None, Some(NO_CGROUP)] {
        let ended = limited("builder-processes", &script, "tool-processes = 100", pretend);
        assert_eq!(ended.code, Some(0), "{pretend:?}: {}", ended.text);
        let ended = limited("builder-processes", &script, "tool-processes = 400", pretend);
        assert_eq!(ended.code, Some(1), "{pretend:?}: {}", ended.text);
    }
}

/// Runs the script as a root-builder with a limit, on this machine or one that it is taken for.
fn limited(name: &str, script: &str, limit: &str, pretend: Option<&str>) -> Tried {
    lint_is_built();
    let place = Place::new(name, "");
    let module = shell(&place, script);
    place.set_policy(&(shell_policy(&lint(), &module, BUILDER) + "[allow.limits]\n" + limit + "\n"));
    let mut command = place.hook_run(&module, &[]);
    Tried::of(command.envs(pretend.map(|what| ("SKINK_PRETEND", what))))
}

/// Whether the controller of memory can be had here, by the simplest of looks.
fn gives_cgroups() -> bool {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap();
    let second = || fs::read_to_string("/sys/fs/cgroup/cgroup.subtree_control").unwrap_or_default();
    own.contains(":memory:") || second().split_whitespace().any(|name| name == "memory")
}

#[test]
fn its_grant_is_another_than_that_of_a_plain_tool() {
    lint_is_built();
    let place = Place::new("builder-grant", "");
    let module = shell(&place, "exit 0");
    let policy = shell_policy(&lint(), &module, BUILDER).replace("root-builders = ", "tools = ");
    place.set_policy(&policy);
    let ended = Tried::of(&mut place.hook_run(&module, &[]));
    assert_eq!(ended.code, Some(1), "{}", ended.text);
    assert!(ended.text.contains("a grant of its own"), "{}", ended.text);
}
