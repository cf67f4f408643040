//! What a tool sees, may and can not, in the tool root `host`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may"
)]
#![allow(clippy::print_stdout, reason = "a test that tests less says so")]

mod common;

use common::{Host, as_everyone, eventually, marker, processes_with, read_all, run, spawn, tool, wait};
use skink_job::Limits;
use skink_protocol::{ExitStatus, FailureKind, ToolRequest};
use skink_tools::{Broker, Mounts};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

#[test]
fn what_works_in_a_root() {
    as_everyone("what_works_in_a_root", |host| {
        let rows = [
            (
                "the granted trees",
                "cat /job/results/name /job/sources/name /job/previous/name",
                "resultssourcesprevious",
            ),
            ("its folder is its home", "pwd; echo $HOME; ls -A", "/job/scratch\n/job/scratch\n"),
            (
                "it may write there",
                "echo x >/job/scratch/a; echo y >/tmp/b; echo z >/dev/shm/c; cat a /var/tmp/b /dev/shm/c",
                "x\ny\nz\n",
            ),
            (
                "it is one made-up user",
                "id -un; id -gn; id -u; wc -l </etc/passwd",
                "skink\nskink\n1000\n1\n",
            ),
            (
                "the exact environment",
                "env | sort",
                "HOME=/job/scratch\nLANG=C.UTF-8\nPATH=/usr/bin:/usr/sbin\nPWD=/job/scratch\nTZ=UTC\n",
            ),
            ("no capability is left", "grep -c '^Cap...:\t0000000000000000$' /proc/self/status", "5\n"),
            ("nor can one be gained", "grep NoNewPrivs /proc/self/status", "NoNewPrivs:\t1\n"),
            (
                "only the loopback",
                "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '; tail -n +2 /proc/net/route",
                "lo\n",
            ),
            ("only its own processes", "set -- /proc/[0-9]*; echo $#", "2\n"),
            ("no descriptor but three", "ls /proc/$$/fd; readlink /proc/$$/fd/0", "0\n1\n2\n/dev/null\n"),
            // Of this file the kernel itself would say that it cannot be synced.
            (
                "nothing waits for the disk",
                "sync /proc/version && sync -d /proc/version && sync -f . && sync",
                "",
            ),
            ("a host name of its own", "cat /proc/sys/kernel/hostname", "skink\n"),
            ("no terminal", "(: </dev/tty) 2>/dev/null || echo none", "none\n"),
            (
                "the resource limits",
                "ulimit -c; ulimit -f; ulimit -H -f; grep -o 'processes  *513 ' /proc/self/limits | tr -s ' '",
                "0\n2097152\n2097152\nprocesses 513 \n",
            ),
        ];
        // A way out, if a tool inherited it.
        let root = fs::File::open("/").unwrap();
        rustix::io::fcntl_setfd(&root, rustix::io::FdFlags::empty()).unwrap();
        let mut broker = host.broker();
        for (what, script, want) in rows {
            let got = run(&mut broker, "sh", &["-c", script]);
            assert_eq!(got, (ExitStatus::Code(0), want.to_owned(), String::new()), "{what}: {script}");
        }
        let usage = broker.finish();
        assert_eq!((usage.runs.len(), usage.limit, usage.problems), (rows.len(), None, Vec::new()));
    });
}

#[test]
fn what_a_tool_cannot_do() {
    as_everyone("what_a_tool_cannot_do", |host| {
        let rows = [
            "cat /etc/shadow",
            "cat /etc/hosts",
            "ls /home",
            "ls /root",
            "ls /var/lib",
            "ls /sys",
            "ls /run",
            "ls /mnt",
            "ls /boot",
            "cat /proc/1/environ | grep .",
            "echo x >/job/results/name",
            "echo x >/job/results/sub/new",
            "rm /job/results/name",
            "echo x >/job/sources/new",
            "echo x >/job/previous/new",
            "echo x >/job/inputs/new",
            "echo x >/job/new",
            "echo x >/new",
            "echo x >/etc/new",
            "echo x >/usr/new",
            "echo x >/dev/new",
            "echo x >/job/starter",
            "rm /job/starter",
            "chmod 700 /job/results",
            "mv /job/scratch /job/other",
            "mount -t tmpfs none /tmp",
            "mount -o remount,rw /job/results",
            "umount /job/results",
            "unshare --user true",
            "unshare --mount true",
            "unshare --net true",
            "chroot /usr /bin/true",
            "chown 0 /job/scratch",
            "mknod /tmp/null c 1 3",
            "hostname other",
            "ulimit -c unlimited",
            "ulimit -f unlimited",
            "echo 0 >/proc/sys/kernel/randomize_va_space",
            "dmesg",
            "perl -e 'use Socket; socket(S,PF_INET,SOCK_STREAM,0); connect(S,sockaddr_in(53,inet_aton(\"192.0.2.1\"))) or exit 1'",
        ];
        let mut broker = host.broker();
        for script in rows {
            let (status, out, _) = run(&mut broker, "sh", &["-c", script]);
            assert!(matches!(status, ExitStatus::Code(1..)), "{script}: {status:?} {out}");
        }
        drop(broker);
        for tree in ["results", "sources", "previous"] {
            assert_eq!(fs::read_to_string(host.path().join(tree).join("name")).unwrap(), tree);
            assert_eq!(fs::read_dir(host.path().join(tree)).unwrap().count(), 2, "{tree}");
        }
    });
}

#[test]
fn a_tree_that_was_not_granted_is_not_there() {
    as_everyone("a_tree_that_was_not_granted_is_not_there", |host| {
        let mounts = Mounts { results: host.mounts.results.clone(), ..Mounts::default() };
        let deadline = Instant::now() + Duration::from_secs(60);
        let (limits, tools) = (Limits::default(), vec![tool("sh")]);
        let mut broker = Broker::new(host.launcher.clone(), tools, mounts, host.scratch(), &limits, deadline);
        let (_, out, _) = run(&mut broker, "sh", &["-c", "cd /job; echo *"]);
        assert_eq!(out, "inputs results scratch starter\n");
    });
}

#[test]
fn outside_a_tool_is_the_owner_and_never_root() {
    as_everyone("outside_a_tool_is_the_owner_and_never_root", |host| {
        let marker = marker("owner");
        let mut broker = host.broker();
        spawn(&mut broker, "sh", &["-c", "sleep 1000; :", &marker]).unwrap();
        eventually("the tool runs", || !processes_with(&marker).is_empty());
        let me = rustix::process::geteuid().as_raw();
        let (uid, gid) = host.owner.unwrap_or((me, rustix::process::getegid().as_raw()));
        for pid in processes_with(&marker) {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            let row = |key: &str| status.lines().find_map(|l| l.strip_prefix(key)).unwrap().trim().to_owned();
            assert_eq!(row("Uid:"), format!("{uid}\t{uid}\t{uid}\t{uid}"));
            assert_eq!(row("Gid:"), format!("{gid}\t{gid}\t{gid}\t{gid}"));
            assert_ne!(uid, 0);
        }
        // Where the caller is root, none of its groups are left either.
        if host.owner.is_some() {
            let [pid, ..] = processes_with(&marker)[..] else { panic!("gone") };
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            assert!(status.lines().any(|l| l.trim_end() == "Groups:"), "{status}");
        }
        broker.finish();
        assert_eq!(processes_with(&marker), [0; 0]);
    });
}

#[test]
fn a_starter_is_copied_only_where_it_is_out_of_reach() {
    let as_root = rustix::process::geteuid().is_root();
    for (folder, file, copied) in [(0o711, 0o755, false), (0o700, 0o755, as_root), (0o711, 0o744, as_root)] {
        let place = tempfile::tempdir().unwrap();
        let starter = place.path().join("the-starter");
        fs::copy(env!("CARGO_BIN_EXE_skink-tool-starter"), &starter).unwrap();
        fs::set_permissions(&starter, Permissions::from_mode(file)).unwrap();
        fs::set_permissions(place.path(), Permissions::from_mode(folder)).unwrap();
        let mut host = Host::new();
        host.launcher = host.launcher.clone().with_starter(starter);
        let mut broker = host.broker();
        assert_eq!(run(&mut broker, "printf", &["x"]).1, "x");
        assert_eq!(host.scratch().join("starter").exists(), copied, "{folder:o} {file:o}");
        drop(broker);
        host.assert_clean();
    }
}

#[test]
fn etc_entries_of_the_policy_are_there_and_read_only() {
    as_everyone("etc_entries_of_the_policy_are_there_and_read_only", |host| {
        let mut sh = tool("sh");
        sh.etc = vec!["/etc/debian_version".into(), "/etc/profile.d".into(), "/etc/os-release".into()];
        sh.etc.retain(|entry| entry.exists());
        assert!(!sh.etc.is_empty());
        let script: String =
            sh.etc.iter().map(|e| format!("test -e {0} && ! test -w {0} || exit 1;", e.display())).collect();
        let deadline = Instant::now() + Duration::from_secs(60);
        let (mounts, limits) = (Mounts::default(), Limits::default());
        let mut broker =
            Broker::new(host.launcher.clone(), vec![sh], mounts, host.scratch(), &limits, deadline);
        assert_eq!(run(&mut broker, "sh", &["-c", &script]).0, ExitStatus::Code(0));
    });
}

#[test]
fn inputs_are_laid_and_gone_with_the_run() {
    as_everyone("inputs_are_laid_and_gone_with_the_run", |host| {
        let mut broker = host.broker();
        let inputs = vec![("a.toml".to_owned(), b"alpha\n".to_vec()), ("b".to_owned(), vec![0, 255, 10])];
        let args = ["-c", "cat /job/inputs/a.toml /job/inputs/b; ls /job/inputs"].map(str::to_owned).to_vec();
        broker.request(ToolRequest::Spawn { tool: "sh".to_owned(), args, inputs }).unwrap();
        assert_eq!(read_all(&mut broker, 0).unwrap()[0], b"alpha\n\0\xff\na.toml\nb\n");
        assert_eq!(wait(&mut broker, 0), Ok(ExitStatus::Code(0)));
        assert_eq!(
            run(&mut broker, "sh", &["-c", "ls /job/inputs /job/scratch /tmp"]).1.matches('\n').count(),
            5
        );
        let inputs = vec![("../x".to_owned(), Vec::new())];
        let refused = broker.request(ToolRequest::Spawn { tool: "sh".to_owned(), args: Vec::new(), inputs });
        assert_eq!(refused.unwrap_err().0, FailureKind::Invalid);
    });
}

#[test]
fn a_folder_that_is_out_of_reach_is_named() {
    let host = Host::new();
    let mounts = Mounts { results: Some("/nowhere/at-all".into()), ..Mounts::default() };
    let deadline = Instant::now() + Duration::from_secs(60);
    let (limits, tools) = (Limits::default(), vec![tool("sh")]);
    let mut broker = Broker::new(host.launcher.clone(), tools, mounts, host.scratch(), &limits, deadline);
    let (kind, why) = spawn(&mut broker, "sh", &[]).unwrap_err();
    assert!(kind == FailureKind::Other && why.contains("/nowhere/at-all"), "{why}");
    drop(broker);
    host.assert_clean();
}
