//! The hook `cleanup-mounts`, with real mounts in a mount namespace of each test's own.

use serde_json::{Value, json};
use skink_tests_build::{Package, Root, farm, lend};
use skink_tests_tools::report_at;
use skink_worker::fault::UNMOUNT_POINTS;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Words of a shell: how a job is started, what comes next on the machine, and which mounts there are.
const WORDS: &str = r#"
set -u
build() {
    "$SKINK" build --logfile "$LOG" --hook-policy "$POLICY" --hook-report "$REPORT" --hook-state "$STATE" \
        --hook-project home:tester --root "$ROOT" --dist "$DIST" --rpms "$RPMS" --arch x86_64 --no-init "$RECIPE"
    echo "code $?"
}
next() { "$SKINK" hook run "$MODULE" --results "$RESULTS" --state "$STATE"; }
tmpfs() { mkdir -p "$BASE/$1" && mount -t tmpfs none "$BASE/$1"; }
there() {
    echo "$1: $(cut -d ' ' -f 5 /proc/self/mountinfo | sed -n "s,^$BASE/,,p" | sort | tr '\n' ' ')"
}
"#;

/// A package with the hook, and a folder for mounts.
struct Case {
    root: Root,
    package: Package,
    base: PathBuf,
    _folder: tempfile::TempDir,
    state: tempfile::TempDir,
}

impl Case {
    /// `BASE` in settings and places of the grant is the folder.
    fn new(name: &str, granted: &[&str], settings: &Value) -> Self {
        let folder = tempfile::tempdir_in(&farm().folder).unwrap();
        let state = tempfile::tempdir_in(&farm().folder).unwrap();
        fs::set_permissions(&state, std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
        let (base, root) = (folder.path().canonicalize().unwrap(), lend());
        let absolute = |text: &str| {
            let text = text.replace("BASE", base.to_str().unwrap());
            text.replace("STATE", state.path().to_str().unwrap())
                .replace("ROOT", root.path().to_str().unwrap())
        };
        let mounts = settings.as_array().unwrap().iter().map(|mount| {
            let lazily = mount["lazily"].as_bool().unwrap_or_default();
            format!("{{ place = {:?}, lazily = {lazily} }}", absolute(mount["place"].as_str().unwrap()))
        });
        let mounts = mounts.collect::<Vec<_>>().join(", ");
        let hooks = format!(
            "schema = 1\n[hooks.cleanup-mounts]\nmodule = \"cleanup-mounts.wasm\"\nsettings.mounts = [{mounts}]\n"
        );
        let package = Package::example(name).write("_hooks", hooks);
        package.add_module("cleanup-mounts");
        let _ = fs::remove_file(package.log());
        let module = package.folder().join("cleanup-mounts.wasm");
        let digest = Command::new(farm().skink()).args(["module", "digest"]).arg(module).output().unwrap();
        let digest = String::from_utf8(digest.stdout).unwrap();
        let digest = digest.split_whitespace().next().unwrap();
        let granted: Vec<String> = granted.iter().map(|place| absolute(place)).collect();
        let package = package.with_policy(&format!(
            "[[allow]]\nmodule = \"cleanup-mounts\"\nsha256 = [\"{digest}\"]\nprojects = [\"home:*\"]\n\
             grants.effects.unmount = {granted:?}\n"
        ));
        Self { root, package, base, _folder: folder, state }
    }

    /// Runs a script in a mount namespace of its own, and gives what it printed.
    fn run(&self, script: &str) -> String {
        let mut shell = Command::new("unshare");
        shell.args(["--mount", "--propagation", "private", "sh", "-c", &format!("{WORDS}{script}\n")]);
        shell.env("SKINK", farm().skink()).env("BASE", &self.base).env("STATE", self.state.path());
        shell.env("ROOT", self.root.path()).env("DIST", &farm().dist).env("RPMS", farm().rpms());
        shell.env("LOG", self.package.log()).env("POLICY", self.package.policy());
        shell.env("REPORT", self.package.report()).env("RECIPE", self.package.recipe());
        shell
            .env("MODULE", self.package.folder().join("checksums.wasm"))
            .env("RESULTS", self.package.folder());
        let output = shell.env("SKINK_LOG", "warn").output().unwrap();
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    /// The effects of the job.
    fn effects(&self) -> Value {
        let report = report_at(&self.package.report());
        assert_eq!(report["effects"], report["hooks"][0]["effects"]);
        report["effects"].clone()
    }

    fn unmounted(&self, place: &str, lazily: bool) -> Value {
        let place = self.base.join(place).display().to_string();
        json!({ "effect": "unmount", "place": place, "kind": "tmpfs", "lazily": lazily })
    }
}

/// The line of what is there, by its name.
fn there<'a>(output: &'a str, name: &str) -> &'a str {
    let line = output.lines().find_map(|line| line.strip_prefix(&format!("{name}:")));
    line.unwrap_or_else(|| panic!("no {name} in\n{output}")).trim()
}

const MOUNT: &str = "for i in cache-a cache-a/inner cache-b other; do tmpfs $i; done; build; there after";

#[test]
fn what_is_granted_and_meant_is_unmounted_in_order() {
    let settings = json!([{ "place": "BASE/cache-a/inner" }, { "place": "BASE/cache-*" }]);
    let case = Case::new("unmount-order", &["BASE/cache-*", "BASE/cache-a/*"], &settings);
    let output = case.run(MOUNT);
    assert_eq!(there(&output, "after"), "other", "{output}");
    assert!(output.contains("code 0"), "{output}");
    let want = ["cache-a/inner", "cache-b", "cache-a"].map(|place| case.unmounted(place, false));
    assert_eq!(case.effects(), json!(want));
    let log = fs::read_to_string(case.package.log()).unwrap();
    assert!(log.contains(&format!("effect: {}/cache-b (tmpfs) unmounted", case.base.display())), "{log}");
}

/// What is not granted is not seen; and what stands on a mount keeps it.
#[test]
fn without_the_grant_for_what_stands_on_it_a_mount_stays() {
    let settings = json!([{ "place": "BASE/cache-a/inner" }, { "place": "BASE/cache-a", "lazily": true },
        { "place": "BASE/cache-b" }, { "place": "BASE/other" }]);
    let case = Case::new("unmount-stays", &["BASE/cache-*"], &settings);
    let output = case.run(MOUNT);
    assert_eq!(there(&output, "after"), "cache-a cache-a/inner other", "{output}");
    assert!(output.contains("code 0"), "the build is decided already\n{output}");
    assert_eq!(case.effects(), json!([case.unmounted("cache-b", false)]), "what was done is told");
    let hook = &report_at(&case.package.report())["hooks"][0];
    assert_eq!(hook["reason"], "a mount stays", "{hook}");
    let finding = hook["findings"][0]["message"].as_str().unwrap();
    assert!(finding.contains("cache-a is in use; `fuser -vm "), "{finding}");
    let log = fs::read_to_string(case.package.log()).unwrap();
    for place in ["cache-a/inner", "other"] {
        let told = format!("nothing is mounted at {}/{place}, as far as", case.base.display());
        assert!(log.contains(&told), "{place}:\n{log}");
    }
}

/// Whatever is granted: what the machine, Skink and the build stand on is not seen; nor is a path other than the real one.
#[test]
fn nobody_has_the_system_unmounted() {
    let places = [
        "/",
        "/proc",
        "/sys",
        "/dev",
        "/dev/shm",
        "/run/*",
        "/*",
        "BASE/link",
        "BASE/link/in",
        "BASE/x/../other",
        "STATE",
        "STATE/*",
        "STATE/jobs/*",
        "ROOT",
        "BASE//other",
        "/proc/self/root/BASE/other",
    ];
    let settings: Vec<Value> = places.iter().map(|place| json!({ "place": place, "lazily": true })).collect();
    let case = Case::new("unmount-system", &["/**"], &json!(settings));
    let output = case.run(
        "tmpfs other; mkdir $BASE/x; ln -s other $BASE/link; mkdir -p $STATE/mine /run/$$
        tmpfs other/in; mount -t tmpfs none $STATE/mine; mount -t tmpfs none /run/$$; mount --bind $ROOT $ROOT
        before=$(cut -d ' ' -f 3-6 /proc/self/mountinfo); build
        test \"$before\" = \"$(cut -d ' ' -f 3-6 /proc/self/mountinfo)\"; echo same $?; umount /run/$$; rmdir /run/$$",
    );
    assert!(output.contains("code 0") && output.contains("same 0"), "{output}");
    assert_eq!(case.effects(), json!([]));
}

#[test]
fn what_is_in_use_stays_unless_it_is_to_go_lazily() {
    for (lazily, ended, left) in
        [(false, "cleanup-mounts failed", "busy"), (true, "cleanup-mounts passed", "")]
    {
        let settings = json!([{ "place": "BASE/busy", "lazily": lazily }]);
        let case = Case::new("unmount-busy", &["BASE/**"], &settings);
        let output = case.run("tmpfs busy; exec 9>$BASE/busy/file; build; there after; exec 9>&-");
        assert_eq!(there(&output, "after"), left, "{output}");
        assert!(output.contains(ended), "{output}");
        let want = if lazily { json!([case.unmounted("busy", true)]) } else { json!([]) };
        assert_eq!(case.effects(), want);
    }
}

/// Killed at each point, the next start ends what was about to be ended, and nothing else.
#[test]
fn the_next_start_ends_what_a_dead_job_had_begun() {
    for point in UNMOUNT_POINTS {
        let case =
            Case::new("unmount-dies", &["BASE/*"], &json!([{ "place": "BASE/a" }, { "place": "BASE/b" }]));
        let output = case.run(&format!(
            "tmpfs a; tmpfs b; tmpfs c; SKINK_FAULT={point} build; there dead; next; there after; ls $STATE/journal; echo end"
        ));
        assert!(output.contains("code 137"), "{point} was not reached:\n{output}");
        let is_begun = *point == "unmount-intended";
        assert_eq!(there(&output, "dead"), if is_begun { "a b c" } else { "b c" }, "{point}\n{output}");
        assert_eq!(there(&output, "after"), "b c", "{point}\n{output}");
        let told = format!("a job that died had left the mount {}/a", case.base.display());
        assert_eq!(output.contains(&told), is_begun, "{point}\n{output}");
        assert!(!output.contains(".jsonl"), "{point}: a journal stays\n{output}");
    }
}
