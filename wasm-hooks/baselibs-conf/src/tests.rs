//! Tables of lines and what they say.

mod deb;
mod files;
mod global;
mod reading;
mod relations;
mod saying;
mod scripts;

use crate::{Conf, ConfError, Format, Macros, Package, Rules, Target};
use std::string::{String, ToString};

const MACROS: Macros<'_> = Macros { name: "src", version: "1.5", release: "2.3" };

/// A configuration of one file, `b.conf`, behind a global one that only names the new packages.
fn conf(text: &str) -> Result<Conf, ConfError> {
    let mut conf = Conf::new(Format::Rpm);
    conf.read("global", "targetname <name>-<targettype>\nend_of_config\n")?;
    conf.read("b.conf", text)?;
    Ok(conf)
}

fn target() -> Target {
    Target { architecture: "x86_64".into(), kind: "32bit".into() }
}

const LIBA: Package<'_> = Package { name: "liba", version: "1.5", architecture: "i586" };

/// What becomes of the rules for `liba`, or the error as it is shown.
fn with<T>(text: &str, and: impl FnOnce(Rules<'_>) -> Result<T, ConfError>) -> Result<Option<T>, String> {
    let conf = conf(text).map_err(|error| error.to_string())?;
    let rules = conf.rules(LIBA, &target(), false).map_err(|error| error.to_string())?;
    rules.map(and).transpose().map_err(|error| error.to_string())
}

fn lines(lines: &[&str]) -> String {
    lines.join("\n")
}
