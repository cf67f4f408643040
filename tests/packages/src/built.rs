//! Packages that the real rpmbuild makes of `specs/`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// What rpmbuild is told of how to compress, one for each way.
const WAYS: [&str; 6] = ["w9.gzdio", "w9.bzdio", "w6.xzdio", "w7.lzdio", "w19.zstdio", "w.ufdio"];

/// `everything.spec`, once for each way of compressing.
pub fn everything() -> &'static [PathBuf] {
    static BUILT: LazyLock<Vec<PathBuf>> =
        LazyLock::new(|| WAYS.iter().flat_map(|way| spec_built("everything", way)).collect());
    &BUILT
}

/// Builds a spec of `specs/`, and gives the packages: the sources' one and the others.
pub fn spec_built(name: &str, way: &str) -> Vec<PathBuf> {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let top = folder().join(format!("{name}-{way}"));
    let defines = [
        format!("_topdir {}", top.display()),
        format!("_sourcedir {}", specs.display()),
        format!("way {}", way.rsplit('.').next().unwrap()),
        format!("_binary_payload {way}"),
        format!("_source_payload {way}"),
        "debug_package %{nil}".to_owned(),
    ];
    let mut command = Command::new("rpmbuild");
    command.args(["-ba", "--nodeps"]).args(defines.iter().flat_map(|define| ["--define", define]));
    let output = command.arg(specs.join(format!("{name}.spec"))).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut found: Vec<PathBuf> = ["SRPMS", "RPMS/x86_64", "RPMS/noarch"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(top.join(folder)).into_iter().flatten())
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    assert!(found.len() >= 2, "rpmbuild made {found:?}");
    found
}

/// A folder that goes with what is returned.
pub fn temporary() -> tempfile::TempDir {
    let at = std::env::var_os("SKINK_TEST_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    tempfile::tempdir_in(at).unwrap()
}

/// Where packages are built; it goes with the tests.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(temporary);
    FOLDER.path()
}
