//! Paths, links, and what a transform may leave.

use skink_tests_hostile::Attack;
use skink_tests_hostile::Expect::{Passed, Trap};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

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
