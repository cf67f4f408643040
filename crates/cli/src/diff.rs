//! `skink diff`: what differs between two builds, for people and for machines.
//!
//! The module build-compare says it, called as `skink hook run` calls it. Invariant: nothing that went wrong ever ends as
//! "the same": a module that failed, was refused, met a limit or contradicts itself is trouble, and so is a build that
//! cannot be read.

mod builds;
mod module;
mod text;

use crate::hook::{self, RunArguments};
use crate::print;
use anyhow::{Context, Result, anyhow, bail};
use builds::Builds;
use clap::{Args, ValueEnum, ValueHint};
use skink_job::{Outcome, Phase, SafeText};
use skink_obs::Verbosity;
use skink_report::{
    Comparison, DIFF_MAX_BYTES, Diff, HookReport, Reason, State, Verdict, diff_page, read_comparison,
};
use skink_worker::Line;
use skink_worker::render;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The exit code where it is not known whether they differ, as of diff(1).
const TROUBLE: u8 = 2;

/// What the module leaves.
const ATTACHMENT: &str = "build-compare.json";

/// What the module is told where the user does not say otherwise: people want to know all, and have not always kept the
/// source package.
const SETTINGS: [(&str, bool); 2] = [("all", true), ("source-package", false)];

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// The build that was there before: a folder of results, or one package.
    #[arg(value_hint = ValueHint::AnyPath)]
    old: PathBuf,
    /// The build to compare with it: likewise.
    #[arg(value_hint = ValueHint::AnyPath)]
    new: PathBuf,
    /// How to print what differs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write it there; then only the answer is printed.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// The module's file [default: build-compare.wasm in `hooks` or `../hooks` beside skink, or in /etc/skink/modules]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    module: Option<PathBuf>,
    /// Settings of the module beside `{"all": true, "source-package": false}`: JSON, or @FILE.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    settings: String,
    /// The project that the policy's rules are looked up for.
    #[arg(long)]
    project: Option<String>,
    /// A policy; it may only narrow the installed one.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    hook_policy: Option<PathBuf>,
    /// Skink's folder for compiled modules [default: ~/.local/state/skink, for root /var/lib/skink]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    state: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For a terminal.
    Text,
    /// For machines: what the module found, and of what.
    Json,
    /// One page for a browser.
    Html,
}

/// As diff(1): 0 the same, 1 different, 2 trouble.
pub(crate) fn main(arguments: &DiffArguments, verbosity: Verbosity) -> ExitCode {
    let compared = compare(arguments, verbosity).unwrap_or_else(|error| {
        print::error(&error);
        None
    });
    ExitCode::from(match compared {
        Some(Verdict::Unchanged) => 0,
        Some(Verdict::Changed) => 1,
        None => TROUBLE,
    })
}

/// None where the module did not say, which was told.
fn compare(arguments: &DiffArguments, verbosity: Verbosity) -> Result<Option<Verdict>> {
    let DiffArguments { old, new, .. } = arguments;
    let scratch = tempfile::tempdir().context("cannot make a folder for what is compared")?;
    let builds = Builds::find(old, new, scratch.path())?;
    check_output(arguments)?;
    let left = scratch.path().join("left");
    let mut run = RunArguments::of(module::find(arguments.module.as_deref())?);
    (run.previous, run.results, run.output) =
        (Some(builds.old.clone()), Some(builds.new.clone()), Some(left.clone()));
    run.phase = Some(Phase::Check);
    run.settings = settings(&arguments.settings)?;
    run.project.clone_from(&arguments.project);
    run.hook_policy.clone_from(&arguments.hook_policy);
    run.state.clone_from(&arguments.state);
    let call = hook::call(&run, verbosity)?;
    let mut found = match found(&call, &left.join(ATTACHMENT)) {
        Ok(found) => found,
        Err(error) => {
            tell_trouble(&call, verbosity);
            return Err(error);
        }
    };
    builds.name(&mut found);
    let diff = Diff::new(&old.to_string_lossy(), &new.to_string_lossy(), &call.module, found);
    show(&diff, &call, arguments, verbosity)?;
    Ok(Some(diff.found.verdict))
}

/// What the module found. Its verdict and what it left must say the same.
fn found(call: &HookReport, left: &Path) -> Result<Comparison> {
    let verdict = match &call.outcome {
        Outcome::Unchanged { .. } => Verdict::Unchanged,
        Outcome::Passed => Verdict::Changed,
        Outcome::Failed { .. }
        | Outcome::Refused { .. }
        | Outcome::Limit { .. }
        | Outcome::Trap { .. }
        | Outcome::Crashed { .. }
        | Outcome::HostError { .. }
        | Outcome::Skipped { .. } => {
            bail!("the builds were not compared: the module ended as {}", call.outcome.word())
        }
    };
    if call.attachments.iter().all(|file| file.name != ATTACHMENT) {
        bail!("the builds were not compared: the module left no {ATTACHMENT}");
    }
    let mut json = Vec::new();
    let read = File::open(left).and_then(|file| file.take(DIFF_MAX_BYTES + 1).read_to_end(&mut json));
    read.with_context(|| format!("cannot read {}", left.display()))?;
    let found = read_comparison(&json).map_err(|error| anyhow!("the module's {ATTACHMENT}: {error}"))?;
    if found.verdict != verdict {
        bail!("the module ended as {}, and its {ATTACHMENT} says otherwise", call.outcome.word());
    }
    if found.packages.iter().all(|package| package.state == State::Skipped) {
        let why = found.packages.iter().find_map(|package| package.why.as_ref());
        let why = why.or(found.differences.first().map(|first| &first.message)).unwrap_or(&found.why);
        bail!("the builds were not compared: {why}");
    }
    if let Some(why) = only_unreadable(&found) {
        bail!("the builds were not compared: {why}");
    }
    Ok(found)
}

/// What could not be read, where nothing else differs: then nobody knows whether the builds do.
fn only_unreadable(found: &Comparison) -> Option<&SafeText> {
    let is_all = found.omitted == 0 && found.differences.iter().all(|one| one.reason == Reason::Unreadable);
    found.differences.first().filter(|_| is_all).map(|first| &first.message)
}

/// The settings with [`SETTINGS`], unless they say otherwise.
fn settings(given: &str) -> Result<String> {
    let text = match given.strip_prefix('@') {
        Some(path) => fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?,
        None => given.to_owned(),
    };
    let mut settings: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&text).context("the settings are no JSON object")?;
    for (name, value) in SETTINGS {
        settings.entry(name).or_insert(value.into());
    }
    Ok(serde_json::Value::from(settings).to_string())
}

/// Nothing that is compared is written over, and nothing is added to it.
fn check_output(arguments: &DiffArguments) -> Result<()> {
    let Some(out) = &arguments.output else { return Ok(()) };
    let writes: Vec<PathBuf> = [out.canonicalize().ok(), written(out)].into_iter().flatten().collect();
    for compared in [&arguments.old, &arguments.new] {
        let Ok(real) = compared.canonicalize() else { continue };
        if writes.contains(&real) {
            bail!("{} is what is compared; name another file", out.display());
        }
        if writes.iter().any(|path| path.starts_with(&real)) {
            bail!("{} lies in {}, which is compared; name another file", out.display(), compared.display());
        }
    }
    Ok(())
}

/// Where a file of that name is, whether or not it is there yet; none where its folder is not there.
fn written(out: &Path) -> Option<PathBuf> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(folder.canonicalize().ok()?.join(out.file_name()?))
}

fn show(diff: &Diff, call: &HookReport, arguments: &DiffArguments, verbosity: Verbosity) -> Result<()> {
    let text = match (arguments.format, &arguments.output) {
        (Format::Text, None) => {
            print::lines(&text::shown(diff, call, verbosity));
            return Ok(());
        }
        (Format::Text, Some(_)) => {
            text::shown(diff, call, verbosity).iter().map(|line| line.text(false) + "\n").collect()
        }
        (Format::Json, _) => serde_json::to_string_pretty(diff)? + "\n",
        (Format::Html, _) => diff_page(diff) + "\n",
    };
    let Some(out) = &arguments.output else {
        print::line(text.trim_end());
        return Ok(());
    };
    fs::write(out, text).with_context(|| format!("cannot write {}", out.display()))?;
    print::lines(&[text::answer(diff)]);
    Ok(())
}

/// What became of the call, on standard error: whoever reads the other output wants a comparison or nothing.
fn tell_trouble(call: &HookReport, verbosity: Verbosity) {
    let mut lines = render::section(call, verbosity);
    if matches!(call.outcome, Outcome::Limit { .. }) {
        lines.push(Line::plain(
            "note: limits are those of a policy; --hook-policy FILE names one with larger ones",
        ));
    }
    print::error_lines(&lines);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_added_to_what_the_module_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("s.json");
        fs::write(&file, "{\"ignore\": [\"/a\"]}").unwrap();
        let file = format!("@{}", file.display());
        let rows = [
            ("{}", Some(r#"{"all":true,"source-package":false}"#)),
            (r#"{"all": false, "x": 1}"#, Some(r#"{"all":false,"source-package":false,"x":1}"#)),
            (&file, Some(r#"{"all":true,"ignore":["/a"],"source-package":false}"#)),
            ("[]", None),
            ("{", None),
            ("@/no/such/file", None),
        ];
        for (given, want) in rows {
            assert_eq!(settings(given).ok().as_deref(), want, "{given}");
        }
    }

    /// What a module left, with differences of these reasons.
    fn left(reasons: &[&str], omitted: u64) -> Comparison {
        let difference = |reason: &&str| serde_json::json!({ "reason": reason, "code": "c", "message": format!("{reason} first") });
        let differences: Vec<_> = reasons.iter().map(difference).collect();
        let document = serde_json::json!({
            "schema": 1, "verdict": "changed", "why": "", "packages": [], "differences": differences,
            "omitted": omitted,
        });
        read_comparison(document.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn what_cannot_be_read_is_no_difference() {
        let (odd, plain) = ("unreadable", "binaries_differ");
        let rows: [(&[&str], u64, Option<&str>); 5] = [
            (&[odd], 0, Some("unreadable first")),
            (&[odd, odd], 0, Some("unreadable first")),
            (&[odd], 1, None),
            (&[odd, plain], 0, None),
            (&[plain], 0, None),
        ];
        for (reasons, omitted, want) in rows {
            let found = left(reasons, omitted);
            assert_eq!(only_unreadable(&found).map(SafeText::as_str), want, "{reasons:?} {omitted}");
        }
    }

    #[test]
    fn nothing_is_written_into_what_is_compared() {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            arguments: DiffArguments,
        }
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path).to_str().unwrap().to_owned();
        fs::create_dir_all(at("old/OTHER")).unwrap();
        fs::create_dir(at("new")).unwrap();
        for file in ["one.rpm", "old/a.rpm"] {
            fs::write(at(file), "").unwrap();
        }
        std::os::unix::fs::symlink(at("old/a.rpm"), at("link")).unwrap();
        std::os::unix::fs::symlink(at("old"), at("folder")).unwrap();
        let rows = [
            ("old", "out", true),
            ("old", "older", true),
            ("old", "no/such/folder", true),
            ("old", "old", false),
            ("old", "old/a.rpm", false),
            ("old", "old/report.html", false),
            ("old", "old/OTHER/report.html", false),
            ("old", "new/report.html", false),
            ("old", "folder/report.html", false),
            ("folder", "old/report.html", false),
            ("old", "new/../old/report.html", false),
            ("old", "link", false),
            ("one.rpm", "one.rpm", false),
            ("one.rpm", "other.rpm", true),
        ];
        for (old, out, is_fine) in rows {
            let line = ["diff", &at(old), &at("new"), "--output", &at(out)];
            let Line { arguments } = clap::Parser::try_parse_from(line).unwrap();
            assert_eq!(check_output(&arguments).is_ok(), is_fine, "{old} {out}");
        }
    }
}
