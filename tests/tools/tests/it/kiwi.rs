//! kiwi: images of a small distribution, from a folder of packages that holds neither kiwi nor what it needs.
//!
//! kiwi is of Debian's newest suite, the image of the machine's.

use serde_json::Value;
use skink_tests_build::{Ended, Package, Started, farm, mounts_below, processes_naming};
use skink_tests_tools::{Hook, Place, Tried, allow, images, pool, report_at};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The first one has kiwi's root built, and all share two processors.
const PATIENCE: Duration = Duration::from_secs(1200);

/// What kiwi needs of the policy, as the page of the hook says it.
const GRANTS: &str = "sources = true
root-builders = [\"kiwi\"]
[allow.grants.plan]
delegate = [\"kiwi\"]
[allow.limits]
tool-time = \"20min\"
scratch-bytes = \"4GiB\"";

/// Compresses little: the test is of the image, not of xz.
const FAST: &str = "xz:\n  options: \"-0\"\n";

/// A package whose recipe is the description of an image. There is one at a time: kiwi's processes are looked for by name.
struct Image {
    package: Package,
    root: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::new(());

impl Image {
    fn new(name: &str, settings: &str) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let tool = "[tools.kiwi]\nprogram = \"/bin/sh\"\nroot = \"images\"\nkind = \"root-builder\"\n\
                    args = [\"-eu\", \"/job/inputs/build\"]\n";
        let hook = Hook { name: "kiwi", grants: GRANTS, policy: images().text() + tool };
        let description = fs::read_to_string(farm().examples.join("image/tiny.kiwi")).unwrap();
        let package = Package::example(&format!("kiwi-{name}")).write("tiny.kiwi", description);
        let package = hook.install(package.write("kiwi.yml", FAST), settings);
        let root = package.folder().with_file_name("root");
        let _ = fs::remove_dir_all(&root);
        Self { package, root, _turn: turn }
    }

    fn edit(self, from: &str, to: &str) -> Self {
        Self { package: self.package.edit("tiny.kiwi", from, to), ..self }
    }

    /// `skink build`, as for any other recipe.
    fn start(&self, more: &[&str]) -> Started {
        let mut command = Command::new(farm().skink());
        command.args(["build", "--arch", "x86_64", "--hook-project", "home:tester"]).args(more);
        command.arg("--root").arg(&self.root).arg("--dist").arg(&farm().dist);
        command.arg("--repo").arg(pool("SKINK_POOL_IMAGE"));
        command.arg("--hook-policy").arg(self.package.policy()).arg("--hook-state").arg(farm().state());
        command.arg("--hook-report").arg(self.package.report()).arg("--logfile").arg(self.package.log());
        command.arg(self.package.folder().join("tiny.kiwi"));
        Started::start(command)
    }

    fn build(&self, more: &[&str]) -> Ended {
        let ended = self.start(more).wait_for(PATIENCE);
        self.nothing_is_left(&ended);
        ended
    }

    fn nothing_is_left(&self, ended: &Ended) {
        assert_eq!(mounts_below(&self.root), Vec::<String>::new(), "{}", ended.output);
        assert_eq!(processes_naming("kiwi-ng"), Vec::<String>::new(), "{}", ended.output);
        let loops = Command::new("losetup").arg("--list").output().unwrap();
        assert!(!String::from_utf8_lossy(&loops.stdout).contains("tiny"), "{loops:?}");
    }

    fn results(&self) -> PathBuf {
        self.root.join(".build.packages/KIWI")
    }

    fn report(&self) -> Value {
        report_at(&self.package.report())
    }
}

fn names(folder: &Path) -> Vec<String> {
    let list = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut names: Vec<String> =
        list.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn run(program: &str, folder: &Path, words: &[&str]) -> String {
    let output = Command::new(program).args(words).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{program} {words:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn an_image_is_built_of_packages_without_kiwi() {
    let strange = |name: &String| ["kiwi", "python", "createrepo"].iter().any(|no| name.contains(no));
    let packages = names(&pool("SKINK_POOL_IMAGE"));
    assert!(packages.len() > 50 && !packages.iter().any(strange), "{packages:?}");

    let image = Image::new("works", "");
    // A second hook sees the results as those of any build.
    image.package.add_module("checksums");
    let hooks =
        "schema = 1\n[hooks.kiwi]\nmodule = \"kiwi.wasm\"\n[hooks.checksums]\nmodule = \"checksums.wasm\"\n";
    let checksums = allow("checksums", &farm().hooks.join("checksums.wasm"), "results = true\noutbox = true");
    let policy = fs::read_to_string(image.package.policy()).unwrap() + &checksums;
    fs::write(image.package.policy(), policy).unwrap();
    let image = Image { package: image.package.write("_hooks", hooks), ..image };
    let ended = image.build(&["--release", "7"]);
    assert_eq!(ended.code(), Some(0), "{}", ended.output);

    let base = "tiny.x86_64-1.0.0-Build7";
    let want = [".changes.xz", ".packages", ".tar.xz", ".tar.xz.sha256", ".verified"];
    assert_eq!(names(&image.results()), want.map(|end| format!("{base}{end}")));
    run("sha256sum", &image.results(), &["--check", &format!("{base}.tar.xz.sha256")]);
    let listed = fs::read_to_string(image.results().join(format!("{base}.packages"))).unwrap();
    assert!(listed.lines().any(|line| line.starts_with("hostname|")), "{listed}");
    let archive = format!("{base}.tar.xz");
    let held = run("tar", &image.results(), &["-tf", &archive]);
    for path in ["proc/", "sys/", "usr/bin/hostname", "etc/debian_version"] {
        assert!(held.lines().any(|line| line == path), "{path} is not in the image");
    }
    assert!(!held.contains("kiwi-ng") && !held.contains("python3"), "the image has tools of the host");
    let version = run("tar", &image.results(), &["-xOf", &archive, "etc/debian_version"]);
    assert!(version.starts_with("12."), "{version}");
    let sums = fs::read_to_string(image.results().join("../OTHER/SHA256SUMS")).unwrap();
    assert!(sums.contains(&archive), "{sums}");

    let report = image.report();
    let tool = &report["hooks"][0]["tools"][0];
    assert_eq!(tool["root"], "images", "{tool:#}");
    assert_eq!(tool["root_address"].as_str().map(str::len), Some(64), "{tool:#}");
    assert_eq!(tool["runs"][0]["end"], "exit code 0", "{tool:#}");
}

/// Settings and descriptions, how they end, and words of the log.
#[test]
fn what_cannot_be_built_is_told_in_kiwis_words() {
    let settings = |text: &str| format!("[hooks.kiwi.settings]\n{text}");
    let no_package = ("hostname\"/>", "no-such-package\"/>");
    let no_change = ("hostname", "hostname");
    let rows = [
        // Half way: the root of the image is there, with all that kiwi mounts in it.
        ("package", String::new(), no_package, "no-such-package"),
        // A disk needs devices that nobody granted.
        ("disk", String::new(), ("image=\"tbz\"", "image=\"ext4\""), "ERROR"),
        ("description", String::new(), ("<preferences>", "<preference>"), "ERROR"),
        ("type", settings("type = \"iso\""), no_change, "ERROR"),
        ("profile", settings("profiles = [\"none\"]"), no_change, "none"),
        ("flavour", settings("profiles = [\"@BUILD_FLAVOR@\"]"), no_change, "the build has no flavour"),
        ("word", settings("profiles = [\"a b\"]"), no_change, "profiles"),
    ];
    for (what, settings, (from, to), words) in rows {
        let image = Image::new(what, &settings).edit(from, to);
        let ended = image.build(&[]);
        assert_eq!(ended.code(), Some(1), "{what}: {}", ended.output);
        assert!(ended.output.contains(words), "{what}: {}", ended.output);
        assert!(!image.results().exists(), "{what}");
    }
}

#[test]
fn a_recipe_of_another_kind_is_left_to_build() {
    let image = Image::new("spec", "");
    let place = Place::new("kiwi-spec", &fs::read_to_string(image.package.policy()).unwrap());
    let words = ["--recipe", "hello.spec", "--sources", image.package.folder().to_str().unwrap()];
    let tried = Tried::of(&mut place.hook_run(&farm().hooks.join("kiwi.wasm"), &words));
    assert_eq!(tried.code, Some(0), "{}", tried.text);
    assert!(tried.text.contains("hello.spec is no description of an image: nothing to do"), "{}", tried.text);
    assert!(!tried.text.contains("plan:"), "{}", tried.text);
}

#[test]
fn killed_in_the_midst_it_leaves_nothing() {
    let image = Image::new("killed", "");
    let started = image.start(&[]);
    let until = Instant::now() + PATIENCE;
    // By then kiwi has mounted /proc, /dev and the packages in the root of the image.
    let is_far =
        |log: &str| log.contains("Installing system (chroot)") || log.contains("Installing bootstrap");
    while !fs::read_to_string(image.package.log()).is_ok_and(|log| is_far(&log)) {
        assert!(Instant::now() < until, "{:?}", fs::read_to_string(image.package.log()));
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut kill = Command::new(farm().skink());
    let kill = kill.arg("build").arg("--root").arg(&image.root).arg("--kill").output().unwrap();
    assert!(kill.status.success(), "{kill:?}");
    let ended = started.wait_for(PATIENCE);
    assert_eq!(ended.code(), Some(1), "{}", ended.output);
    image.nothing_is_left(&ended);
    assert!(!image.results().exists());
}
