//! `skink report`: a page or SARIF of a `report.json`.

use crate::print;
use anyhow::{Context, Result, bail};
use clap::Args;
use skink_report::{MAX_BYTES, Report, page, read, sarif};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// The report.
    #[arg(value_name = "FILE.json")]
    report: PathBuf,
    /// Where to write the page; - is the standard output [default: beside the report, where no --sarif is given]
    #[arg(long, value_name = "OUT")]
    html: Option<PathBuf>,
    /// Where to write the findings as SARIF 2.1.0; - is the standard output.
    #[arg(long, value_name = "OUT")]
    sarif: Option<PathBuf>,
}

pub(crate) fn main(arguments: &ReportArguments) -> Result<ExitCode> {
    let path = &arguments.report;
    let report = load(path).with_context(|| format!("cannot read {}", path.display()))?;
    let beside = || Some(path.with_extension("html")).filter(|_| arguments.sarif.is_none());
    if let Some(out) = arguments.html.clone().or_else(beside) {
        write(path, &out, &page(&report))?;
    }
    if let Some(out) = &arguments.sarif {
        write(path, out, &sarif(&report))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn load(path: &Path) -> Result<Report> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        bail!("it has more than {}", skink_job::ByteCount(MAX_BYTES));
    }
    Ok(read(&bytes)?)
}

fn write(report: &Path, out: &Path, text: &str) -> Result<()> {
    if out == Path::new("-") {
        print::line(text.trim_end());
        return Ok(());
    }
    let is_report = report.canonicalize().ok().is_some_and(|report| out.canonicalize().ok() == Some(report));
    if is_report {
        bail!("{} is the report itself; name another file", out.display());
    }
    fs::write(out, text).with_context(|| format!("cannot write {}", out.display()))
}
