//! Installs the packages of a build into a throw-away root, and runs the project's own command there.
//!
//! The tool is a shell that is root in a copy of a tool root. It gets a script in which every text of the job is
//! quoted; what becomes of its steps is the verdict. Trouble of the script itself fails the call; it never passes as
//! a test that went well.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod script;
mod select;
mod settings;
mod verdict;

use alloc::format;
use alloc::vec::Vec;
use select::Packages;
use settings::Settings;
use skink_script::Run;
use skink_sdk::{Check, CheckContext, Failure, Verdict};

struct RunTests;

impl Check for RunTests {
    fn check(context: &CheckContext) -> Result<Verdict, Failure> {
        let (job, report) = (context.job(), context.report());
        let settings: Settings = job.parse_settings()?;
        if job.fact("no-checks").is_some_and(|value| value != "false") {
            report.log("nothing is tested: the build was started with --no-checks");
            return Ok(Verdict::Pass);
        }
        let results = context.results()?;
        let entries = results.list()?;
        let packages = Packages::choose(&entries, &settings.packages);
        if packages.len() == 0 && !settings.packages.is_empty() {
            return Err(Failure::because(
                "no package of the results is one that `packages` chooses; `packages = []` installs none",
            ));
        }
        let sources = match context.sources() {
            Ok(sources) => Some(sources.location()).filter(|_| settings.sources),
            Err(Failure::NotFound(_)) => None,
            Err(failure) => return Err(failure),
        };
        let text = script::script(&settings, &packages, &results.location(), sources.as_deref())?;
        let tool = context.tool("run-tests")?;
        let run = Run { tool: &tool, job: &job, report: &report, attachment: "run-tests.log" };
        let steps = run.script(&text)?;

        let mut findings = Vec::new();
        let verdict = verdict::judge(&steps, &settings.command, &mut findings);
        report.emit(&findings);
        if matches!(verdict, Ok(Verdict::Pass)) {
            report.log(&format!("the command passed with {} packages installed", packages.len()));
        }
        verdict
    }
}

skink_sdk::bare!();
skink_sdk::check!(RunTests);
skink_sdk::manifest!(include_str!("../manifest.json"));
