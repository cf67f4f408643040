//! The hook `baselibs`, run by `skink hook run`.

use super::case::{Case, Global};
use super::oracle::{Outcome, packages_in};
use super::{said, told};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The name of the distribution's configuration among the sources.
const FILE: &str = "distribution.conf";

/// Runs the hook for a case.
pub(super) fn run(case: &Case, folder: &Path) -> Outcome {
    let global = case.global_file().map(|path| fs::read_to_string(path).unwrap());
    let mut settings = match (&case.global, global) {
        (Global::BuiltIn, _) => serde_json::json!({}),
        (Global::File, Some(text)) => {
            fs::create_dir_all(folder.join("sources")).unwrap();
            fs::write(folder.join("sources").join(FILE), text).unwrap();
            serde_json::json!({ "global-file": FILE })
        }
        (Global::None, _) | (_, None) => serde_json::json!({ "global": "# none\n" }),
        (_, Some(text)) => serde_json::json!({ "global": text }),
    };
    if case.is_bare {
        settings["system-folders"] = serde_json::json!(["/"]);
    }
    let (output, added) = call(folder, &settings, &fs::read(&case.conf).unwrap(), &case.packages);
    Outcome { packages: packages_in(&added), failure: (!output.status.success()).then(|| said(&output)) }
}

/// Runs the hook on a configuration; gives the folder with what it added too.
pub(super) fn call(
    folder: &Path,
    settings: &serde_json::Value,
    conf: &[u8],
    packages: &[PathBuf],
) -> (Output, PathBuf) {
    call_named(folder, settings, ("baselibs.conf", conf), packages)
}

/// The same with a name for the configuration.
pub(super) fn call_named(
    folder: &Path,
    settings: &serde_json::Value,
    (name, conf): (&str, &[u8]),
    packages: &[PathBuf],
) -> (Output, PathBuf) {
    let [results, sources, added] = ["results", "sources", "added"].map(|name| folder.join(name));
    [&results, &sources].iter().for_each(|folder| fs::create_dir_all(folder).unwrap());
    for package in packages {
        fs::copy(package, results.join(package.file_name().unwrap())).unwrap();
    }
    fs::write(sources.join(name), conf).unwrap();
    let mut command = Command::new(told("SKINK_BIN_DIR").join("skink"));
    command.args(["hook", "run"]).arg(told("SKINK_HOOKS_DIR").join("baselibs.wasm"));
    command.arg("--state").arg(told("SKINK_TEST_DIR").join("baselibs-state"));
    command.arg("--results").arg(&results).arg("--sources").arg(&sources).arg("--output").arg(&added);
    let output = command.arg("--settings").arg(settings.to_string()).output().unwrap();
    (output, added)
}
