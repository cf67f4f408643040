//! Paths, links, and what a transform may leave.

use crate::keys::tool;
use rustix::fs::{CWD, FileType, RenameFlags, makedev, mknodat, renameat_with};
use skink_tests_hostile::Expect::{Passed, Trap};
use skink_tests_hostile::{Attack, Place, Running};
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

rows! {
    26 dotdot: Attack::check("dotdot")
        => Passed, |seen| {
            // Each path is refused four times, and each refusal is in the audit.
            assert!(seen.denied().len() >= 4 * 14, "{:?}", seen.denied());
            for path in ["../../etc/shadow", "/etc/passwd", "./..//", "a/../../x"] {
                for call in ["open", "stat", "read", "sha256"] {
                    let told = |line: &&&str| line.contains(&format!("{path:?}")) && line.contains(&format!("tree.{call}"));
                    assert_eq!(seen.denied().iter().filter(told).count(), 1, "{call} {path}: {:?}", seen.denied());
                }
            }
        };
    28 symlink_in_results: Attack::check("symlinks").plant(plant_links)
        => Passed, |seen| assert_links_told(&seen.log());
    28 symlink_in_a_copy_of_the_results: Attack::check("symlinks").plant(plant_private_links)
        => Passed, |seen| assert_links_told(&seen.log());
    29 toctou_swap_by_a_tool: swap_by_a_tool()
        => Passed;
    30 special_files: Attack::check("special").plant(plant_special)
        => Passed, |seen| assert_eq!(seen.log(), special());
    // A copy has none of them, and the hole of the large file is none of the disk's.
    30 special_files_in_a_copy_of_the_results: Attack::check("special").plant(plant_private_special)
        => Passed, |seen| assert_eq!(seen.log(), [""; 0]);
    31 outbox_name: Attack::transform("outbox-names")
        => Passed, |seen| {
            assert_eq!(seen.output, [("good.txt".to_owned(), b"not".to_vec())]);
            assert_eq!(seen.report["outputs"].as_array().unwrap().len(), 1);
            for name in ["../x", "_statistics", "/etc/cron.d/x"] {
                assert!(seen.denied().iter().any(|line| line.contains(name)), "{name}: {:?}", seen.denied());
            }
        };
    33 half_finish: Attack::transform("half-finish")
        => Trap("unreachable"), |seen| {
            assert!(seen.output.is_empty() && seen.report["outputs"].as_array().unwrap().is_empty(), "{seen:?}");
        };
    33 half_and_pass: Attack::transform("half-pass")
        => Passed, |seen| {
            assert!(seen.output.is_empty() && seen.report["outputs"].as_array().unwrap().is_empty(), "{seen:?}");
        };
}

/// The tool cannot swap what the hook reads: it sees the results read-only.
fn swap_by_a_tool() -> Attack {
    let script = "cd /job/results; test -f sub/inner.txt || exit 1; mv sub other && exit 2; \
         ln -s /etc new && exit 3; rm -rf sub; ln -sfn /etc sub; test -f sub/inner.txt";
    tool("/usr/bin/sh", &format!("-c\\00{script} 2>/dev/null"))
}

/// Somebody on the host swaps a folder for a link all the time, while the hook reads a file in it: it gets the honest
/// content or nothing, and never that behind the link.
#[test]
fn toctou_swap_while_the_hook_reads() {
    let place = Place::new("toctou");
    let results = place.path("results");
    fs::create_dir(results.join("sub")).unwrap();
    fs::write(results.join("sub/inner.txt"), "inner\n").unwrap();
    fs::create_dir(place.path("elsewhere")).unwrap();
    place.write("elsewhere/inner.txt", "secret\n");
    symlink(place.path("elsewhere"), results.join("link")).unwrap();
    let attack = Attack::check("read-again").plant(|_| {}).limit("wall-time", "2min");
    let arguments = attack.arguments(&place);
    let stop = AtomicBool::new(false);
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            let folder = fs::File::open(&results).unwrap();
            while !stop.load(Ordering::Relaxed) {
                renameat_with(&folder, "sub", &folder, "link", RenameFlags::EXCHANGE).unwrap();
            }
        });
        let ended = Running::start(&place, None, &arguments).wait();
        stop.store(true, Ordering::Relaxed);
        ended
    });
    assert_eq!(ended.code(), Some(0), "{}", ended.output());
    assert!(ended.stdout.contains("attack passed"), "{}", ended.output());
}

/// What a build can leave beside files, folders and links; only root can make devices.
fn plant_special(results: &Path) {
    for (name, kind) in [("fifo", FileType::Fifo), ("device", FileType::CharacterDevice)] {
        if kind == FileType::Fifo || rustix::process::geteuid().is_root() {
            // That of /dev/zero, which never ends.
            let made = mknodat(CWD, results.join(name), kind, 0o666.into(), makedev(1, 5));
            made.unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }
    drop(UnixListener::bind(results.join("socket")).unwrap());
    fs::File::create(results.join("sparse")).unwrap().set_len(1 << 40).unwrap();
    symlink("/proc/self/fd/0", results.join("magic")).unwrap();
}

/// The same, and a file that only its owner may read: the hook is given a copy then.
fn plant_private_special(results: &Path) {
    use std::os::unix::fs::PermissionsExt;
    plant_special(results);
    fs::write(results.join("private"), "").unwrap();
    fs::set_permissions(results.join("private"), fs::Permissions::from_mode(0o600)).unwrap();
}

fn special() -> Vec<&'static str> {
    let device = rustix::process::geteuid().is_root().then_some("device");
    device.into_iter().chain(["fifo", "socket"]).collect()
}

/// What a build can leave: links out of the tree, to itself, to nothing, a long chain of them.
fn plant_links(results: &Path) {
    fs::create_dir(results.join("sub")).unwrap();
    fs::write(results.join("sub/inner.txt"), "inner\n").unwrap();
    let links = [
        ("/etc/shadow", "shadow"),
        ("/", "to-root"),
        ("sub", "to-folder"),
        ("loop", "loop"),
        ("nowhere", "dangling"),
        (".", "self"),
        ("/proc/self/root", "magic"),
        ("chain-1", "chain-0"),
    ];
    for (target, name) in links {
        symlink(target, results.join(name)).unwrap();
    }
    for link in 1..=60 {
        let next = if link == 60 { "/etc/passwd".to_owned() } else { format!("chain-{}", link + 1) };
        symlink(next, results.join(format!("chain-{link}"))).unwrap();
    }
}

/// The same, and a file that only its owner may read: the hook is given a copy then.
fn plant_private_links(results: &Path) {
    use std::os::unix::fs::PermissionsExt;
    plant_links(results);
    fs::write(results.join("private"), "").unwrap();
    fs::set_permissions(results.join("private"), fs::Permissions::from_mode(0o600)).unwrap();
}

/// Link and target, one line after the other, for each.
fn assert_links_told(log: &[&str]) {
    let told = |name: &str, target: &str| log.windows(2).any(|pair| pair == [name, target]);
    for (name, target) in
        [("shadow", "/etc/shadow"), ("loop", "loop"), ("self", "."), ("chain-60", "/etc/passwd")]
    {
        assert!(told(name, target), "{name} is not told as a link to {target}: {log:?}");
    }
    assert_eq!(log.len(), 2 * 68, "{log:?}");
}
