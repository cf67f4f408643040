//! legacy-checks: directories of scripts as obs-build runs them, out of a package in a tool root.

use crate::run_tests::{deb, hello, hook};
use serde_json::{Value, json};
use skink_tests_build::{Package, Started, farm, lend};
use skink_tests_tools::{Place, RootText, allow, lint, pool};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const GRANTS: &str = "results = true
sources = true
root-builders = [\"legacy-checks\"]
attachments = [\"legacy-checks.log\"]";

/// What obs-build promises its scripts.
const SURROUNDINGS: &str = r#"#!/bin/sh
check() { "$@" || { echo "not so: $*"; exit 1; }; }
check test "$BUILD_ROOT" = /
check test "$PNAME" = hello
check test "$HOME" = /root
check test "$(pwd)" = /
check test "$(id -u)" = 0
check test "$0" = /usr/lib/build/checks/00-surroundings
check test -e /.build.packages/RPMS/x86_64/libgreet1-1.0-0.x86_64.rpm
check test "$(rpm --nosignature -qp --qf %{NAME} /.build.packages/RPMS/*/libgreet1*.rpm)" = libgreet1
check test -e /.build.packages/SRPMS/hello-1.0-0.src.rpm
check test -e /.build.packages/SOURCES/hello.spec
check test -d /.build.packages/BUILD
check test "$(readlink /.build.packages)" = home/abuild/rpmbuild
check test "$(stat -c %u:%g /.build.packages/RPMS/x86_64/hello-1.0-0.x86_64.rpm)" = 399:399
check test "$(id -u abuild):$(id -g abuild)" = 399:399
check rm /.build.packages/RPMS/x86_64/hello-1.0-0.x86_64.rpm
check touch /usr/lib/build/written
"#;

/// Fails where the package says so.
const SPEC: &str = r#"#!/bin/sh
test -e /usr/lib/build/written || { echo "the first script did not run"; exit 2; }
grep -q '^# legacy: fail$' /.build.packages/SOURCES/hello.spec || exit 0
echo "hello.spec wants me to fail"
exit 7
"#;

/// Path, content, mode.
const SCRIPTS: [(&str, &str, u32); 6] = [
    ("checks/00-surroundings", SURROUNDINGS, 0o755),
    ("checks/50-spec", SPEC, 0o755),
    ("checks/99-last", "#!/bin/sh\necho the last one ran\n", 0o755),
    ("post-build-checks/10-text", "no script", 0o644),
    ("post-build-checks/20-dies", "#!/bin/sh\nkill -11 $$\n", 0o755),
    ("post-build-checks/30-odd name", "#!/bin/sh\nprintf 'no end of line'\nexit 1\n", 0o755),
];

/// A root with a package that has such directories; `post-mkbaselibs-checks` is empty.
fn root() -> &'static RootText {
    static ROOT: OnceLock<RootText> = OnceLock::new();
    ROOT.get_or_init(|| {
        let place = Place::new("legacy-root", "");
        let below = place.folder().join("tree-legacy-scripts-demo/usr/lib/build");
        fs::create_dir_all(below.join("post-mkbaselibs-checks")).unwrap();
        for (path, content, mode) in SCRIPTS {
            let path = below.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let own = place.folder().join("pool");
        fs::create_dir(&own).unwrap();
        let package = deb(place.folder(), "legacy-scripts-demo", "");
        fs::write(own.join("legacy-scripts-demo_1_all.deb"), package).unwrap();
        let repositories = [own, pool("SKINK_POOL_LINT")].map(|path| path.display().to_string()).to_vec();
        let packages = ["rpm", "legacy-scripts-demo"].map(str::to_owned).to_vec();
        RootText { name: "legacy".to_owned(), packages, repositories, ..lint() }
    })
}

fn policy() -> String {
    let tool = root().policy(&[("legacy-checks", "/bin/sh")])
        + "kind = \"root-builder\"\nargs = [\"/job/inputs/run\"]\n";
    tool + &allow("legacy-checks", &farm().hooks.join("legacy-checks.wasm"), GRANTS)
}

/// The sources of hello, in which hello.spec ends with `line`.
fn sources(place: &Place, line: &str) -> PathBuf {
    let folder = place.folder().join("sources");
    fs::create_dir(&folder).unwrap();
    let spec = fs::read_to_string(hello().1.join("hello.spec")).unwrap();
    fs::write(folder.join("hello.spec"), spec + line).unwrap();
    folder
}

/// Makes hello.spec such that the second script fails.
const FAIL: &str = "# legacy: fail\n";

/// Settings, what is added to hello.spec, the exit code, what is said, and how many findings there are.
type Row = (Value, &'static str, i32, &'static [&'static str], usize);

fn all(name: &str, rows: Vec<Row>) {
    for (i, (settings, line, code, texts, findings)) in rows.into_iter().enumerate() {
        let place = Place::new(&format!("{name}-{i}"), &policy());
        let sources = sources(&place, line);
        let (ended, hook) = hook(&place, "legacy-checks", (&hello().0, &sources), &settings);
        assert_eq!(ended.code, Some(code), "{settings}: {}", ended.text);
        for text in texts {
            assert!(ended.text.contains(text), "{settings}: {text:?} is not in\n{}", ended.text);
        }
        let found = hook["findings"].as_array().map_or(0, Vec::len);
        assert_eq!(found, findings, "{settings}: {hook}");
    }
}

#[test]
fn a_directory_is_migrated_script_by_script() {
    let skip = |names: &[&str]| json!({"directory": "checks", "skip": names});
    let every = ["00-surroundings", "50-spec", "99-last", "moved"];
    let all_pass: &[&str] = &["00-surroundings passed in ", "50-spec passed in ", "99-last passed in "];
    let one_fails: &[&str] = &[
        "1 of 3 scripts of /usr/lib/build/checks failed: 50-spec",
        "50-spec ended with exit code 7 after ",
        "the last one ran",
    ];
    let skipped: &[&str] = &["99-last is skipped", "skip names moved, which is not in /usr/lib/build/checks"];
    let rows = vec![
        (skip(&[]), "", 0, all_pass, 0),
        (skip(&[]), FAIL, 1, one_fails, 1),
        (skip(&["50-spec"]), FAIL, 0, &["50-spec is skipped", "99-last passed in "], 0),
        (skip(&["00-surroundings"]), "", 1, &["the first script did not run"], 1),
        (skip(&every), "", 0, skipped, 0),
    ];
    all("legacy-skip", rows);
}

#[test]
fn each_directory_is_run_as_obs_build_does() {
    let directory = |name: &str| json!({ "directory": name });
    let dying: &[&str] = &[
        "10-text is not executable, and not run",
        "20-dies was ended by signal 11",
        "30-odd name ended with exit code 1",
        "2 of 2 scripts",
    ];
    let empty: &[&str] = &["there is no script in /usr/lib/build/post-mkbaselibs-checks"];
    let missing: &[&str] = &["the tool root has no /usr/lib/build/post_build.d"];
    let rows = vec![
        (directory("post-build-checks"), "", 1, dying, 2),
        (directory("post-mkbaselibs-checks"), "", 1, empty, 0),
        (directory("post_build.d"), "", 1, missing, 0),
        (directory("/etc"), "", 1, &["directory"], 0),
    ];
    all("legacy-directory", rows);
}

#[test]
fn a_failing_script_is_a_finding_with_its_last_lines() {
    let place = Place::new("legacy-finding", &policy());
    let sources = sources(&place, FAIL);
    let settings = json!({"directory": "checks"});
    let (_, hook) = hook(&place, "legacy-checks", (&hello().0, &sources), &settings);
    let finding = &hook["findings"][0];
    assert_eq!(finding["severity"], "error", "{finding}");
    assert_eq!(finding["code"], "script-failed", "{finding}");
    assert_eq!(finding["message"], "50-spec ended with exit code 7", "{finding}");
    assert_eq!(finding["file"], "/usr/lib/build/checks/50-spec", "{finding}");
    assert_eq!(finding["help"], "hello.spec wants me to fail", "{finding}");
}

#[test]
fn a_plain_folder_of_packages_is_laid_out_like_a_build() {
    let place = Place::new("legacy-plain", &policy());
    let sources = sources(&place, "");
    let folder = place.folder().join("packages");
    fs::create_dir(&folder).unwrap();
    for below in ["RPMS/x86_64", "SRPMS"] {
        for entry in fs::read_dir(hello().0.join(below)).unwrap().flatten() {
            fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
    }
    let settings = json!({"directory": "checks"});
    let (ended, _) = hook(&place, "legacy-checks", (&folder, &sources), &settings);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    let (ended, _) = hook(&place, "legacy-checks", (&sources, &sources), &settings);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    assert!(ended.text.contains("no script is run: these are for RPMs"), "{}", ended.text);
}

#[test]
fn scripts_judge_a_real_build() {
    hello();
    for (on_failure, code) in [("fail", 1), ("warn", 0)] {
        let hooks = format!(
            "schema = 1\n[hooks.old-checks]\nmodule = \"legacy-checks.wasm\"\non-failure = \"{on_failure}\"\n\
             settings = {{ directory = \"checks\" }}\n"
        );
        let package = Package::example(&format!("legacy-{on_failure}")).write("_hooks", hooks);
        let package = package.edit("hello.spec", "%changelog", "# legacy: fail\n%changelog");
        package.add_module("legacy-checks");
        fs::write(package.policy(), policy()).unwrap();
        let root = lend();
        let ended = Started::skink(root.path(), &package, &[]).wait();
        assert_eq!(ended.code(), Some(code), "{}", ended.output);
        assert!(!Path::new("/usr/lib/build/written").exists());
        let report: Value = serde_json::from_str(&fs::read_to_string(package.report()).unwrap()).unwrap();
        let finding = &report["hooks"][0]["findings"][0];
        assert_eq!(finding["message"], "50-spec ended with exit code 7", "{}", ended.output);
    }
}
