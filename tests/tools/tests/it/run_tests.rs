//! run-tests: the packages of a real build, installed into a root that is thrown away.

use crate::roots::lint_is_built;
use serde_json::{Value, json};
use skink_tests_build::{Package, Started, farm, lend, mounts_below};
use skink_tests_tools::{Place, Tried, allow, lint};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const GRANTS: &str =
    "results = true\nsources = true\nroot-builders = [\"run-tests\"]\nattachments = [\"run-tests.log\"]";

/// Runs the program of the example where ldconfig of Debian does not look for its library.
const HELLO: &str = "command = [\"hello\", \"tester\"]
check-dependencies = false
environment = { LD_LIBRARY_PATH = \"/usr/lib64\" }";

fn policy() -> String {
    let tool = lint().policy(&[("run-tests", "/bin/sh")])
        + "kind = \"root-builder\"\nargs = [\"/job/inputs/run\"]\n";
    tool + &allow("run-tests", &farm().hooks.join("run-tests.wasm"), GRANTS)
}

/// Builds hello with the hook and these settings.
fn build(name: &str, settings: &str) -> (Package, Tried) {
    lint_is_built();
    let hooks = format!(
        "schema = 1\n[hooks.run-tests]\nmodule = \"run-tests.wasm\"\n[hooks.run-tests.settings]\n{settings}\n"
    );
    let package = Package::example(name).write("_hooks", hooks);
    package.add_module("run-tests");
    fs::write(package.policy(), policy()).unwrap();
    let root = lend();
    let ended = Started::skink(root.path(), &package, &[]).wait();
    if ended.code() == Some(0) {
        let kept = package.folder().with_file_name("results");
        let _ = fs::remove_dir_all(&kept);
        let copied = Command::new("cp").arg("-rL").arg(root.results()).arg(kept).status().unwrap();
        assert!(copied.success());
    }
    let tried = Tried { code: ended.code(), text: ended.output };
    (package, tried)
}

/// The results of a real build of hello that has passed its own test, with the sources: made once.
pub(crate) fn hello() -> &'static (PathBuf, PathBuf) {
    static HELLO_IS_BUILT: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    HELLO_IS_BUILT.get_or_init(|| {
        let (package, ended) = build("run-tests", HELLO);
        assert_eq!(ended.code, Some(0), "{}", ended.text);
        assert!(ended.text.contains("Hello, tester!"), "{}", ended.text);
        assert!(ended.text.contains("the command passed with 3 packages installed"), "{}", ended.text);
        let results = package.folder().with_file_name("results");
        let log = fs::read_to_string(results.join("OTHER/run-tests.log")).unwrap();
        assert!(
            log.contains("── command\nHello, tester!\n── command ended with exit code 0 after "),
            "{log}"
        );
        // As the hook finds them: without what it left.
        fs::remove_file(results.join("OTHER/run-tests.log")).unwrap();
        (results, package.folder().to_owned())
    })
}

/// A hook and its report on results.
pub(crate) fn hook(place: &Place, module: &str, trees: (&Path, &Path), settings: &Value) -> (Tried, Value) {
    let report = place.folder().join("report.json");
    let (settings, results, sources) = (settings.to_string(), trees.0.to_str(), trees.1.to_str());
    let words = ["--results", results.unwrap(), "--sources", sources.unwrap(), "--settings", &settings];
    let words = [&words[..], &["--hook-report", report.to_str().unwrap(), "--recipe", "hello.spec"]].concat();
    let ended = Tried::of(&mut place.hook_run(&farm().hooks.join(format!("{module}.wasm")), &words));
    let told = fs::read_to_string(report).unwrap_or_else(|e| panic!("{e}: {}", ended.text));
    let report: Value = serde_json::from_str(&told).unwrap();
    (ended, report["hooks"][0].clone())
}

#[test]
fn a_real_build_runs_the_program_that_it_made() {
    hello();
}

#[test]
fn a_command_that_fails_fails_the_build() {
    hello();
    let (package, ended) = build(
        "run-tests-fails",
        &HELLO.replace("[\"hello\", \"tester\"]", "[\"sh\", \"-c\", \"hello; exit 3\"]"),
    );
    assert_eq!(ended.code, Some(1), "{}", ended.text);
    let report: Value = serde_json::from_str(&fs::read_to_string(package.report()).unwrap()).unwrap();
    let finding = &report["hooks"][0]["findings"][0];
    assert_eq!(finding["code"], "command-failed", "{}", ended.text);
    assert!(finding["message"].as_str().unwrap().ends_with("ended with exit code 3"), "{finding}");
    assert_eq!(finding["help"], "Hello, world!", "{finding}");
}

/// A shell as the command, with a script and its arguments.
fn shell(script: &str, arguments: &[&str]) -> Value {
    let words = [&["sh", "-ec", script, "sh"], arguments].concat();
    json!({ "command": words })
}

/// Settings as they are, and more of them.
fn with(mut settings: Value, name: &str, value: Value) -> Value {
    settings[name] = value;
    settings
}

/// Runs the hook with each settings on the results of hello; dependencies are not checked, unless they say it.
fn all(name: &str, rows: Vec<(Value, i32, &str)>) {
    let (results, sources) = hello();
    for (i, (mut settings, code, text)) in rows.into_iter().enumerate() {
        let place = Place::new(&format!("{name}-{i}"), &policy());
        if settings.get("check-dependencies").is_none() {
            settings["check-dependencies"] = json!(false);
        }
        let (ended, _) = hook(&place, "run-tests", (results, sources), &settings);
        assert_eq!(ended.code, Some(code), "{settings}: {}", ended.text);
        assert!(ended.text.contains(text), "{settings}: {}", ended.text);
        assert_eq!(mounts_below(place.state()), Vec::<String>::new());
    }
}

#[test]
fn each_setting_decides() {
    let installed = "test -x /usr/bin/hello; test -e /usr/include/greet.h; test $(id -u) = 0";
    let writable = "test $(stat -c %u hello.spec) = 0; echo x >> hello.spec";
    let library = json!({"LD_LIBRARY_PATH": "/usr/lib64"});
    let needs = "libgreet.so.1()(64bit) is needed by hello-1.0-0.x86_64";
    let hello = || json!({"command": ["hello"]});
    let rows = vec![
        (shell(installed, &[]), 0, ""),
        (with(shell(installed, &[]), "packages", json!(["*", "!*-devel-*"])), 1, "exit code 1"),
        (with(shell("test ! -e /usr/bin/hello", &[]), "packages", json!([])), 0, ""),
        (with(hello(), "packages", json!(["hullo*"])), 1, "no package of the results"),
        (shell(writable, &[]), 0, ""),
        (with(shell("test ! -e hello.spec; touch x", &[]), "sources", json!(false)), 0, ""),
        (hello(), 1, "error while loading shared libraries"),
        (with(hello(), "environment", library), 0, "Hello, world!"),
        (with(hello(), "environment", json!({"A B": ""})), 1, "environment"),
        // The root's packages are Debian's, so to rpm there is nothing that hello needs.
        (json!({"command": ["true"], "packages": ["hello-*"], "check-dependencies": true}), 1, needs),
        (json!({}), 1, "command"),
    ];
    all("run-tests-settings", rows);
}

#[test]
fn however_the_command_ends_it_is_told() {
    let rows = vec![
        (json!({"command": ["no-such-program"]}), 1, "no-such-program was not found (exit code 127)"),
        (json!({"command": ["./hello.spec"]}), 1, "./hello.spec cannot be executed (exit code 126)"),
        (shell("kill -9 $$", &[]), 1, "was ended by signal 9"),
        // What it leaves behind does not keep the call.
        (shell("(setsid sleep 1000 &)", &[]), 0, ""),
        // It is root there, so it can end the script as well.
        (shell("kill -9 $PPID; sleep 1000", &[]), 1, "before its script did in command"),
    ];
    all("run-tests-ends", rows);
}

#[test]
fn no_word_is_taken_for_something_else() {
    let odd = ["a'b\"c", "$(touch /x) `touch /x`", "l\nm", "*", "", "'; exit 9; '"];
    let script = "test \"$1\" = \"a'b\\\"c\" && test \"$2\" = '$(touch /x) `touch /x`' && test ! -e /x
test \"$3\" = \"$(printf 'l\\nm')\" && test \"$4\" = '*' && test -z \"$5\" && test $# = 6";
    let variable = shell("test \"$V\" = \"'; exit 9; '\"", &[]);
    let rows = vec![
        (shell(script, &odd), 0, ""),
        (with(variable.clone(), "environment", json!({"V": "'; exit 9; '"})), 0, ""),
        (with(variable, "environment", json!({"V": "other"})), 1, "exit code 1"),
        (json!({"command": ["true", "a\u{0}"]}), 1, "/command/1"),
    ];
    all("run-tests-words", rows);
}

#[test]
fn packages_that_cannot_be_installed_are_told_in_the_words_of_rpm_and_dpkg() {
    let (built, sources) = hello();
    lint_is_built();
    let place = Place::new("run-tests-broken", &policy());
    let results = |name: &str, file: &str, content: &[u8]| {
        let folder = place.folder().join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(file), content).unwrap();
        folder
    };
    let rpm = fs::read(built.join("RPMS/x86_64/hello-1.0-0.x86_64.rpm")).unwrap();
    let broken = deb(place.folder(), "needy", "Depends: no-such-package\n");
    let rows = [
        (
            results("cut", "hello-1.0-0.x86_64.rpm", &rpm[..rpm.len() - 100]),
            false,
            1,
            "rpm did not install the packages: ",
        ),
        (
            results("no-rpm", "hello-1.0-0.x86_64.rpm", b"\0no package"),
            false,
            1,
            "rpm did not install the packages: ",
        ),
        (results("needy", "needy_1_all.deb", &broken), true, 1, "no-such-package"),
        (
            results("forced", "needy_1_all.deb", &broken),
            false,
            0,
            "the command passed with 1 packages installed",
        ),
    ];
    for (results, check, code, text) in rows {
        let settings = json!({"command": ["true"], "check-dependencies": check});
        let (ended, hook) = hook(&place, "run-tests", (&results, sources), &settings);
        assert_eq!(ended.code, Some(code), "{}: {}", results.display(), ended.text);
        assert!(ended.text.contains(text), "{}: {}", results.display(), ended.text);
        if code == 1 {
            assert_eq!(hook["findings"][0]["code"], "install-failed", "{hook}");
        }
    }
}

/// A package of Debian: what is in the folder `tree-NAME`, and more lines of its control file.
pub(crate) fn deb(folder: &Path, name: &str, control: &str) -> Vec<u8> {
    let tree = folder.join(format!("tree-{name}"));
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    let needed = "Version: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n";
    fs::write(tree.join("DEBIAN/control"), format!("Package: {name}\n{needed}{control}")).unwrap();
    let file = folder.join(format!("{name}.deb"));
    let made = Command::new("dpkg-deb").arg("--build").arg(&tree).arg(&file).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    fs::read(file).unwrap()
}
