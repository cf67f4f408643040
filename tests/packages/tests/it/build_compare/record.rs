//! What the real scripts say, recorded once: the repository does not have them, for they are of another licence.

use super::pair::Pair;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the scripts say of a pair: why it differs, in their words; nothing where it does not.
pub(crate) type Reasons = BTreeSet<String>;

const SCRIPTS: [&str; 4] = ["same-build-result.sh", "pkg-diff.sh", "srpm-check.sh", "functions.sh"];

/// Lines of the scripts that have no word of a reason behind them.
const LINES: [(&str, &str); 7] = [
    ("different number of subpackages", "packages_differ"),
    ("names differ:", "packages_differ"),
    ("additional new package", "packages_differ"),
    ("tuples differs", "packages_differ"),
    ("source rpm in", "packages_differ"),
    ("packages found in", "packages_differ"),
    ("No valid directory", "packages_differ"),
];

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("compare/verdicts.json")
}

/// What was recorded.
pub(crate) fn recorded() -> BTreeMap<String, Reasons> {
    let text = std::fs::read_to_string(file()).unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    let verdicts = whole["verdicts"].as_object().unwrap();
    let reasons = |text: &str| text.split_whitespace().skip(1).map(str::to_owned).collect();
    verdicts.iter().map(|(name, verdict)| (name.clone(), reasons(verdict.as_str().unwrap()))).collect()
}

/// Records anew, with the scripts of this folder.
pub(crate) fn record(scripts: &Path, pairs: &[Pair]) {
    let version = std::env::var("BUILD_COMPARE_VERSION");
    let version =
        version.unwrap_or_else(|_| panic!("BUILD_COMPARE_VERSION is not set: which are the scripts of?"));
    let verdicts = super::in_parallel(pairs, |pair| {
        let reasons = said(scripts, pair);
        let words: Vec<&str> = reasons.iter().map(String::as_str).collect();
        let verdict =
            if words.is_empty() { "unchanged".to_owned() } else { format!("changed {}", words.join(" ")) };
        (pair.name.clone(), Value::from(verdict))
    });
    let digest = |name: &str| hex::encode(Sha256::digest(std::fs::read(scripts.join(name)).unwrap()));
    let scripts: Map<String, Value> =
        SCRIPTS.iter().map(|name| ((*name).to_owned(), digest(name).into())).collect();
    let tools: Map<String, Value> = ["rpm", "file", "objdump", "diff"]
        .iter()
        .map(|tool| {
            let output = Command::new(tool).arg("--version").output().unwrap();
            let line = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
            ((*tool).to_owned(), line.into())
        })
        .collect();
    let verdicts: Map<String, Value> = verdicts.into_iter().collect();
    let whole = json!({ "version": version, "scripts": scripts, "tools": tools, "verdicts": verdicts });
    std::fs::write(file(), format!("{whole:#}\n")).unwrap();
}

/// Runs the scripts: at first as `build` does, and where they end without a word, with all that differs.
fn said(scripts: &Path, pair: &Pair) -> Reasons {
    let (same, reasons) = run(scripts, pair, &[]);
    if same {
        return Reasons::new();
    }
    if !reasons.is_empty() {
        return reasons;
    }
    let (same, reasons) = run(scripts, pair, &["-a"]);
    assert!(!same && !reasons.is_empty(), "{}: the scripts do not say why it differs", pair.name);
    reasons
}

/// In a world in which nothing can be written, with the folder beside the packages where the scripts look for it.
fn run(scripts: &Path, pair: &Pair, options: &[&str]) -> (bool, Reasons) {
    let mut command = Command::new("bwrap");
    command.args([
        "--unshare-pid",
        "--die-with-parent",
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
    ]);
    command.args(["--tmpfs", "/tmp", "--tmpfs", "/usr/src", "--tmpfs", "/root"]);
    for folder in [scripts, &pair.old, &pair.new] {
        command.arg("--ro-bind").args([folder, folder]);
    }
    command.arg("--ro-bind").arg(pair.new.join("OTHER")).arg("/usr/src/packages/OTHER");
    command.args(["--setenv", "HOME", "/tmp", "--setenv", "LC_ALL", "C.UTF-8", "--chdir", "/tmp", "bash"]);
    command.arg(scripts.join(SCRIPTS[0])).args(options).arg(&pair.old);
    for folder in ["RPMS", "SRPMS", "DEBS", "OTHER"] {
        let folder = pair.new.join(folder);
        if folder.exists() {
            command.arg(folder);
        }
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    if let Some(folder) = std::env::var_os("BUILD_COMPARE_LOGS") {
        let log = [&output.stdout[..], &output.stderr].concat();
        std::fs::write(Path::new(&folder).join(&pair.name), log).unwrap();
    }
    let words = ["binaries", "rpmlint", "appdata", "srcrpm"];
    let is_word = |line: &&str| {
        let word = line.rsplit_once('_');
        word.is_some_and(|(what, how)| {
            words.contains(&what) && ["differs", "differ", "new", "old"].contains(&how)
        })
    };
    let mut reasons: Reasons = text.lines().filter(is_word).map(str::to_owned).collect();
    let lines = LINES.iter().filter(|(line, _)| text.contains(line));
    reasons.extend(lines.map(|(_, reason)| (*reason).to_owned()));
    (output.status.success(), reasons)
}
