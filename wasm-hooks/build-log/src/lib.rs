//! Tells what compilers, linker, make and rpm said in the build's log, as findings with file and line.
//!
//! A build's log is read by nobody as long as the build succeeds, and is too long to be read where it fails. The
//! hook reads it once, in parts, and holds no more of it than it tells: a log of any length costs time in proportion
//! and a bounded amount of memory. Packages are hostile, so a log may say anything; a message in it becomes a
//! finding and nothing else.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod collect;
mod lines;
mod message;
mod place;
mod rules;
mod scan;
mod settings;

use alloc::format;
use collect::{Collection, Tally};
use lines::Lines;
use scan::Scan;
use settings::Settings;
use skink_sdk::{Check, CheckContext, Context as _, Failure, File, Report, Verdict};

/// Bytes that are read at once; the host gives no more.
const CHUNK: u32 = 1 << 20;

/// Findings handed over in one call.
const BATCH: usize = 256;

struct BuildLog;

impl Check for BuildLog {
    fn check(context: &CheckContext) -> Result<Verdict, Failure> {
        let (job, report) = (context.job(), context.report());
        let settings: Settings = job.parse_settings()?;
        let log = match context.build_log() {
            Ok(log) => log,
            Err(Failure::NotFound(_)) => {
                report.log("there is no build log, so there is nothing to read");
                return Ok(Verdict::Pass);
            }
            Err(failure) => return Err(failure),
        };
        let succeeded = job.fact("build").is_some_and(|end| end == "succeeded" || end == "unchanged");
        let scan = Scan::new(Collection::new(&settings, succeeded));
        let collection = read(&log, scan, &report).context("read the build's log")?;
        let verdict = collection.verdict();
        let Tally { errors, warnings, infos } = collection.tally();
        let (findings, left_out) = collection.findings();
        findings.chunks(BATCH).for_each(|batch| report.emit(batch));
        report.log(&format!("the build's log holds {errors} errors, {warnings} warnings and {infos} infos"));
        if left_out > 0 {
            report.log(&format!("{left_out} more are left out: the setting maximum is {}", settings.maximum));
        }
        Ok(verdict)
    }
}

/// Reads the log from its beginning to its end.
fn read<'s>(log: &File, mut scan: Scan<'s>, report: &Report) -> Result<Collection<'s>, Failure> {
    let (size, mut offset) = (log.size(), 0_u64);
    let mut lines = Lines::default();
    loop {
        let chunk = log.read(offset, CHUNK)?;
        if chunk.is_empty() {
            lines.end(|line| scan.line(line));
            return Ok(scan.end());
        }
        lines.feed(&chunk, |line| scan.line(line));
        offset = offset.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        report.progress(offset, size, "bytes of the log");
    }
}

skink_sdk::bare!();
skink_sdk::check!(BuildLog);
skink_sdk::manifest!(include_str!("../manifest.json"));
