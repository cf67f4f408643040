//! What is refused before anything starts.

use skink_tests_build::{Package, Root, Started, farm, lend};
use std::fs;

/// A lock of one hook.
fn locked(name: &str, sha256: &str) -> String {
    format!("schema = 1\n[hooks.{name}]\nsha256 = \"{sha256}\"\n")
}

/// The build ends with this code and says `want`; nothing was begun.
fn nothing_starts(root: &Root, what: &str, package: &Package, want: &str, code: i32) {
    let before = fs::metadata(root.path()).unwrap().modified().unwrap();
    let ended = Started::skink(root.path(), package, &[]).wait();
    assert_eq!(ended.code(), Some(code), "{what}:\n{}", ended.output);
    assert!(ended.output.contains(want), "{what}: no {want:?} in\n{}", ended.output);
    assert!(!ended.output.contains("started \"build"), "{what}: the build started\n{}", ended.output);
    let after = fs::metadata(root.path()).unwrap().modified().unwrap();
    assert_eq!(after, before, "{what}: the root was touched");
}

#[test]
fn nothing_starts_after_a_refusal() {
    let root = lend();
    let example = Package::example;
    let wat = |text: &str| text.to_owned();
    let rows: [(&str, Package, &str); 9] = [
        ("a malformed _hooks", example("r1").write("_hooks", "schema = 1\n[hooks.x\n"), "_hooks:2"),
        (
            "an unknown key",
            example("r2").edit("_hooks", "module = \"checksums.wasm\"", "modul = \"checksums.wasm\""),
            "module",
        ),
        ("a malformed policy", example("r3").with_policy("\n[[allow]]\nmodules = 3\n"), "policy.toml:"),
        ("a missing module", example("r4").edit("_hooks", "checksums.wasm", "missing.wasm"), "missing.wasm"),
        ("an unknown module", example("r5").write("checksums.wasm", wat("changed")), "names module sha256:"),
        (
            "a wrong pin",
            example("r6").edit(
                "_hooks",
                "module = \"checksums.wasm\"",
                &format!("module = \"checksums.wasm\"\nsha256 = \"{}\"", "ab".repeat(32)),
            ),
            "pins",
        ),
        (
            "settings that do not fit",
            example("r7").edit("_hooks", "packages = [\"jq\"]", "packages = 7"),
            "packages",
        ),
        (
            "a cycle",
            example("r8").edit("_hooks", "[hooks.rpmlint]", "[hooks.rpmlint]\nafter = [\"rpmlint\"]"),
            "rpmlint",
        ),
        (
            "a project that is not allowed",
            example("r9").with_policy(""),
            "", // its row is special: see below
        ),
    ];
    for (what, package, want) in rows {
        if want.is_empty() {
            let text = fs::read_to_string(package.policy()).unwrap();
            fs::write(package.policy(), text.replace("home:*", "openSUSE:*")).unwrap();
        }
        // The policy is the host's own, and read before anything of the project.
        let code = if what == "a malformed policy" { 3 } else { 1 };
        nothing_starts(&root, what, &package, want, code);
    }
}

#[test]
fn nothing_starts_where_a_lock_does_not_fit() {
    let root = lend();
    let example = Package::example;
    let other = "ab".repeat(32);
    let rows: [(&str, Package, &str); 3] = [
        (
            "a lock of another module",
            example("r10").write("_hooks.lock", locked("build-setup", &other)),
            "_hooks.lock:2 locks the hook build-setup to the module sha256:abab",
        ),
        (
            "a stale lock",
            example("r11").write("_hooks.lock", locked("gone", &other)),
            "declares no hook `gone`",
        ),
        (
            "a lock without hooks",
            example("r12").without_hooks().write("_hooks.lock", locked("rpmlint", &other)),
            "without a _hooks, remove the lock",
        ),
    ];
    for (what, package, want) in rows {
        nothing_starts(&root, what, &package, want, 1);
    }
}

#[test]
fn no_hooks_is_no_way_around_a_mandatory_one() {
    let root = lend();
    let package = Package::example("mandatory").without_hooks();
    let digest = fs::read_to_string(package.policy()).unwrap();
    let digest =
        digest.lines().skip_while(|l| !l.contains("module = \"checksums\"")).nth(1).unwrap_or_default();
    let digest = digest.split('"').nth(1).unwrap_or_default().to_owned();
    let modules = package.folder().with_file_name("modules");
    fs::create_dir_all(&modules).unwrap();
    fs::copy(farm().hooks.join("checksums.wasm"), modules.join(format!("{digest}.wasm"))).unwrap();
    let mandatory = format!(
        "\n[[mandatory]]\nname = \"sums\"\nsha256 = \"{digest}\"\nprojects = [\"home:*\"]\nphases = [\"transform\"]\n"
    );
    let package = package.with_policy(&mandatory);
    let modules = modules.display().to_string();
    let more = ["--hook-modules", modules.as_str()];
    let refused = Started::skink(root.path(), &package, &["--hook-none"]).wait();
    assert_eq!(refused.code(), Some(1), "{}", refused.output);
    assert!(refused.output.contains("mandatory"), "{}", refused.output);
    let ended = Started::skink(root.path(), &package, &more).wait();
    assert_eq!(ended.code(), Some(0), "{}", ended.output);
    assert!(root.other().contains(&"SHA256SUMS".to_owned()), "{:?}", root.other());
}
