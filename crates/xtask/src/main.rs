//! `cargo xtask`: what a developer, the demo and CI do with this workspace.
//!
//! It installs what is missing and says so, builds the product with the one profile that tests and demo share,
//! builds the hooks, downloads the packages of the example's chroot, runs the stages of the tests, and measures.
//! Invariants: it writes only under `target/` (besides packages that it installs aloud), and a second run
//! downloads and compiles nothing.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command for people; its output is its purpose"
)]

mod backend;
mod bench;
mod cargo;
mod demo;
mod digest;
mod docs;
mod hooks;
mod layout;
mod lint;
mod machine;
mod policy;
mod pool;
mod process;
mod product;
mod reproducible;
mod setup;
mod stages;
mod tally;
mod testing;

use anyhow::{Context, bail};
use layout::Layout;
use lexopt::{Arg, Parser, ValueExt};
use setup::{Group, Kits};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask VERB

  setup             install what is missing, and say what and why
  pool [NAME...]    download the named pools of packages; those of the example's chroot where none is named
  backend           download the OBS backend of the stage obs
  product           build skink, skink-runner and skink-compiler into target/skink/bin
  hooks             build wasm-hooks/ into target/skink/hooks and print the digests
      --check-reproducible    build a second time, from a copy elsewhere, and compare
  demo              build examples/hello with its hooks into target/demo
  test [STAGE...]   run the stages of the tests; all of them where none is named
  bench [ROW...]    measure against peers; all rows where none is named; writes target/bench/summary.json
  docs              write anew what is made or compared in docs/, and build the book into target/docs/book
  lint              formatting, clippy for every set of features, licences and sources of dependencies
";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the verb. `false` where it ran to its end and something did not pass.
fn run() -> anyhow::Result<bool> {
    let arguments = Arguments::parse(Parser::from_env())?;
    let layout = Layout::find()?;
    match arguments.verb.as_str() {
        "help" => print!("{USAGE}"),
        "setup" => {
            setup::ensure(&layout, &Group::ALL)?;
            Kits::of(&layout).ensure(&layout)?;
        }
        "pool" if arguments.words.is_empty() => pool::ensure(&layout, pool::BASE)?,
        "pool" => pool::ensure(&layout, &arguments.words)?,
        "backend" => backend::ensure(&layout)?,
        "product" => product::ensure(&layout)?,
        "hooks" if arguments.check_reproducible => return reproducible::check(&layout),
        "hooks" => drop(hooks::ensure(&layout)?),
        "demo" => demo::run(&layout)?,
        "test" => return testing::run(&layout, &arguments.words),
        "bench" => return bench::run(&layout, &arguments.words),
        "docs" => return docs::run(&layout),
        "lint" => return lint::run(&layout),
        other => bail!("there is no verb {other:?}\n\n{USAGE}"),
    }
    Ok(true)
}

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Arguments {
    verb: String,
    words: Vec<String>,
    check_reproducible: bool,
}

impl Arguments {
    fn parse(mut parser: Parser) -> anyhow::Result<Self> {
        let mut words = Vec::new();
        let mut check_reproducible = false;
        let mut help = false;
        while let Some(argument) = parser.next().context("reading the arguments")? {
            match argument {
                Arg::Long("check-reproducible") => check_reproducible = true,
                Arg::Long("help") | Arg::Short('h') => help = true,
                Arg::Value(word) => words.push(word.string().context("reading the arguments")?),
                other @ (Arg::Long(_) | Arg::Short(_)) => bail!("{}\n\n{USAGE}", other.unexpected()),
            }
        }
        let verb = if help || words.is_empty() { "help".to_owned() } else { words.remove(0) };
        if check_reproducible && verb != "hooks" {
            bail!("--check-reproducible belongs to `cargo xtask hooks`");
        }
        if !matches!(verb.as_str(), "test" | "bench" | "pool") && !words.is_empty() {
            bail!("`cargo xtask {verb}` takes no further word, but got {:?}", words.join(" "));
        }
        Ok(Self { verb, words, check_reproducible })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for() {
        type Want = (&'static str, &'static [&'static str], bool);
        let rows: [(&[&str], Option<Want>); 10] = [
            (&["xtask"], Some(("help", &[], false))),
            (&["xtask", "--help"], Some(("help", &[], false))),
            (&["xtask", "test"], Some(("test", &[], false))),
            (&["xtask", "test", "unit", "build"], Some(("test", &["unit", "build"], false))),
            (&["xtask", "pool", "arm64"], Some(("pool", &["arm64"], false))),
            (&["xtask", "bench", "hook-call"], Some(("bench", &["hook-call"], false))),
            (&["xtask", "hooks", "--check-reproducible"], Some(("hooks", &[], true))),
            (&["xtask", "demo", "--check-reproducible"], None),
            (&["xtask", "demo", "now"], None),
            (&["xtask", "--frob"], None),
        ];
        for (args, want) in rows {
            let got = Arguments::parse(Parser::from_iter(args)).ok();
            let want = want.map(|(verb, words, check_reproducible)| Arguments {
                verb: verb.to_owned(),
                words: words.iter().map(|w| (*w).to_owned()).collect(),
                check_reproducible,
            });
            assert_eq!(got, want, "{args:?}");
        }
    }
}
