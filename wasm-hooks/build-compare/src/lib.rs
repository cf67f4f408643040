//! Says whether a build equals the previous one, as build-compare's scripts do, and where it does not, why.
//!
//! Headers are compared first; only contents of files whose digests differ are fetched and looked into. Invariant: a build
//! is `unchanged` only if every package of it was read and compared to its end. What cannot be read, is too large, or was
//! not come to, is a difference.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod attachments;
mod beside;
mod codes;
mod contents;
mod difference;
mod fields;
mod files;
mod header;
mod host;
mod log;
mod outcome;
mod pair;
mod parts;
mod plan;
mod release;
mod run;
mod settings;
mod sides;
mod sources;
mod text;

use alloc::format;
use run::Run;
use settings::Settings;
use skink_sdk::{Check, CheckContext, Context as _, Failure, Verdict};

/// Findings handed over in one call.
const BATCH: usize = 256;

struct BuildCompare;

impl Check for BuildCompare {
    fn check(context: &CheckContext) -> Result<Verdict, Failure> {
        let (job, report) = (context.job(), context.report());
        let settings: Settings = job.parse_settings()?;
        let results = context.results()?;
        let previous = match context.previous() {
            Ok(previous) => previous,
            Err(Failure::NotFound(_)) => {
                report.log("build-compare: there is no previous build to compare with");
                return Ok(Verdict::Pass);
            }
            Err(failure) => return Err(failure),
        };
        let (old, new) = (previous.list()?, results.list()?);
        let mut run = Run::new(&settings, &job, &report, (&previous, &old), (&results, &new));
        run.all();
        let why = outcome::why(&run.packages, &run.found);
        let attachment = outcome::attachment(&why, &run.packages, &run.found);
        let attachment =
            attachment.map_err(|error| Failure::because(format!("build-compare.json: {error}")))?;
        report.attach("build-compare.json", &attachment).context("build-compare.json")?;
        if run.found.count() == 0 {
            report.log(&format!("build-compare: {why}"));
            return Ok(Verdict::Unchanged(why));
        }
        report.log(&format!("build-compare: the build differs from the previous one: {why}"));
        outcome::findings(&settings, &run.found).chunks(BATCH).for_each(|batch| report.emit(batch));
        Ok(Verdict::Pass)
    }
}

skink_sdk::bare!();
skink_sdk::check!(BuildCompare);
skink_sdk::manifest!(include_str!("../manifest.json"));
