//! Runs rpmlint over the packages of a build and judges them, in the place of obs-build's own call of it.
//!
//! rpmlint runs once for all packages: its start takes longer than most packages do. What it says of the
//! packages become findings, its exit code the verdict, and its text the attachment `rpmlint.log`, as obs-build
//! leaves it. Trouble of rpmlint itself fails the call; it never passes as a clean result.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod call;
mod parse;
mod select;
mod settings;
mod verdict;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use settings::Settings;
use skink_sdk::{Check, CheckContext, Context as _, Failure, Report, Tree, Verdict};

/// Findings handed over in one call.
const BATCH: usize = 256;

/// The largest rpmlintrc that is read, in bytes.
const MAX_RPMLINTRC: u64 = 1 << 20;

struct Rpmlint;

impl Check for Rpmlint {
    fn check(context: &CheckContext) -> Result<Verdict, Failure> {
        let (job, report) = (context.job(), context.report());
        let settings: Settings = job.parse_settings()?;
        if job.fact("no-checks").is_some_and(|value| value != "false") {
            report.log("rpmlint is not run: the build was started with --no-checks");
            return Ok(Verdict::Pass);
        }
        let results = context.results()?;
        let entries = results.list()?;
        let packages = select::packages(&entries);
        if packages.is_empty() {
            report.log("rpmlint is not run: there is no package to check");
            return Ok(Verdict::Pass);
        }
        let sources = match context.sources() {
            Ok(sources) => Some(sources),
            Err(Failure::NotFound(_)) => None,
            Err(failure) => return Err(failure),
        };
        let sources = sources.filter(|_| settings.rpmlintrc);
        let rpmlintrc = sources.map(|sources| rpmlintrc(&sources, &report)).transpose()?.flatten();
        let (args, inputs) = call::arguments(&settings, &results.location(), &packages, rpmlintrc);

        let tool = context.tool("rpmlint")?;
        report.progress(0, packages.len() as u64, "rpmlint");
        let output = tool.run(&args, &inputs).context("run rpmlint")?;
        report.attach("rpmlint.log", &output.all()).context("rpmlint.log")?;

        let stdout = output.stdout();
        let stderr = output.stderr();
        let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        let parsed = parse::report(&stdout);
        for batch in parsed.findings.chunks(BATCH) {
            report.emit(batch);
        }
        for line in parse::own_words(&stderr) {
            report.log(line);
        }
        if let Some(summary) = &parsed.summary {
            report.log(&format!("rpmlint: {summary}"));
        }
        verdict::judge(&output.status, &parsed, &stderr, settings.fail_on)
    }
}

/// The rpmlintrc files among the sources, as one file: rpmlint takes only one.
fn rpmlintrc(sources: &Tree, report: &Report) -> Result<Option<Vec<u8>>, Failure> {
    let mut joined = Vec::new();
    let mut found = false;
    for entry in sources.list()? {
        let name = entry.file_name();
        if !entry.is_file() || !(name.ends_with(".rpmlintrc") || name.ends_with("-rpmlintrc")) {
            continue;
        }
        report.log(&format!("rpmlint honours {}", entry.path));
        joined.extend(sources.read(&entry.path, MAX_RPMLINTRC).context(&entry.path)?);
        joined.push(b'\n');
        found = true;
    }
    Ok(found.then_some(joined))
}

skink_sdk::bare!();
skink_sdk::check!(Rpmlint);
skink_sdk::manifest!(include_str!("../manifest.json"));
