//! Running a script.

use crate::record::{Record, Step};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::{Context as _, ExitStatus, Failure, Input, Job, Report, Tool};

/// What each script begins with.
///
/// `step NAME COMMAND…` runs a command, or a function of the script, in a shell of its own and gives its exit code;
/// `finish` is the script's end. Both streams are one, so that marks stand where they belong.
pub(crate) const PROLOGUE: &str = r#"exec 2>&1 </dev/null
read -r mark </proc/sys/kernel/random/uuid || exit 1
printf '%s\n' "$mark"
step() {
	printf '%s begin %s\n' "$mark" "$1"
	shift
	("$@")
	set -- "$?"
	printf '%s end %s\n' "$mark" "$1"
	return "$1"
}
finish() {
	printf '%s done\n' "$mark"
	exit 0
}
"#;

/// Where a script is run, and who hears of it.
#[derive(Debug)]
pub struct Run<'a> {
    /// A shell, as a root-builder.
    pub tool: &'a Tool,
    /// Knows the time.
    pub job: &'a Job,
    /// For the log.
    pub report: &'a Report,
    /// The attachment that gets all that is written.
    pub attachment: &'a str,
}

impl Run<'_> {
    /// Runs a script to its end and tells of its steps.
    ///
    /// # Errors
    /// Those of the host, such as a limit; and where the script did not come to its `finish`.
    pub fn script(&self, text: &str) -> Result<Vec<Step>, Failure> {
        let mut record = Record::default();
        let status = self.streamed(text, &mut record);
        self.log(record.finish(self.now()));
        let words = record.last_line().map_or_else(String::new, |line| format!(": {line}"));
        let done = record.done;
        let (steps, whole) = record.into_whole();
        self.report.attach(self.attachment, &whole).context(self.attachment)?;
        let how = match status? {
            _ if done => return Ok(steps),
            ExitStatus::Code(code) => format!("ended with exit code {code}"),
            ExitStatus::Signal(signal) => format!("was ended by signal {signal}"),
        };
        let place = steps.last().filter(|step| step.code.is_none()).map(|step| format!(" in {}", step.name));
        let place = place.unwrap_or_default();
        Err(Failure::because(format!("the shell {how} before its script did{place}{words}")))
    }

    fn streamed(&self, text: &str, record: &mut Record) -> Result<ExitStatus, Failure> {
        let input = Input::new("run", format!("{PROLOGUE}{text}"));
        let name = self.tool.name();
        let process =
            self.tool.spawn(&[input.location()], &[input]).context(format!("run the tool {name}"))?;
        loop {
            let chunk = process.read()?;
            if chunk.bytes.is_empty() {
                return process.wait();
            }
            let steps = record.steps.len();
            self.log(record.take(&chunk.bytes, self.now()));
            if let Some(step) = record.steps.get(steps..).and_then(|new| new.last()) {
                self.report.progress(record.steps.len() as u64, 0, &step.name);
            }
        }
    }

    fn log(&self, lines: Vec<String>) {
        for line in lines {
            self.report.log(&line);
        }
    }

    /// Milliseconds, from some point.
    fn now(&self) -> u64 {
        u64::MAX - self.job.time_left()
    }
}
