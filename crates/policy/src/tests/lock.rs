//! What a `_hooks.lock` says, and what it does to the hooks beside it.

use super::{digest, hooks, policy};
use crate::{EntryLock, HookEntry, HooksFile, LockFile, Merged, merge};
use skink_job::{Digest, ToolName};
use std::collections::BTreeSet;

const HOOKS: &str = "schema = 1\n[hooks.a]\nmodule = \"a.wasm\"\n";

/// A lock of the hook `a`, whose tool `t` lives in the root <bb> on x86_64.
pub(crate) const LOCK: &str =
    "schema = 1\n[hooks.a]\nsha256 = \"<aa>\"\n[hooks.a.tools.t]\nx86_64 = \"<bb>\"\n";

pub(crate) fn filled(text: &str) -> String {
    let bytes = ["aa", "bb", "cc"].iter();
    bytes.fold(text.to_owned(), |text, byte| text.replace(&format!("<{byte}>"), &byte.repeat(32)))
}

fn lock(text: &str) -> LockFile {
    LockFile::parse(filled(text), "_hooks.lock").unwrap_or_else(|problems| panic!("{problems}"))
}

fn locked(file: &str, text: &str) -> Result<HooksFile, String> {
    hooks(file).locked_by(&lock(text)).map_err(|problems| problems.to_string())
}

/// What is found at admission: the module, and each tool with the root that it lives in.
type Found<'a> = (Digest, &'a [(&'a str, Option<Digest>)]);

/// What admission asks a lock, in its order.
fn asked(lock: &EntryLock, arch: &str, (module, tools): Found<'_>) -> Result<(), String> {
    let name = |name: &str| name.parse::<ToolName>().unwrap();
    lock.check_module("a.wasm", &module)?;
    lock.check_tools(arch, &tools.iter().map(|(tool, _)| name(tool)).collect::<BTreeSet<_>>())?;
    tools.iter().try_for_each(|(tool, root)| lock.check_root(&name(tool), arch, "lint", root.as_ref()))
}

#[test]
fn a_lock_refuses_whatever_it_does_not_name() {
    const TOOL: (&str, Option<Digest>) = ("t", Some(Digest::from_bytes([0xbb; 32])));
    let (aa, cc) = (digest(0xaa), digest(0xcc));
    let only_module = "schema = 1\nhooks.a.sha256 = \"<aa>\"\n";
    let host = LOCK.replace("<bb>", "host");
    let both = format!("{LOCK}aarch64 = \"<cc>\"\n");
    let empty = LOCK.replace("x86_64 = \"<bb>\"\n", "");
    let rows: [(&str, &str, Found<'_>, &str); 14] = [
        // lock, architecture, what is found, what is said; nothing where it may run
        (LOCK, "x86_64", (aa, &[TOOL]), ""),
        (only_module, "x86_64", (aa, &[]), ""),
        (only_module, "riscv64", (aa, &[]), ""),
        (&host, "x86_64", (aa, &[("t", None)]), ""),
        (&both, "aarch64", (aa, &[("t", Some(cc))]), ""),
        (LOCK, "x86_64", (cc, &[TOOL]), "_hooks.lock:2 locks the hook a to the module sha256:aaaa"),
        (
            "schema = 1",
            "x86_64",
            (aa, &[TOOL]),
            "_hooks.lock does not have the hook a; `skink hook lock` adds it",
        ),
        (only_module, "x86_64", (aa, &[TOOL]), "locks no root of the tool t, which the hook a has"),
        (LOCK, "x86_64", (aa, &[]), "locks the root of the tool t, which the hook a does not have"),
        (LOCK, "aarch64", (aa, &[TOOL]), "locks no root of the tool t on aarch64 (it has: x86_64)"),
        (&empty, "x86_64", (aa, &[TOOL]), "locks no root of the tool t on x86_64 (it has: none)"),
        (LOCK, "x86_64", (aa, &[("t", Some(cc))]), "to the tool root bbbb"),
        (
            LOCK,
            "x86_64",
            (aa, &[("t", None)]),
            "but here it lives in the machine's own files (host); have an",
        ),
        (
            &host,
            "x86_64",
            (aa, &[TOOL]),
            "to the machine's own files (host), but here it lives in the tool root lint, b",
        ),
    ];
    for (text, arch, found, want) in rows {
        let file = locked(HOOKS, text).unwrap();
        let entry = file.hooks().next().unwrap();
        let said = asked(entry.lock.as_ref().unwrap(), arch, found).err().unwrap_or_default();
        assert!(said.contains(want) && said.is_empty() == want.is_empty(), "{text}{arch} {found:?}: {said}");
    }
}

#[test]
fn a_lock_that_is_stale_is_an_error_with_its_line() {
    let rows = [
        (HOOKS.to_owned(), ""),
        (HOOKS.replace("hooks.a", "hooks.b"), "the _hooks beside it declares no hook `a`"),
        ("schema = 1\n[hooks.a]\ndisabled = true\n".to_owned(), "declares no hook `a`"),
        ("schema = 1\n".to_owned(), " --> _hooks.lock:2:8"),
    ];
    for (file, want) in rows {
        let said = locked(&file, LOCK).err().unwrap_or_default();
        assert!(said.contains(want) && said.is_empty() == want.is_empty(), "{file}: {said}");
    }
    let said = HooksFile::default().locked_by(&lock(LOCK)).unwrap_err().to_string();
    assert!(said.contains("without a _hooks, remove the lock"), "{said}");
}

#[test]
fn a_lock_binds_the_hooks_of_its_own_file_only() {
    let admin = policy(
        "schema = 1\n[[mandatory]]\nname = \"must\"\nsha256 = \"<cc>\"\nprojects = [\"**\"]\n[[allow]]\nmodule = \"m\"\nsha256 = [\"<cc>\"]\nprojects = [\"**\"]",
    );
    let declares = |names: &[&str]| {
        let tables = names.iter().map(|name| format!("[hooks.{name}]\nmodule = \"{name}.wasm\"\n"));
        format!("schema = 1\n{}", tables.collect::<String>())
    };
    let locks = |names: &[&str]| {
        let tables = names.iter().map(|name| format!("[hooks.{name}]\nsha256 = \"<aa>\"\n"));
        format!("schema = 1\n{}", tables.collect::<String>())
    };
    let file = |names: &[&str], lock: bool| {
        let text = declares(names);
        if lock { locked(&text, &locks(names)).unwrap() } else { hooks(&text) }
    };
    let shown = |merged: Merged| {
        let word = |entry: &HookEntry| {
            format!("{} {}", entry.name, if entry.lock.is_some() { "locked" } else { "free" })
        };
        merged.entries.iter().map(word).collect::<Vec<_>>().join(", ")
    };
    let rows: [(bool, bool, &str); 4] = [
        // whether the project's and the package's `_hooks` have a lock
        (false, false, "must free, one free, both free, two free"),
        (true, false, "must free, one locked, both free, two free"),
        (false, true, "must free, one free, both locked, two locked"),
        (true, true, "must free, one locked, both locked, two locked"),
    ];
    for (project, package, want) in rows {
        let project = file(&["one", "both", "must"], project);
        let package = file(&["both", "two", "must"], package);
        let merged = merge(&admin, Some("p"), Some(&project), Some(&package)).unwrap();
        assert_eq!(shown(merged), want);
    }
}

#[test]
fn each_mistake_in_a_lock_has_its_place() {
    let deep = format!("schema = 1\n[hooks.a]\nsha256 = {}", "[".repeat(100_000));
    let huge = " ".repeat(crate::MAX_TEXT + 1);
    let rows: [(&str, u32, u32, &str); 16] = [
        ("", 1, 1, "the lock needs the key `schema`"),
        ("schema = 2\nsurprise = 1", 1, 10, "this file has schema 2"),
        ("schema = 1\nhook = {}", 2, 1, "unknown key `hook` in the lock"),
        ("schema = 1\nhooks = 1", 2, 9, "`hooks` must be a table of tables"),
        ("schema = 1\nhooks.A.sha256 = \"<aa>\"", 2, 7, "hook name \"A\""),
        ("schema = 1\n[hooks.a]", 2, 1, "[hooks.a] of the lock needs the key `sha256`"),
        ("schema = 1\n[hooks.a]\nsha256 = \"aa\"", 3, 10, "must be 64 hexadecimal digits"),
        (
            "schema = 1\n[hooks.a]\nsha256 = \"<aa>\"\nmodule = \"a\"",
            4,
            1,
            "unknown key `module` in [hooks.a]",
        ),
        ("schema = 1\n[hooks.a]\nsha256 = \"<aa>\"\ntools = []", 4, 9, "`tools` must be a table of tables"),
        ("schema = 1\n[hooks.a]\nsha256 = \"<aa>\"\ntools.T = {}", 4, 7, "tool name \"T\""),
        ("schema = 1\n[hooks.a]\nsha256 = \"<aa>\"\ntools.t = 1", 4, 11, "`t` must be a table"),
        (
            "schema = 1\n[hooks.a]\nsha256 = \"<aa>\"\ntools.t.x86-64 = \"host\"",
            4,
            9,
            "is no architecture of",
        ),
        ("schema = 1\n[hooks.a]\nsha256 = \"<aa>\"\ntools.t.x86_64 = \"bb\"", 4, 18, "neither the address"),
        ("schema = 1\n[hooks.a]\nsha256 = \"<aa>\"\ntools.t.x86_64 = 1", 4, 18, "`x86_64` must be a text"),
        (&deep, 3, 90, "this is no valid TOML"),
        (&huge, 1, 1, "at most 1048576 are read"),
    ];
    for (text, line, column, want) in rows {
        let problems = LockFile::parse(filled(text), "_hooks.lock").expect_err(want);
        let problem = problems.iter().next().unwrap();
        let told = problem.to_string();
        assert!(told.contains(want), "{want}: {told}");
        assert_eq!((problem.line, problem.column), (line, column), "{want}: {told}");
    }
}

#[test]
fn what_is_written_reads_back_as_the_same() {
    let rows = [
        "schema = 1",
        LOCK,
        "schema = 1\n[hooks.a]\nsha256 = \"<aa>\"\n[hooks.a.tools.\"g++-1.2\"]\nx86_64 = \"host\"\naarch64 = \"<cc>\"\n[hooks.b]\nsha256 = \"<bb>\"",
    ];
    for text in rows {
        let read = lock(text);
        let again = lock(&read.to_string());
        assert_eq!(again.changes_since(&read), [], "{text}");
        assert_eq!(again.to_string(), read.to_string());
    }
    assert_eq!(lock(&lock(LOCK).to_string()).to_string(), filled(WRITTEN));
}

const WRITTEN: &str = r#"# Written by `skink hook lock`: what the hooks of the _hooks beside this are made of.
schema = 1

[hooks.a]
sha256 = "<aa>"

[hooks.a.tools."t"]
x86_64 = "<bb>"
"#;

#[test]
fn a_new_lock_keeps_other_machines_and_tells_what_changed() {
    let other = "aarch64 = \"<cc>\"\n";
    let rows: [(String, String, String, &[&str]); 7] = [
        // before, found on x86_64, written, told
        (LOCK.into(), LOCK.into(), LOCK.into(), &[]),
        (format!("{LOCK}{other}"), LOCK.into(), format!("{LOCK}{other}"), &[]),
        (
            format!("{LOCK}{other}"),
            LOCK.replace("<bb>", "host"),
            LOCK.replace("<bb>", "host") + other,
            &["a, root of the tool t on x86_64: host in the place of <bb>"],
        ),
        (
            format!("{LOCK}{other}"),
            LOCK.replace("<aa>", "<cc>"),
            LOCK.replace("<aa>", "<cc>") + other,
            &["a, module: <cc> in the place of <aa>"],
        ),
        (
            format!("{LOCK}{other}"),
            LOCK.replace("tools.t", "tools.u"),
            LOCK.replace("tools.t", "tools.u"),
            &[
                "a, root of the tool t on aarch64: <cc> is taken out",
                "a, root of the tool t on x86_64: <bb> is taken out",
                "a, root of the tool u on x86_64: <bb>",
            ],
        ),
        (
            "schema = 1".into(),
            LOCK.into(),
            LOCK.into(),
            &["a, module: <aa>", "a, root of the tool t on x86_64: <bb>"],
        ),
        (
            LOCK.into(),
            "schema = 1".into(),
            "schema = 1".into(),
            &["a, module: <aa> is taken out", "a, root of the tool t on x86_64: <bb> is taken out"],
        ),
    ];
    for (before, found, want, told) in rows {
        let before = lock(&before);
        let new = lock(&found).keeping_others(&before, "x86_64");
        assert_eq!(new.to_string(), lock(&want).to_string());
        let changes: Vec<String> = new.changes_since(&before).iter().map(ToString::to_string).collect();
        assert_eq!(changes, told.iter().map(|line| filled(line)).collect::<Vec<_>>());
    }
}
