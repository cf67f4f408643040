//! The ways in which `build` is called: in a chroot, in a container, by a worker.

use crate::checks::all_hooks;
use skink_tests_build::{Package, Root, Started, farm, lend, mounts_below, processes_naming};
use std::fs;
use std::path::Path;
use std::process::Command;

fn nothing_left(root: &Root) {
    assert_eq!(mounts_below(root.path()), Vec::<String>::new());
    assert_eq!(processes_naming(&root.path().display().to_string()), Vec::<String>::new());
}

#[test]
fn in_a_chroot() {
    let (root, package) = (lend(), Package::example("chroot"));
    let ended = Started::skink(root.path(), &package, &[]).wait();
    all_hooks(&ended, &root, &package);
    nothing_left(&root);
}

#[test]
fn in_a_container_of_nspawn() {
    let (root, package) = (lend(), Package::example("nspawn"));
    let more = ["--vm-type", "nspawn", "--vm-args=--register=no --keep-unit"];
    let ended = Started::skink(root.path(), &package, &more).wait();
    all_hooks(&ended, &root, &package);
    nothing_left(&root);
}

/// bs_worker's own command line: sources, packages and their list lie in the build root.
#[test]
fn under_the_command_line_of_bs_worker() {
    let (root, package) = (lend(), Package::example("worker"));
    let path = root.path().display().to_string();
    lay_out_as_a_worker(root.path(), &package);
    let mut command = Command::new(farm().skink());
    command.arg("build");
    let given = format!(
        "--root|{path}|--clean|--changelog|--norootforbuild|--baselibs-internal|--lint|--dist|{path}/.build.config|\
         --rpmlist|{path}/.build.rpmlist|--logfile|{path}/.build.log|--release|1.1|--arch|x86_64|--jobs|2|--reason|\
         Building hello for project 'home:tester' repository 'standard' arch 'x86_64' srcmd5 \
         'a8335890f069c869773883398a6a2a9d'|--disturl|\
         obs://example.org/home:tester/standard/a8335890f069c869773883398a6a2a9d-hello|\
         {path}/.build-srcdir/hello.spec"
    );
    command.args(given.split('|'));
    command.arg("--hook-policy").arg(package.policy()).arg("--hook-report").arg(package.report());
    command.arg("--hook-state").arg(farm().state());
    let ended = Started::start(command).wait();
    let _ = fs::copy(root.path().join(".build.log"), package.log());
    all_hooks(&ended, &root, &package);
    nothing_left(&root);
}

/// What bs_worker lays in a build root before it calls `build`.
fn lay_out_as_a_worker(root: &Path, package: &Package) {
    let (packages, sources) = (root.join(".pkgs"), root.join(".build-srcdir"));
    for folder in [&packages, &sources] {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).unwrap();
    }
    for entry in fs::read_dir(package.folder()).unwrap().flatten() {
        fs::copy(entry.path(), sources.join(entry.file_name())).unwrap();
    }
    fs::copy(&farm().dist, root.join(".build.config")).unwrap();
    fs::write(root.join(".build.log"), "").unwrap();
    let list = expanded_list();
    let mut lines = String::new();
    for line in list.lines() {
        let place =
            |path: &str| format!("{}/{}", packages.display(), path.rsplit('/').next().unwrap_or_default());
        match line.split_once(' ') {
            Some((name, path)) if !name.ends_with(':') => {
                fs::copy(path, place(path)).unwrap();
                lines.push_str(&format!("{name} {}\n", place(path)));
            }
            _ => lines.push_str(&format!("{line}\n")),
        }
    }
    fs::write(root.join(".build.rpmlist"), lines).unwrap();
}

/// The packages of the chroot, expanded by obs-build's own tools as the scheduler would. The hook's package is
/// not among them.
fn expanded_list() -> String {
    let (tools, dist) = ("/usr/lib/obs-build", farm().dist.display().to_string());
    let perl = |script: &str| {
        let mut command = Command::new("perl");
        command.arg(format!("-I{tools}")).arg(format!("{tools}/{script}"));
        command
    };
    let cache = farm().folder.join(format!("depfile-{}", std::process::id()));
    let made = perl("createdirdeps").arg(&farm().pool).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    fs::write(&cache, made.stdout).unwrap();
    let mut expand = perl("expanddeps");
    expand.args([
        "--dist",
        &dist,
        "--archpath",
        "x86_64",
        "--configdir",
        "/usr/lib/obs-build/configs",
        "--depfile",
    ]);
    let output = expand.arg(&cache).arg(farm().examples.join("hello/hello.spec")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && text.contains("gcc "),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!text.contains("\njq "), "jq is in the list already");
    text
}
