//! The product: three static programs, side by side in one folder.

use crate::layout::{Layout, copy, make_folder};
use crate::setup::{self, Group};
use crate::{cargo, process};
use anyhow::Context;
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Package and program. One call of cargo each, so that the runner gets no compiler and the parent no wasmtime.
const PROGRAMS: [(&str, &str); 3] =
    [("skink-cli", "skink"), ("skink-runner", "skink-runner"), ("skink-compiler", "skink-compiler")];

/// Builds what has changed and lays it into `target/skink/bin`.
pub(crate) fn ensure(layout: &Layout) -> anyhow::Result<()> {
    setup::ensure(layout, &[Group::Compile])?;
    let bin = layout.bin();
    make_folder(&bin)?;
    for (package, program) in PROGRAMS {
        let start = Instant::now();
        let mut cargo = cargo::host(layout, "build");
        process::run(cargo.args(["--package", package, "--bin", program]))?;
        let built = layout.target().join(cargo::TARGET).join("release").join(program);
        let installed = bin.join(program);
        if !same(&built, &installed)? {
            copy(&built, &installed)?;
        }
        let size = fs::metadata(&installed).with_context(|| format!("reading {installed:?}"))?.len();
        let seconds = start.elapsed().as_secs_f64();
        println!("product: {program:<15} {:>6.1} MiB  {seconds:.1} s", size as f64 / f64::from(1 << 20));
    }
    Ok(())
}

/// Whether two files hold the same; `false` where the second is not there.
fn same(built: &Path, installed: &Path) -> anyhow::Result<bool> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("reading {}", path.display()));
    Ok(installed.is_file() && read(built)? == read(installed)?)
}
