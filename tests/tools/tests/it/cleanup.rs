//! What a job leaves, or somebody in its build root while it runs: gone at its end, after a kill, and after a crash. What was
//! there before the job stays, and so does what is beside its root.

use crate::cross::Sleeper;
use serde_json::Value;
use skink_tests_build::{Ended, Package, Root, Started, farm, lend, mounts_below, processes_naming};
use skink_tests_tools::report_at;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const HOOKS: &str = "schema = 1\n[hooks.checksums]\nmodule = \"checksums.wasm\"\n";

fn package(name: &str) -> Package {
    let package = Package::example(name).write("_hooks", HOOKS);
    let _ = fs::remove_file(package.log());
    package
}

fn run(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).trim().to_owned();
    assert!(output.status.success(), "{program} {words:?}: {text}");
    text
}

/// A mount and a loop device in a folder. Dropped, what is still there goes.
struct Strays {
    mount: PathBuf,
    image: PathBuf,
    device: String,
}

impl Strays {
    fn within(folder: &Path, name: &str) -> Self {
        let (mount, image) = (folder.join(format!("{name} mount")), folder.join(format!("{name}.img")));
        fs::create_dir_all(&mount).unwrap();
        run("mount", &["-t", "tmpfs", "none", mount.to_str().unwrap()]);
        fs::write(mount.join("marker"), "").unwrap();
        fs::File::create(&image).unwrap().set_len(1 << 20).unwrap();
        let device = run("losetup", &["--find", "--show", image.to_str().unwrap()]);
        Self { mount, image, device }
    }

    fn beside(root: &Path) -> Self {
        let folder = root.with_file_name(format!("{}-beside", root.file_name().unwrap().display()));
        Self::within(&folder, "beside")
    }

    fn is_attached(&self) -> bool {
        let name = self.device.trim_start_matches("/dev/");
        let backing = fs::read_to_string(format!("/sys/block/{name}/loop/backing_file")).unwrap_or_default();
        backing.starts_with(self.image.to_str().unwrap())
    }

    /// Whether the mount is there, and the loop device.
    fn there(&self) -> [bool; 2] {
        [self.mount.join("marker").exists(), self.is_attached()]
    }

    /// What people are told of each.
    fn names(&self) -> [String; 2] {
        [
            format!("the mount {} (tmpfs)", self.mount.display()),
            format!("the loop device {} of {}", self.device, self.image.display()),
        ]
    }
}

impl Drop for Strays {
    fn drop(&mut self) {
        let [is_mounted, is_attached] = self.there();
        if is_mounted {
            run("umount", &[self.mount.to_str().unwrap()]);
        }
        if is_attached {
            run("losetup", &["-d", &self.device]);
        }
        let _ = fs::remove_file(&self.image);
        let _ = fs::remove_dir(&self.mount);
    }
}

/// Somebody in a build root. Dropped, they go.
struct Visitor(Child);

impl Visitor {
    fn of(root: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo here; read line"]).current_dir(root);
        let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut here = [0; 5];
        std::io::Read::read_exact(shell.stdout.as_mut().unwrap(), &mut here).unwrap();
        Self(shell)
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !is_so() {
        assert!(Instant::now() < deadline, "not so within two minutes: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Each thing is told by one note, and by one line of the log.
fn assert_told(package: &Package, words: &str, names: &[String]) {
    let report = report_at(&package.report());
    let notes: Vec<&str> = report["notes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let log = fs::read_to_string(package.log()).unwrap();
    for name in names {
        let told = |text: &str| text.contains(name) && text.contains(words);
        assert_eq!(notes.iter().filter(|note| told(note)).count(), 1, "{name}: {notes:#?}");
        assert_eq!(log.lines().filter(|line| told(line)).count(), 1, "{name}:\n{log}");
    }
}

/// A job whose build waits in the root.
fn start_sleeper(root: &Root, name: &str, state: &Path) -> (Sleeper, Started) {
    let _ = fs::remove_file(Sleeper::signal(root.path()));
    let sleeper = Sleeper::new(package(name));
    let started = start(state, root, &sleeper.package, &[]);
    sleeper.wait_for_it(&started);
    (sleeper, started)
}

/// Each job has a state of its own, since any job would undo what another one's journal lists.
fn start(state: &Path, root: &Root, package: &Package, environment: &[(&str, &str)]) -> Started {
    let mut command = Command::new(farm().skink());
    command.arg("build").arg("--logfile").arg(package.log()).arg("--hook-policy").arg(package.policy());
    command.arg("--hook-report").arg(package.report()).arg("--hook-state").arg(state);
    command.args(["--hook-project", "home:tester", "--root"]).arg(root.path());
    command.arg("--dist").arg(&farm().dist).args(["--rpms", &farm().rpms(), "--arch", "x86_64", "--no-init"]);
    command.arg(package.recipe()).envs(environment.iter().copied());
    Started::start(command)
}

fn state() -> tempfile::TempDir {
    let state = tempfile::tempdir_in(&farm().folder).unwrap();
    fs::set_permissions(&state, std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    state
}

/// The next start, which has nothing to do with the root.
fn next_start(state: &Path, package: &Package) -> Ended {
    let mut next = Command::new(farm().skink());
    next.args(["hook", "run"]).arg(package.folder().join("checksums.wasm"));
    next.arg("--results").arg(package.folder()).arg("--state").arg(state).env("SKINK_LOG", "warn");
    Started::start(next).wait()
}

fn journals(state: &Path) -> usize {
    fs::read_dir(state.join("journal")).unwrap().count()
}

#[test]
fn what_was_there_before_stays_and_what_is_new_is_gone() {
    let (root, state) = (lend(), state());
    let before = Strays::within(root.path(), "before");
    let (sleeper, started) = start_sleeper(&root, "cleanup-after", state.path());
    let beside = Strays::beside(root.path());
    let new = Strays::within(root.path(), "new");
    sleeper.wake(root.path());
    let ended = started.wait();
    assert_eq!(ended.code(), Some(0), "{}", ended.output);
    assert_eq!(new.there(), [false; 2], "new: mount, loop device");
    assert_told(&sleeper.package, "was left when the build had ended", &new.names());
    assert_eq!(before.there(), [true; 2], "before: mount, loop device");
    assert_eq!(beside.there(), [true; 2], "beside the root: mount, loop device");
    for name in [before.names(), beside.names()].concat() {
        assert!(!ended.output.contains(&name), "{name} is told in\n{}", ended.output);
    }
    assert_eq!(journals(state.path()), 0);
}

/// Whoever works in the root may have mounted there: nothing is touched, them neither, until they are gone.
#[test]
fn while_somebody_works_in_the_root_all_is_left_for_the_next_start() {
    let (root, state) = (lend(), state());
    let (sleeper, started) = start_sleeper(&root, "cleanup-visited", state.path());
    let new = Strays::within(root.path(), "visited");
    let mut visitor = Visitor::of(root.path());
    sleeper.wake(root.path());
    let ended = started.wait();
    assert_eq!(ended.code(), Some(0), "{}", ended.output);
    assert_eq!(new.there(), [true; 2], "{}", ended.output);
    assert!(visitor.0.try_wait().unwrap().is_none(), "the visitor was ended");
    let told = format!("is in use by process {} (sh)", visitor.0.id());
    assert_told(&sleeper.package, "not all that was left is gone", &[told]);
    assert_eq!(journals(state.path()), 1);
    assert_eq!(
        fs::read_dir(state.path().join("jobs")).unwrap().count(),
        0,
        "the scratch folder is in no one's way"
    );
    drop(visitor);
    let next = next_start(state.path(), &sleeper.package);
    assert_eq!((new.there(), journals(state.path())), ([false; 2], 0), "{}", next.output);
}

/// `build --kill` ends the build as ever, and the job then does what it does at any end.
#[test]
fn what_is_left_is_gone_after_a_kill() {
    let (root, state) = (lend(), state());
    let (_sleeper, started) = start_sleeper(&root, "cleanup-kill", state.path());
    let new = Strays::within(root.path(), "killed");
    let killed = Command::new(farm().skink()).args(["build", "--kill", "--root"]).arg(root.path()).output();
    assert!(killed.unwrap().status.success());
    let ended = started.wait();
    assert_eq!(ended.code(), Some(1), "{}", ended.output);
    assert_eq!(new.there(), [false; 2], "{}", ended.output);
    assert_clean(&root, "after --kill");
}

fn assert_clean(root: &Root, what: &str) {
    assert_eq!(mounts_below(root.path()), Vec::<String>::new(), "{what}");
    assert_eq!(processes_naming(&root.path().display().to_string()), Vec::<String>::new(), "{what}");
}

/// The next start reads the journal, whichever root it is for.
#[test]
fn the_journal_of_a_dead_job_ends_strays() {
    let (root, package, state) = (lend(), package("cleanup-dies"), state());
    let (beside, before) = (Strays::beside(root.path()), Strays::within(root.path(), "before death"));
    let points =
        ["layers-merged", "build-started", "build-ended", "snapshot-taken", "checks-ended", "strays-ended"];
    for point in points {
        let ended = start(state.path(), &root, &package, &[("SKINK_FAULT", point)]).wait();
        assert_eq!(ended.signal(), Some(9), "{point} was not reached:\n{}", ended.output);
        let new = Strays::within(root.path(), "after death");
        let next = next_start(state.path(), &package);
        let is_noted = point != "strays-ended";
        assert_eq!(new.there(), [!is_noted; 2], "{point}:\n{}", next.output);
        for name in new.names() {
            let told = format!("a job that died had left {name}");
            assert_eq!(next.output.contains(&told), is_noted, "{point}: {told:?} in\n{}", next.output);
        }
        assert_eq!(journals(state.path()), 0, "{point}: a journal stays\n{}", next.output);
        assert_eq!(beside.there(), [true; 2], "{point}: beside the root: mount, loop device");
        assert_eq!(before.there(), [true; 2], "{point}: before: mount, loop device");
    }
}

/// What is mounted in a folder that is to be removed is not emptied, and stops no job.
#[test]
fn a_mount_in_a_dead_jobs_folder_is_not_emptied() {
    let (root, package, state) = (lend(), package("cleanup-scratch"), state());
    let ended = start(state.path(), &root, &package, &[("SKINK_FAULT", "build-ended")]).wait();
    assert_eq!(ended.signal(), Some(9), "{}", ended.output);
    let job = fs::read_dir(state.path().join("jobs")).unwrap().next().unwrap().unwrap().path();
    let (precious, at) = (state.path().join("precious"), job.join("calls"));
    fs::create_dir_all(&precious).unwrap();
    fs::create_dir_all(&at).unwrap();
    fs::write(precious.join("marker"), "").unwrap();
    run("mount", &["--bind", precious.to_str().unwrap(), at.to_str().unwrap()]);
    let visitor = Visitor::of(&job);
    let next = next_start(state.path(), &package);
    assert!(at.join("marker").exists() && journals(state.path()) == 1, "{}", next.output);
    drop(visitor);
    let last = next_start(state.path(), &package);
    assert!(!job.exists() && journals(state.path()) == 0, "{}", last.output);
    assert!(precious.join("marker").exists(), "{}", last.output);
}

/// A build's own processes, whatever they do to stay: two sessions of their own, deaf to every signal, without a parent.
#[test]
fn stray_processes_end_with_the_build() {
    for (way, name) in [("end", "stray-end"), ("kill", "stray-kill"), ("crash", "stray-crash")] {
        let (root, state) = (lend(), state());
        let _ = fs::remove_file(Sleeper::signal(root.path()));
        let marker = format!("/tmp/{name}-{}", std::process::id());
        let stray = format!(
            "sh -c 'trap \"\" TERM HUP INT; while :; do sleep 1; done' {marker} </dev/null >/dev/null 2>&1"
        );
        let script = format!("%prep\nsetsid {stray} &\n(setsid setsid -f {stray}) &\n");
        let sleeper = Sleeper::new(package(name).edit("hello.spec", "%prep\n", &script));
        let started = start(state.path(), &root, &sleeper.package, &[]);
        sleeper.wait_for_it(&started);
        wait_until("the strays run", || processes_naming(&marker).len() >= 2);
        match way {
            "end" => {
                sleeper.wake(root.path());
                let ended = started.wait();
                assert_eq!(ended.code(), Some(0), "{}", ended.output);
            }
            "kill" => {
                let mut kill = Command::new(farm().skink());
                assert!(
                    kill.args(["build", "--kill", "--root"])
                        .arg(root.path())
                        .output()
                        .unwrap()
                        .status
                        .success()
                );
                assert_eq!(started.wait().code(), Some(1));
            }
            _ => {
                run("kill", &["-9", &started.pid().to_string()]);
                assert_eq!(started.wait().signal(), Some(9));
                wait_until("the strays are gone", || processes_naming(&marker).is_empty());
                next_start(state.path(), &sleeper.package);
            }
        }
        assert_eq!(processes_naming(&marker), Vec::<String>::new(), "{way}");
        assert_clean(&root, way);
    }
}
