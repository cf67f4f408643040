//! A whole job on a terminal: the line of what is being done leaves every line of the log whole, and none of it in the
//! log's file. `build` is a stand-in, so that its lines are known.

use skink_tests_build::farm;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

const LINES: usize = 40;

/// A folder with a package, a policy that allows its hook, and the stand-in.
fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    fs::create_dir(at("package")).unwrap();
    let module = std::env::var_os("SKINK_HOOKS_DIR").unwrap();
    fs::copy(Path::new(&module).join("checksums.wasm"), at("package/checksums.wasm")).unwrap();
    fs::write(at("package/hello.spec"), "Name: hello\n").unwrap();
    fs::write(at("package/_hooks"), "schema = 1\n[hooks.checksums]\nmodule = \"checksums.wasm\"\n").unwrap();
    let digest =
        Command::new(farm().skink()).args(["module", "digest"]).arg(at("package/checksums.wasm")).output();
    let digest = String::from_utf8(digest.unwrap().stdout).unwrap();
    let rule = format!(
        "schema = 1\n[[allow]]\nmodule = \"checksums\"\nsha256 = [\"{}\"]\nprojects = [\"**\"]\ngrants = {{ results = true, outbox = true }}\n",
        digest.get(..64).unwrap()
    );
    fs::write(at("policy.toml"), rule).unwrap();
    let results = at("root/.build.packages");
    for folder in ["RPMS/x86_64", "SRPMS", "OTHER"] {
        fs::create_dir_all(results.join(folder)).unwrap();
    }
    // The words are those by which the real script is known.
    let script = format!(
        "#!/bin/bash\n# $BUILD_DIR --root --rpms\nfor i in {{1..{LINES}}}; do echo \"line $i of build\"; sleep 0.03; done\n\
         echo x > {}/RPMS/x86_64/hello.rpm\n",
        results.display()
    );
    fs::write(at("build"), script).unwrap();
    fs::set_permissions(at("build"), fs::Permissions::from_mode(0o755)).unwrap();
    place
}

/// What a terminal of seventy columns shows, and the log's file.
fn run(place: &Path, variables: &str, more: &str) -> (String, String) {
    let skink = farm().skink();
    let job = format!(
        "stty cols 70; {variables} {} build --root root --hook-build ./build --hook-policy policy.toml --hook-state state \
         --logfile log {more} package/hello.spec",
        skink.display()
    );
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &job, "/dev/null"]).current_dir(place);
    let output = script.env_remove("NO_COLOR").stdin(Stdio::null()).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
    let log = fs::read_to_string(place.join("log")).unwrap();
    assert!(output.status.success(), "{shown}");
    (shown, log)
}

/// What is left of a line when all was drawn and erased.
fn left(line: &str) -> &str {
    line.rsplit("\r\x1b[K").next().unwrap_or_default()
}

#[test]
fn the_line_of_what_is_being_done_tears_nothing() {
    let rows = [
        ("TERM=xterm", "--hook-color never", true),
        ("TERM=xterm", "--hook-quiet", false),
        ("TERM=dumb", "", false),
    ];
    for (variables, more, has_line) in rows {
        let place = place();
        let (shown, log) = run(place.path(), variables, more);
        assert_eq!(shown.contains("\r\x1b[K"), has_line, "{more}: {shown:?}");
        assert_eq!(shown.contains("build, 0:0"), has_line, "{more}: {shown:?}");
        let lines: Vec<&str> = shown.lines().map(left).filter(|line| line.contains(" of build")).collect();
        let want: Vec<String> = (1..=LINES).map(|i| format!("line {i} of build")).collect();
        assert_eq!(lines, want, "{more}");
        let plain: String = shown.lines().map(|line| left(line).to_owned() + "\n").collect();
        if more.contains("never") {
            assert_eq!(plain, log, "the terminal shows in the end what the log has");
        }
        assert!(
            !log.contains('\x1b') && !log.contains('\r') && !log.contains("build, 0:"),
            "{more}: {log:?}"
        );
        assert!(log.contains("succeeded"), "{more}: {log}");
    }
}
