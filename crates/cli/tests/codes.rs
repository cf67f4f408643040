//! Whose fault it is that there was no build, by the exit code of the real program with a stand-in for `build`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the stand-in ends with.
const BUILT: i32 = 7;
const HOOK: &str = "schema = 1\n[hooks.x]\nmodule = \"x.wasm\"\n";
const DISABLED: &str = "schema = 1\n[hooks.x]\ndisabled = true\n";
const MALFORMED: &str = "schema = 1\n[hooks.x\n";
const MANDATORY: &str = "schema = 1\n[[mandatory]]\nname = \"x\"\nmodule = \"x.wasm\"\nprojects = [\"**\"]\nphases = [\"check\"]\n";

/// An installation, a package and a policy in a folder of their own.
struct Place(tempfile::TempDir);

impl Place {
    /// `whole`: with the programs that are beside `skink`, as far as anybody looks before there is a module.
    fn new(whole: bool) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.write("project/package/hello.spec", "");
        place.write("policy.toml", "schema = 1\n");
        place.write("build", "#!/bin/sh\nexit 7\n");
        fs::set_permissions(place.at("build"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(place.at("bin")).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_skink"), place.at("bin/skink")).unwrap();
        if whole {
            place.write("bin/skink-runner", "");
            place.write("bin/skink-compiler", "");
        }
        place
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn package(self, text: &str) -> Self {
        self.write("project/package/_hooks", text);
        self
    }

    fn project(self, text: &str) -> Self {
        self.write("project/_hooks", text);
        self
    }

    fn policy(self, text: &str) -> Self {
        self.write("policy.toml", text);
        self
    }

    /// Below a file there is no folder.
    fn without_state(self) -> Self {
        self.write("state", "");
        self
    }

    fn run(&self, more: &[&str]) -> (Option<i32>, String) {
        let given = |option: &str, path: &Path| format!("--hook-{option}={}", path.display());
        let mut command = Command::new(self.at("bin/skink"));
        command.arg("build").arg("--root").arg(self.at("root")).arg("--logfile").arg(self.at("log"));
        command.arg(given("build", &self.at("build"))).arg(given("policy", &self.at("policy.toml")));
        command.arg(given("state", &self.at("state"))).args(more).arg(self.at("project/package/hello.spec"));
        // A process that another test is starting may hold what was just written open for an instant.
        let output = loop {
            match command.output() {
                Err(e) if e.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
                output => break output.unwrap(),
            }
        };
        let words = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&words).into_owned())
    }
}

#[test]
fn how_much_is_shown_can_be_asked_for() {
    let place = Place::new(true).package(HOOK);
    let rows: [(&[&str], bool); 4] = [
        (&[], false),
        (&["--hook-verbose"], true),
        (&["--hook-quiet"], false),
        (&["--hook-quiet", "--hook-verbose"], true),
    ];
    for (more, steps) in rows {
        let (_, said) = place.run(more);
        // The refusal, in its section and as what decided, and the table are always there.
        assert!(said.matches("the module x.wasm is not in").count() == 2, "{more:?}: {said}");
        assert!(said.contains("closest limit"), "{more:?}: {said}");
        assert_eq!(said.contains("steps: layers"), steps, "{more:?}: {said}");
    }
}

#[test]
fn three_is_said_of_the_host_alone_and_before_anything_of_the_project_is_read() {
    let (whole, parts) = (|| Place::new(true), || Place::new(false));
    let writable = |place: Place| {
        fs::set_permissions(place.at("policy.toml"), fs::Permissions::from_mode(0o666)).unwrap();
        place
    };
    let linked = |place: Place| {
        std::os::unix::fs::symlink("/none", place.at("project/package/_hooks")).unwrap();
        place
    };
    let journal_is_a_file = |place: Place| {
        place.write("state/journal", "");
        place
    };
    let rows: Vec<(&str, Place, &[&str], i32, &str)> = vec![
        ("no hook needs no host", parts().without_state(), &[], BUILT, ""),
        ("nor does a disabled one", parts().project(HOOK).package(DISABLED), &[], BUILT, ""),
        ("nor do unwanted ones", parts().package(MALFORMED), &["--hook-none"], BUILT, ""),
        ("an unknown option", parts(), &["--hook-nome"], 1, "did you mean --hook-none"),
        ("no build", parts(), &["--hook-build=/none"], 3, "/none"),
        ("no policy", parts(), &["--hook-policy=/none"], 3, "cannot read /none"),
        ("a policy for everybody to write", writable(parts()), &[], 3, "can be written by others"),
        ("a malformed policy", whole().policy(MALFORMED).package(HOOK), &[], 3, "policy.toml:2"),
        ("half an installation", parts().package(HOOK), &[], 3, "skink-runner is missing"),
        ("and a malformed layer", parts().package(MALFORMED), &[], 3, "skink-runner is missing"),
        ("no folder for the state", whole().without_state().project(HOOK), &[], 3, "state"),
        ("a malformed layer", whole().package(MALFORMED), &[], 1, "_hooks:2"),
        ("a layer that is no file", linked(whole()), &[], 1, "_hooks"),
        ("a malformed layer above", whole().project(MALFORMED), &[], 1, "_hooks:2"),
        ("no journal, after the layers", journal_is_a_file(whole().package(HOOK)), &[], 1, "journal"),
        ("no module", whole().package(HOOK), &[], 1, "x.wasm"),
        ("unwanted and mandatory", whole().policy(MANDATORY), &["--hook-none"], 1, "mandatory"),
        ("mandatory and missing", whole().policy(MANDATORY), &["--hook-modules=/none"], 1, "x.wasm"),
    ];
    for (what, place, more, code, words) in rows {
        let (ended, said) = place.run(more);
        assert_eq!(ended, Some(code), "{what}: {said}");
        assert!(said.contains(words), "{what}: no {words:?} in {said}");
        assert!(said.matches("missing").count() <= 1, "{what}: told twice: {said}");
    }
}
