//! What hooks do to a build: failures, warnings, prefixes of source services.

use crate::checks::{all_hooks, outcomes, report};
use skink_tests_build::{Package, Started, lend};
use std::fs;
use std::process::Command;

/// rpmlint is told to fail on what the example's filters hide, so its verdict fails the build.
#[test]
fn a_failing_check_fails_the_build_and_keeps_nothing_of_the_hooks() {
    let root = lend();
    for (on_failure, code) in [("fail", 1), ("warn", 0)] {
        let package = Package::example(&format!("failing-{on_failure}"));
        let strict = format!(
            "module = \"rpmlint.wasm\"\non-failure = \"{on_failure}\"\nsettings = {{ rpmlintrc = false, fail-on = \"error\" }}"
        );
        let package = package.edit("_hooks", "module = \"rpmlint.wasm\"", &strict);
        let package = package.edit("hello.spec", "%{_bindir}/hello\n", "%{_bindir}/hello\n/opt/here\n");
        let package = package.edit(
            "hello.spec",
            "%make_install PREFIX=%{_prefix} LIBDIR=%{_libdir}\n",
            "%make_install PREFIX=%{_prefix} LIBDIR=%{_libdir}\nmkdir -p %{buildroot}/opt; echo x > %{buildroot}/opt/here\n",
        );
        let ended = Started::skink(root.path(), &package, &[]).wait();
        assert_eq!(ended.code(), Some(code), "{on_failure}:\n{}", ended.output);
        let report = report(&package);
        assert!(outcomes(&report).contains(&"rpmlint/check/failed".to_owned()), "{:?}", outcomes(&report));
        assert_eq!(root.other().contains(&"SHA256SUMS".to_owned()), code == 0, "{:?}", root.other());
        assert!(
            !root.other().contains(&"rpmlint.log".to_owned()),
            "a failed hook adds nothing to the results"
        );
        let kept = package.report().with_extension("attachments").join("rpmlint/rpmlint.log");
        assert!(kept.exists(), "its log is kept beside the report");
    }
}

#[test]
fn a_prefix_of_a_source_service_is_no_obstacle() {
    let (root, package) = (lend(), Package::example("service"));
    for name in ["_hooks", "checksums.wasm", "hello.spec"] {
        let to = package.folder().join(format!("_service:download_files:{name}"));
        fs::rename(package.folder().join(name), to).unwrap();
    }
    let mut command = Command::new(skink_tests_build::farm().skink());
    let farm = skink_tests_build::farm();
    command.arg("build").arg("--root").arg(root.path()).arg("--dist").arg(&farm.dist);
    command.args([
        "--rpms",
        &farm.rpms(),
        "--arch",
        "x86_64",
        "--changelog",
        "--hook-project",
        "home:tester",
    ]);
    command.arg("--logfile").arg(package.log()).arg("--hook-policy").arg(package.policy());
    command.arg("--hook-report").arg(package.report()).arg("--hook-state").arg(farm.state());
    command.arg(package.folder().join("_service:download_files:hello.spec"));
    let ended = Started::start(command).wait();
    all_hooks(&ended, &root, &package);
}

/// The lock of the package, and one of the folder above, which locks nothing of the package's.
#[test]
fn a_locked_package_builds_as_before() {
    let (root, package) = (lend(), Package::example("locked"));
    let farm = skink_tests_build::farm();
    let above = package.folder().parent().unwrap();
    fs::write(above.join("_hooks"), "schema = 1\n").unwrap();
    for folder in [package.folder(), above] {
        let mut lock = Command::new(farm.skink());
        lock.args(["hook", "lock", "--project", "home:tester", "--hook-policy"]).arg(package.policy());
        let locked = lock.arg("--state").arg(farm.state()).arg(folder).output().unwrap();
        assert!(locked.status.success(), "{}", String::from_utf8_lossy(&locked.stderr));
    }
    let ended = Started::skink(root.path(), &package, &[]).wait();
    all_hooks(&ended, &root, &package);
    let report = report(&package);
    let hooks = report["hooks"].as_array().unwrap();
    assert!(hooks.iter().all(|hook| hook["locked"] == true), "{report}");
    fs::remove_file(above.join("_hooks")).unwrap();
    fs::remove_file(above.join("_hooks.lock")).unwrap();
}
