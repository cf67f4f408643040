//! Runs the scripts of one of the directories in which obs-build runs them in the build root, in a tool root.
//!
//! What obs-build gives such scripts is made here, in a copy of the root that is thrown away, so a script may write
//! where it likes; what it leaves there is not a result. One that fails is a finding. The others run all the same:
//! obs-build stops there, but whoever moves scripts wants to know of all.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod script;
mod settings;
mod verdict;

use script::Trees;
use settings::Settings;
use skink_script::Run;
use skink_sdk::{Check, CheckContext, Failure, Verdict};
use verdict::Told;

struct LegacyChecks;

impl Check for LegacyChecks {
    fn check(context: &CheckContext) -> Result<Verdict, Failure> {
        let (job, report) = (context.job(), context.report());
        let settings: Settings = job.parse_settings()?;
        let results = context.results()?;
        let entries = results.list()?;
        let is_rpm = |path: &str| path.ends_with(".rpm") && !path.ends_with("src.rpm");
        if settings.directory.is_for_rpms() && !entries.iter().any(|e| e.is_file() && is_rpm(&e.path)) {
            report.log("no script is run: these are for RPMs, and the build made none");
            return Ok(Verdict::Pass);
        }
        let sources = match context.sources() {
            Ok(sources) => Some(sources.location()),
            Err(Failure::NotFound(_)) => None,
            Err(failure) => return Err(failure),
        };
        let location = results.location();
        let trees = Trees { results: &location, entries: &entries, sources: sources.as_deref() };
        let text = script::script(&settings, &job.recipe(), &trees)?;
        let tool = context.tool("legacy-checks")?;
        let run = Run { tool: &tool, job: &job, report: &report, attachment: "legacy-checks.log" };
        let steps = run.script(&text)?;

        let mut told = Told::default();
        let verdict = verdict::judge(&steps, settings.directory, &mut told);
        told.log.iter().for_each(|line| report.log(line));
        report.emit(&told.findings);
        verdict
    }
}

skink_sdk::bare!();
skink_sdk::check!(LegacyChecks);
skink_sdk::manifest!(include_str!("../manifest.json"));
