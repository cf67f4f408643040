//! `cargo xtask docs`: the parts of the documents that are made, and the book.
//!
//! The tests of the documents and of what people read hold the expected text; with `SKINK_UPDATE` set they write it anew
//! instead of comparing. What they wrote is for a person to look at, as a change like any other.

use crate::layout::Layout;
use crate::process::{self, command};
use crate::{cargo, testing};
use anyhow::Context;

/// The version of mdBook that the book is built with.
const MDBOOK: &str = "^0.5";

/// Writes the expected texts anew, and builds the book. `false` where a test did not pass even so.
pub(crate) fn run(layout: &Layout) -> anyhow::Result<bool> {
    for tests in [["--package", "skink-worker", "--lib"], ["--package", "skink-cli", "--bins"]] {
        let mut golden = cargo::host(layout, "test");
        golden.args(tests).arg("golden").env(testing::UPDATE, "1");
        process::run(&mut golden)?;
    }
    let own = std::env::current_exe().context("finding xtask itself")?;
    let status = command(&own).args(["test", "docs"]).env(testing::UPDATE, "1").status();
    let is_good = status.context("starting xtask itself")?.success();
    book(layout)?;
    Ok(is_good)
}

/// Builds the book with mdBook, which is installed for this checkout where it is not here.
fn book(layout: &Layout) -> anyhow::Result<()> {
    let own = layout.tools().join("bin/mdbook");
    let program = process::find("mdbook").unwrap_or_else(|| own.clone());
    if !program.is_file() {
        println!("set-up: `cargo install mdbook`, needed to build the book; takes minutes");
        let mut install = command("cargo");
        install.args(["install", "--locked", "mdbook", "--version", MDBOOK, "--root"]).arg(layout.tools());
        process::run(&mut install)
            .context("could not install mdbook; is the registry of crates reachable from here?")?;
    }
    let mut build = command(&program);
    process::run(build.arg("build").arg(layout.root.join("docs")))?;
    println!("docs: {}", layout.target().join("docs/book/index.html").display());
    Ok(())
}
