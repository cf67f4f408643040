//! Compares the libraries of a build with those of the previous one, by libabigail's abipkgdiff.
//!
//! Each package is compared with the one of its name in the previous results, along with its debug and devel packages.
//! What a program that was linked with the old library would trip over becomes findings. Files among the sources may
//! say which changes are meant. Trouble of abipkgdiff itself fails the call; it never passes as an unchanged ABI.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod call;
mod changes;
mod judge;
mod pair;
mod parse;
mod settings;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use call::Folders;
use changes::{Change, Code};
use judge::{Findings, Run};
use pair::{Pair, Pairs};
use settings::{Settings, matches};
use skink_sdk::{Check, CheckContext, Context as _, Failure, Input, Report, Tool, Tree, Verdict};

/// Findings handed over in one call.
const BATCH: usize = 256;

/// The largest suppression file that is read, in bytes.
const MAX_SUPPRESSIONS: u64 = 1 << 20;

struct AbiCheck;

impl Check for AbiCheck {
    fn check(context: &CheckContext) -> Result<Verdict, Failure> {
        let (job, report) = (context.job(), context.report());
        let settings: Settings = job.parse_settings()?;
        if job.fact("no-checks").is_some_and(|value| value != "false") {
            report.log("nothing is compared: the build was started with --no-checks");
            return Ok(Verdict::Pass);
        }
        let results = context.results()?;
        let Some(previous) = if_there(context.previous())? else {
            report.log("there is no previous build to compare with");
            return Ok(Verdict::Pass);
        };
        let (old, new) = (previous.list()?, results.list()?);
        let Pairs { pairs, removed } = pair::pairs(&old, &new, &job.package(), &settings.packages);
        let mut findings = Findings::new(&settings);
        for package in removed {
            let message = format!("the previous build made {}, this one did not", package.name);
            findings.add_to(
                format!("{}.{}", package.name, package.arch),
                Change::new(Code::PackageRemoved, None, message),
            );
        }
        let mut comparing = Comparing {
            report: &report,
            folders: Folders { old: previous.location(), new: results.location() },
            suppressions: suppressions(if_there(context.sources())?.as_ref(), &settings, &report)?,
            log: Vec::new(),
        };
        if pairs.is_empty() {
            report.log("no package of this build was in the previous one");
        } else {
            comparing.all(&context.tool("abipkgdiff")?, &pairs, &mut findings)?;
        }
        findings.all.chunks(BATCH).for_each(|batch| report.emit(batch));
        if !comparing.log.is_empty() {
            report.attach("abi-check.log", &comparing.log).context("abi-check.log")?;
        }
        Ok(findings.verdict())
    }
}

/// A tree that may be missing.
fn if_there(tree: Result<Tree, Failure>) -> Result<Option<Tree>, Failure> {
    match tree {
        Ok(tree) => Ok(Some(tree)),
        Err(Failure::NotFound(_)) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The files among the sources that say which changes are meant.
fn suppressions(sources: Option<&Tree>, settings: &Settings, report: &Report) -> Result<Vec<Input>, Failure> {
    let mut inputs = Vec::new();
    let Some(sources) = sources.filter(|_| !settings.suppressions.is_empty()) else { return Ok(inputs) };
    for entry in sources.list()? {
        if entry.is_file() && matches(&settings.suppressions, &entry.path) {
            report.log(&format!("abi-check honours {}", entry.path));
            let content = sources.read(&entry.path, MAX_SUPPRESSIONS).context(&entry.path)?;
            inputs.push(Input::new(format!("{}.abignore", inputs.len()), content));
        }
    }
    Ok(inputs)
}

struct Comparing<'a> {
    report: &'a Report,
    folders: Folders,
    suppressions: Vec<Input>,
    /// What abipkgdiff wrote, for people.
    log: Vec<u8>,
}

impl Comparing<'_> {
    fn all(&mut self, tool: &Tool, pairs: &[Pair<'_>], findings: &mut Findings<'_>) -> Result<(), Failure> {
        for (done, pair) in (0..).zip(pairs) {
            let name = pair.new.package.name;
            self.report.progress(done, pairs.len() as u64, name);
            for change in self.pair(tool, pair).context(name)? {
                findings.add(pair, change);
            }
        }
        self.report
            .log(&format!("abi-check compared {} packages with those of the previous build", pairs.len()));
        Ok(())
    }

    /// What changed between two packages: with debug information where each library has it, else by names alone.
    fn pair(&mut self, tool: &Tool, pair: &Pair<'_>) -> Result<Vec<Change>, Failure> {
        let without = match self.run(tool, pair, true)? {
            Run::Compared(changes) => return Ok(changes),
            Run::WithoutDebugInfo(libraries) => libraries,
        };
        match self.run(tool, pair, false)? {
            Run::Compared(mut changes) => {
                changes.extend(without.into_iter().map(no_debug_info));
                Ok(changes)
            }
            Run::WithoutDebugInfo(_) => Err(Failure::because("abipkgdiff demands debug information unasked")),
        }
    }

    fn run(&mut self, tool: &Tool, pair: &Pair<'_>, demand_debug_info: bool) -> Result<Run, Failure> {
        let args = call::arguments(pair, &self.folders, &self.suppressions, demand_debug_info)?;
        let output = tool.run(&args, &self.suppressions).context("run abipkgdiff")?;
        let (stdout, stderr) = (output.stdout(), output.stderr());
        let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        let run = judge::run(&output.status, parse::report(&stdout), &stderr);
        // What only said that there is no debug information is said again by the second run.
        if !stdout.is_empty() && !matches!(run, Ok(Run::WithoutDebugInfo(_))) {
            let head = format!("{} and {}:\n", pair.old.package.path, pair.new.package.path);
            self.log.extend_from_slice(head.as_bytes());
            self.log.extend_from_slice(stdout.as_bytes());
        }
        run
    }
}

fn no_debug_info(library: String) -> Change {
    let message = format!("{library} has no debug information: only names are compared");
    Change::new(Code::NoDebugInfo, Some(&library), message)
}

skink_sdk::bare!();
skink_sdk::check!(AbiCheck);
skink_sdk::manifest!(include_str!("../manifest.json"));
