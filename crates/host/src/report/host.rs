use super::Report;
use crate::bindings::skink::hook::report::{Host, HostReport};
use crate::bindings::skink::hook::types::{Finding, Severity};
use crate::trace::Short;
use crate::wire::{cut, shortened};
use crate::{Refusal, State};
use skink_job::FileName;
use skink_protocol::RawFinding;
use std::time::Instant;
use wasmtime::Result;
use wasmtime::component::Resource;

/// Bytes of a rule's name, a package's name, a path.
const MAX_NAME: usize = 4096;

/// Pairs of key and value that one finding may have; more are dropped.
const MAX_EXTRA: usize = 32;

impl Host for State {}

impl HostReport for State {
    fn emit(&mut self, report: Resource<Report>, findings: Vec<Finding>) -> Result<()> {
        self.trace.note(format_args!("report.emit({} findings)", findings.len()));
        self.table.get(&report)?;
        Ok(self.wire.findings(findings.into_iter().map(raw))?)
    }

    fn progress(&mut self, report: Resource<Report>, done: u64, total: u64, what: String) -> Result<()> {
        self.trace.note(format_args!("report.progress({done}, {total}, {})", Short(&what)));
        self.table.get(&report)?;
        if let Some((done, total, what)) =
            self.progress.report(Instant::now(), (done, total, shortened(&what)))
        {
            self.wire.progress(done, total, &what)?;
        }
        Ok(())
    }

    fn log(&mut self, report: Resource<Report>, line: String) -> Result<()> {
        self.trace.note(format_args!("report.log({})", Short(&line)));
        self.table.get(&report)?;
        Ok(self.wire.log(&line)?)
    }

    fn attach(&mut self, report: Resource<Report>, name: String, content: Vec<u8>) -> Result<(), Refusal> {
        self.trace.note(format_args!("report.attach({}, {} bytes)", Short(&name), content.len()));
        self.table.get(&report)?;
        let name: FileName =
            name.parse().map_err(|error| Refusal::invalid(format!("report.attach: {error}")))?;
        if !self.inputs.grants.attachments.contains(&name) {
            return Err(Refusal::denied(format!("no grant for the attachment {name}")));
        }
        self.output.attach(&name, &content)
    }

    fn drop(&mut self, report: Resource<Report>) -> Result<()> {
        self.delete(report).map(drop)
    }
}

/// The guest's finding, with bounded texts.
fn raw(finding: Finding) -> RawFinding {
    let Finding { severity, code, message, package, file, line, help, extra } = finding;
    let name = |text: String| cut(&text, MAX_NAME);
    RawFinding {
        severity: match severity {
            Severity::Error => skink_job::Severity::Error,
            Severity::Warning => skink_job::Severity::Warning,
            Severity::Info => skink_job::Severity::Info,
        },
        code: name(code),
        message: shortened(&message),
        package: package.map(name),
        file: file.map(name),
        line,
        help: help.map(|help| shortened(&help)),
        extra: extra.into_iter().take(MAX_EXTRA).map(|(key, value)| (name(key), shortened(&value))).collect(),
    }
}
