//! Tool roots: made of packages by obs-build, once, and found again.

use skink_tests_build::{farm, mounts_below, processes_naming};
use skink_tests_hostile::known_keys;
use skink_tests_tools::{Place, RootText, Tried, lint, shell, shell_policy};
use std::fs;
use std::io::{BufRead, BufReader};

use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

/// As many jobs as ask for the root at once.
const JOBS: usize = 10;

/// The root `lint`, built by the first test that needs it: asked for by many jobs that know nothing of it. Gives its
/// address.
pub(crate) fn lint_is_built() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let place = Place::new("ten-jobs", "");
        let module = shell(&place, "exit 0");
        place.set_policy(&shell_policy(&lint(), &module, ""));
        let ended: Vec<Tried> = thread::scope(|scope| {
            let run = || scope.spawn(|| Tried::of(&mut place.hook_run(&module, &[])));
            let jobs: Vec<_> = (0..JOBS).map(|_| run()).collect();
            jobs.into_iter().map(|job| job.join().unwrap()).collect()
        });
        let saying = |what: &str| ended.iter().filter(|job| job.text.contains(what)).count();
        assert!(ended.iter().all(|job| job.code == Some(0)), "{ended:#?}");
        assert_eq!(saying("building the tool root lint"), 1, "{ended:#?}");
        assert_eq!(saying("waiting for the tool root lint"), JOBS - 1, "{ended:#?}");
        address(&place, "lint")
    })
}

fn address(place: &Place, name: &str) -> String {
    let shown = place.tools(&["show", name]);
    let line = shown.text.lines().find_map(|line| line.strip_prefix("address "));
    line.unwrap_or_else(|| panic!("{}", shown.text)).to_owned()
}

#[test]
fn ten_jobs_that_ask_at_once_get_one_root() {
    let address = lint_is_built();
    let again = Place::new("another-name", "");
    let other = RootText { name: "other".to_owned(), ..lint() };
    again.set_policy(
        &(lint().text() + &other.text()).replace("[tool-roots.lint]", "schema = 1\n[tool-roots.lint]"),
    );
    // Another name for the same leads to the same, without a build.
    let built = again.tools(&["build"]);
    // Other tests may build it at the same time.
    let built: Vec<&str> = built.text.lines().filter(|line| !line.starts_with("waiting for")).collect();
    assert_eq!(built, [format!("lint {address}"), format!("other {address}")]);
    let listed = again.tools(&["list"]).text;
    assert!(listed.contains("135 packages") || listed.contains(" packages, "), "{listed}");
    assert!(listed.contains("other            as above"), "{listed}");
    let shown = again.tools(&["show", address.get(..8).unwrap()]).text;
    assert!(shown.contains("rpmlint-2.") && shown.contains(&format!("address {address}")), "{shown}");
}

#[test]
fn a_tool_sees_its_root_and_cannot_change_it() {
    let address = lint_is_built();
    let checks = [
        "test $(cat /etc/debian_version | cut -d. -f1) = 13",
        "test $(id -u) = 1000",
        "! touch /usr/x",
        "! touch /etc/x",
        "! touch /var/x",
        "! touch /x",
        "touch /tmp/x /var/tmp/y /job/scratch/z",
        "test -e /tmp/y",
        "test ! -e /root/.bashrc",
        "test -c /dev/null",
        "test -z \"$(find / -xdev -perm /6000 -type f 2>/dev/null)\"",
        "test ! -e /.build",
    ];
    let place = Place::new("sees", "");
    let script = checks.map(|check| format!("{check} || exit 1")).join("; ");
    let module = shell(&place, &format!("({script}) 2>/dev/null"));
    place.set_policy(&shell_policy(&lint(), &module, ""));
    let report = place.folder().join("report.json");
    let ended = Tried::of(&mut place.hook_run(&module, &["--hook-report", report.to_str().unwrap()]));
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    let tool = &report["hooks"][0]["tools"][0];
    assert_eq!((tool["root"].as_str(), tool["root_address"].as_str()), (Some("lint"), Some(address)));
}

#[test]
fn a_change_of_what_a_root_is_made_of_is_seen() {
    lint_is_built();
    // Links, so that the folder can be changed.
    let place = Place::new("changes", "");
    let pool = place.folder().join("pool");
    fs::create_dir(&pool).unwrap();
    for entry in fs::read_dir(skink_tests_tools::pool("SKINK_POOL_LINT")).unwrap().flatten() {
        fs::hard_link(entry.path(), pool.join(entry.file_name())).unwrap();
    }
    let base = RootText { repositories: vec![pool.display().to_string()], ..lint() };
    let is_current = |root: &RootText| {
        place.set_policy(&root.policy(&[]));
        let listed = place.tools(&["list"]);
        assert_eq!(listed.code, Some(0), "{}", listed.text);
        !listed.text.contains("not built, or of packages that have changed")
    };
    assert!(!is_current(&base), "other files are another description");
    let built = place.tools(&["build"]).text;
    assert!(built.ends_with(&format!("lint {}\n", lint_is_built())), "of the same packages: {built}");
    assert!(is_current(&base));
    let dist = place.folder().join("other.conf");
    fs::write(&dist, fs::read_to_string(&base.dist).unwrap() + "# more\n").unwrap();
    // Each key of a root, changed alone.
    let others = [
        RootText { dist, ..base.clone() },
        RootText { packages: vec!["rpmlint".to_owned()], ..base.clone() },
        RootText { repositories: lint().repositories, ..base.clone() },
        RootText { arch: Some("i586".to_owned()), ..base.clone() },
    ];
    for other in others {
        assert!(!is_current(&other), "{other:?}");
        assert!(is_current(&base));
    }
    let known = known_keys(&skink_tests_hostile::Place::new("known-keys"));
    let known = known.into_iter().filter(|(kind, _)| kind == "[tool-roots.NAME]").count();
    assert_eq!(known, 4, "a key has no row above");
    fs::write(pool.join("more_1_all.deb"), "new").unwrap();
    assert!(!is_current(&base));
    // The tests after this one look for it by its usual description.
    is_current(&lint());
    place.tools(&["build"]);
}

#[test]
fn what_cannot_be_built_is_said_and_leaves_nothing() {
    let lint = lint();
    let missing = |text: &str| farm().folder.join(text);
    let conflict = "Conflict: rpmlint:rpm\n";
    let dist = missing("conflict.conf");
    fs::write(&dist, fs::read_to_string(&lint.dist).unwrap() + conflict).unwrap();
    let empty = missing("empty-pool");
    fs::create_dir_all(&empty).unwrap();
    let rows = [
        (
            RootText { packages: vec!["no-such-package".into()], ..lint.clone() },
            "nothing provides no-such-package",
        ),
        (
            RootText { repositories: vec![empty.display().to_string()], ..lint.clone() },
            "nothing provides base-passwd",
        ),
        (
            RootText { repositories: vec!["/no/such/pool".into()], ..lint.clone() },
            "/no/such/pool: No such file",
        ),
        (
            RootText { repositories: vec!["http://127.0.0.1:9/x".into()], ..lint.clone() },
            "cannot read the repositories",
        ),
        (RootText { dist: missing("no.conf"), ..lint.clone() }, "no.conf: No such file"),
        (RootText { dist, ..lint.clone() }, "conflict"),
        (RootText { arch: Some("s390x".into()), ..lint.clone() }, "nothing provides base-passwd"),
    ];
    for (i, (root, want)) in rows.into_iter().enumerate() {
        let place = Place::new(&format!("unbuildable-{i}"), &root.policy(&[])).with_own_state();
        let ended = place.tools(&["build"]);
        assert_eq!(ended.code, Some(1), "{want}: {}", ended.text);
        assert!(ended.text.contains(want), "{want}: {}", ended.text);
        let left = fs::read_dir(place.state().join("tool-roots")).map_or(0, |entries| {
            let parts =
                entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with("part-"));
            parts.count()
        });
        assert_eq!(left, 0, "{want}");
    }
}

#[test]
fn a_package_that_cannot_be_installed_shows_the_last_lines() {
    let place = Place::new("broken-package", "").with_own_state();
    let pool = place.folder().join("pool");
    let source = place.folder().join("broken/DEBIAN");
    fs::create_dir_all(&pool).unwrap();
    fs::create_dir_all(&source).unwrap();
    let control =
        "Package: broken\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n";
    fs::write(source.join("control"), control).unwrap();
    let mut dpkg = Command::new("dpkg-deb");
    let made = dpkg
        .arg("--build")
        .arg(source.parent().unwrap())
        .arg(pool.join("broken_1_all.deb"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // Nothing that could run a program is in the root.
    fs::write(place.folder().join("dist.conf"), "Binarytype: deb\nPreinstall: broken\nRunscripts: broken\n")
        .unwrap();
    let root = RootText {
        dist: place.folder().join("dist.conf"),
        packages: vec!["broken".into()],
        repositories: vec![pool.display().to_string()],
        ..lint()
    };
    place.set_policy(&root.policy(&[]));
    let ended = place.tools(&["build"]);
    assert_eq!(ended.code, Some(1), "{}", ended.text);
    assert!(ended.text.contains("init_buildsystem ended with exit code"), "{}", ended.text);
    assert!(ended.text.contains("(all of it is in ") && ended.text.contains("lint.log)"), "{}", ended.text);
}

#[test]
fn a_tool_that_is_not_in_its_root_is_a_clear_refusal() {
    lint_is_built();
    let rows = [
        (
            "/usr/bin/kiwi-ng",
            "it is not in the tool root lint: name the package that has it in [tool-roots.lint]",
        ),
        ("/usr/bin/../bin/sh", "must be absolute and must not hold '..'"),
        ("/etc/debian_version", "is not executable"),
        ("/usr/bin", "is not a regular file"),
    ];
    for (i, (program, want)) in rows.into_iter().enumerate() {
        let place = Place::new(&format!("absent-{i}"), "");
        let module = shell(&place, "exit 0");
        place.set_policy(&shell_policy(&lint(), &module, "").replace("/bin/sh", program));
        let ended = Tried::of(&mut place.hook_run(&module, &[]));
        assert_eq!(ended.code, Some(1), "{program}: {}", ended.text);
        assert!(ended.text.contains(want), "{program}: {}", ended.text);
    }
}

#[test]
fn a_builder_that_is_killed_leaves_nothing_for_long() {
    let place = Place::new("killed", &lint().policy(&[])).with_own_state();
    let mut command = place.tools_command(&["build", "-v"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let reached = lines.map_while(Result::ok).any(|line| line.contains("installing "));
    assert!(reached, "it never came to installing");
    child.kill().unwrap();
    child.wait().unwrap();
    let part = place.state().join("tool-roots/part-lint");
    assert_eq!(processes_naming(&part.display().to_string()), Vec::<String>::new());
    assert_eq!(mounts_below(&part), Vec::<String>::new());
    assert!(part.exists());
    let dry = place.tools(&["prune", "--dry-run"]);
    assert!(dry.text.contains("would remove part-lint") && part.exists(), "{}", dry.text);
    let pruned = place.tools(&["prune"]);
    assert_eq!(pruned.code, Some(0), "{}", pruned.text);
    assert!(pruned.text.contains("removed part-lint, which a dead build had left"), "{}", pruned.text);
    assert!(!part.exists());
}
