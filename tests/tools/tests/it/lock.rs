//! `_hooks.lock`: written from what a job would get, and holding wherever it lies.

use crate::roots::lint_is_built;
use serde_json::Value;
use skink_tests_hostile::sha256;
use skink_tests_tools::{Place, RootText, Tried, lint, shell, shell_policy};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const HOOKS: &str = "schema = 1\n[hooks.look]\nmodule = \"shell.wasm\"\n";

fn digest(module: &Path) -> String {
    sha256(&fs::read(module).unwrap())
}

/// A folder with a `_hooks` of one hook, whose module runs a shell in the root `lint`.
struct Locked {
    place: Place,
    module: PathBuf,
}

impl Locked {
    fn new(name: &str) -> Self {
        lint_is_built();
        let place = Place::new(name, "");
        let module = shell(&place, "exit 0");
        place.set_policy(&shell_policy(&lint(), &module, ""));
        let it = Self { place, module };
        it.write("_hooks", HOOKS);
        it
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        fs::write(self.place.folder().join(file), text).unwrap();
    }

    fn text(&self) -> String {
        fs::read_to_string(self.place.folder().join("_hooks.lock")).unwrap()
    }

    fn lock(&self, words: &[&str]) -> Tried {
        self.place.hook_lock(self.place.folder(), words)
    }

    /// Tries the hook; gives its entry of the report too.
    fn run(&self) -> (Tried, Value) {
        let ended = Tried::of(&mut self.place.hook_run(&self.module, &["--format", "json"]));
        let report = ended.text.find('{').and_then(|at| ended.text.get(at..));
        // What was told of the root stands below it.
        let report =
            report.and_then(|text| serde_json::Deserializer::from_str(text).into_iter().next()?.ok());
        (ended, report.unwrap_or_default())
    }

    fn refused(&self, want: &[&str]) {
        let (ended, report) = self.run();
        assert_eq!(ended.code, Some(1), "{}", ended.text);
        assert_eq!((&report["outcome"], &report["locked"]), (&"refused".into(), &true.into()), "{report}");
        let reason = report["reason"].as_str().unwrap();
        assert!(want.iter().all(|want| reason.contains(want)), "{want:?}: {reason}");
    }

    fn passes(&self, locked: bool, address: &str) {
        let (ended, report) = self.run();
        assert_eq!(ended.code, Some(0), "{}", ended.text);
        assert_eq!(
            (&report["locked"], &report["tools"][0]["root_address"]),
            (&locked.into(), &address.into())
        );
    }
}

#[test]
fn a_lock_holds_the_module_and_the_root_of_its_tool() {
    let it = Locked::new("lock");
    let address = lint_is_built();
    it.passes(false, address);
    let would = it.lock(&["--check"]);
    assert_eq!(would.code, Some(1), "{}", would.text);
    assert!(!it.place.folder().join("_hooks.lock").exists());
    let written = it.lock(&[]);
    assert_eq!(written.code, Some(0), "{}", written.text);
    let told = format!("look, root of the tool sh on x86_64: {address}\n");
    assert!(
        written.text.contains(&told) && written.text.ends_with("_hooks.lock is written\n"),
        "{}",
        written.text
    );
    assert!(it.text().contains(&digest(&it.module)), "{}", it.text());
    assert_eq!(it.lock(&["--check"]).code, Some(0));
    it.passes(true, address);
    // The same packages have the same address, whatever the admin calls the root.
    let other = RootText { name: "other".to_owned(), ..lint() };
    it.place.set_policy(&shell_policy(&other, &it.module, ""));
    it.passes(true, address);
    // Another configuration makes another root.
    let dist = it.place.folder().join("other.conf");
    fs::write(&dist, fs::read_to_string(lint().dist).unwrap() + "# another\n").unwrap();
    let changed = RootText { name: "changed".to_owned(), dist, ..lint() };
    it.place.set_policy(&shell_policy(&changed, &it.module, ""));
    it.refused(&[&format!(
        "locks the tool sh on x86_64 to the tool root {address}, but here it lives in the tool root changed, "
    )]);
    let would = it.lock(&["--check"]);
    assert_eq!(would.code, Some(1), "{}", would.text);
    assert!(would.text.contains(&format!(" in the place of {address}\n")), "{}", would.text);
    assert_eq!(it.lock(&[]).code, Some(0));
    assert_eq!(it.run().0.code, Some(0));
    // Another module, which the policy allows as well.
    let before = digest(&it.module);
    let module = shell(&it.place, "exit 0 # another");
    it.place.set_policy(&shell_policy(&lint(), &module, ""));
    let now = digest(&module);
    it.refused(&[
        &format!("locks the hook look to the module sha256:{before}"),
        &format!("has sha256:{now}; take the"),
    ]);
}

#[test]
fn a_lock_that_does_not_fit_refuses() {
    let it = Locked::new("unfit");
    assert_eq!(it.lock(&[]).code, Some(0));
    let good = it.text();
    let other_arch = good.replace("x86_64 = ", "riscv64 = ");
    let host = good.replace(lint_is_built(), "host");
    let sha256 = digest(&it.module);
    let rows = [
        (other_arch.clone(), "locks no root of the tool sh on x86_64 (it has: riscv64)"),
        (host, "to the machine's own files (host), but here it lives in the tool root lint, "),
        (good.replace("\"sh\"", "\"bash\""), "locks no root of the tool sh, which the hook look has"),
        (
            format!("{good}[hooks.look.tools.more]\n"),
            "locks the root of the tool more, which the hook look does not",
        ),
        (format!("schema = 1\n[hooks.look]\nsha256 = \"{sha256}\"\n"), "locks no root of the tool sh, which"),
        ("schema = 1\n".to_owned(), "does not have the hook look; `skink hook lock` adds it"),
    ];
    for (text, want) in rows {
        it.write("_hooks.lock", text);
        it.refused(&[want]);
    }
    // What other machines have stays.
    it.write("_hooks.lock", &other_arch);
    let written = it.lock(&[]);
    assert!(written.text.contains("what was locked on machines of riscv64 stays"), "{}", written.text);
    assert!(it.text().contains("riscv64 = ") && it.text().contains("x86_64 = "), "{}", it.text());
    it.passes(true, lint_is_built());
}

#[test]
fn a_lock_that_is_no_lock_lets_nothing_run() {
    let it = Locked::new("broken-lock");
    assert_eq!(it.lock(&[]).code, Some(0));
    let good = it.text();
    let path = it.place.folder().join("_hooks.lock");
    let plain = |text: &str| {
        let _ = fs::remove_file(&path);
        fs::write(&path, text).unwrap();
    };
    type Plant<'a> = &'a dyn Fn();
    let rows: [(Plant<'_>, &str); 6] = [
        (&|| plain(&format!("{good}surprise = 1\n")), "must be a"),
        (
            &|| plain(&good.replace("schema = 1", "schema = 1\nsurprise = 1")),
            "unknown key `surprise` in the lock",
        ),
        (&|| plain(&format!("schema = 1\nhooks = {}", "{a=".repeat(100_000))), "this is no valid TOML"),
        (&|| plain(&format!("{good}#{}", " ".repeat(1 << 20))), "at most 1048576 are read"),
        (&|| plain(&good.replace("[hooks.look", "[hooks.was")), "declares no hook `was`"),
        (
            &|| {
                fs::remove_file(&path).unwrap();
                symlink("/etc/passwd", &path).unwrap();
            },
            "it must be a plain file",
        ),
    ];
    for (plant, want) in rows {
        plant();
        let (ended, _) = it.run();
        assert_eq!(ended.code, Some(1), "{want}: {}", ended.text);
        assert!(ended.text.contains(want) && !ended.text.contains("root:"), "{want}: {}", ended.text);
        if !want.contains("declares") {
            let again = it.lock(&[]);
            assert_eq!(again.code, Some(1), "{want}: {}", again.text);
            assert!(again.text.contains("mend or remove it"), "{want}: {}", again.text);
        }
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(it.run().0.code, Some(0), "without a lock nothing is checked");
}

#[test]
fn what_cannot_be_locked_is_said_and_nothing_is_written() {
    let it = Locked::new("not-lockable");
    let folder = it.place.folder();
    let strange = HOOKS.replace("shell.wasm", "missing.wasm");
    let hooks = |text: &str| it.write("_hooks", text);
    type Change<'a> = &'a dyn Fn();
    let rows: [(Change<'_>, &str); 5] = [
        (&|| fs::remove_file(folder.join("_hooks")).unwrap(), "and so nothing to lock"),
        (&|| hooks("schema = 1\n[hooks.look]\n"), "needs the key `module`"),
        (&|| hooks(&strange), "the hook look cannot be locked: the module missing.wasm is not in"),
        (
            &|| {
                hooks(HOOKS);
                it.place.set_policy(&lint().policy(&[]));
            },
            "the hook look cannot be locked: no [[allow]] rule of",
        ),
        (
            &|| {
                let gone =
                    RootText { name: "gone".to_owned(), packages: vec!["no-such-package".into()], ..lint() };
                it.place.set_policy(&shell_policy(&gone, &it.module, ""));
            },
            "nothing provides no-such-package",
        ),
    ];
    for (change, want) in rows {
        change();
        let ended = it.lock(&[]);
        assert_eq!(ended.code, Some(1), "{want}: {}", ended.text);
        assert!(ended.text.contains(want), "{want}: {}", ended.text);
    }
    let names = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.file_name());
    let locks: Vec<_> = names.filter(|name| name.to_string_lossy().contains("lock")).collect();
    assert!(locks.is_empty(), "{locks:?}");
}

#[test]
fn of_the_machines_own_tools_nothing_is_pinned() {
    let it = Locked::new("host-lock");
    let policy = shell_policy(&lint(), &it.module, "").replace("root = \"lint\"", "root = \"host\"");
    it.place.set_policy(&policy.replace("/bin/sh", "/usr/bin/sh"));
    let written = it.lock(&[]);
    assert_eq!(written.code, Some(0), "{}", written.text);
    assert!(
        written.text.contains("note: the tool sh of the hook look is of the machine's own files"),
        "{}",
        written.text
    );
    let (ended, report) = it.run();
    assert_eq!((ended.code, &report["locked"]), (Some(0), &true.into()), "{}", ended.text);
    it.place.set_policy(&shell_policy(&lint(), &it.module, ""));
    it.refused(&["to the machine's own files (host), but here it lives in the tool root lint, "]);
}
