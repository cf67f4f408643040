//! What is remembered of a script that runs: its steps, their last lines, and what goes into the log.

use crate::lines::{Lines, Said};
use crate::whole::Whole;
use alloc::borrow::ToOwned;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Lines of one step that the log holds.
const LOGGED: usize = 200;

/// Lines that are kept of the end of a step, and the characters of each.
const LAST: usize = 30;
const LAST_CHARS: usize = 400;

/// One step of a script.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// As the script calls it.
    pub name: String,
    /// Its exit code; none where the script ended in the middle of it.
    pub code: Option<i32>,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// The last lines that it wrote, without empty ones.
    pub last: Vec<String>,
}

impl Step {
    /// Whether it ended with 0.
    pub fn passed(&self) -> bool {
        self.code == Some(0)
    }

    /// The last lines as one text.
    pub fn last_lines(&self) -> String {
        self.last.join("\n")
    }
}

/// How something ended whose exit code a shell tells: it adds 128 to the number of a signal.
pub fn ended(code: i32) -> String {
    match code {
        126 => "cannot be executed (exit code 126)".to_owned(),
        127 => "was not found (exit code 127)".to_owned(),
        129..=192 => format!("was ended by signal {} (exit code {code})", code - 128),
        _ => format!("ended with exit code {code}"),
    }
}

/// A time for people.
pub fn seconds(millis: u64) -> String {
    format!("{}.{} s", millis / 1000, millis % 1000 / 100)
}

/// A script that runs, or has run.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) steps: Vec<Step>,
    /// Whether the script came to its end.
    pub(crate) done: bool,
    /// The last lines of the step that runs, or of what is between two.
    last: VecDeque<String>,
    /// Whether the last of `steps` runs, and since when.
    open: Option<u64>,
    logged: usize,
    lines: Lines,
    whole: Whole,
}

impl Record {
    /// Takes what the script wrote next, at the time `now` in milliseconds. Gives lines for the log.
    pub(crate) fn take(&mut self, bytes: &[u8], now: u64) -> Vec<String> {
        let said = self.lines.take(bytes);
        self.all(said, now)
    }

    /// The script has ended.
    pub(crate) fn finish(&mut self, now: u64) -> Vec<String> {
        let said = self.lines.finish();
        let mut log = self.all(said, now);
        if self.open.is_some() {
            self.close(None, now, &mut log);
        }
        log
    }

    /// All that it wrote.
    pub(crate) fn into_whole(self) -> (Vec<Step>, Vec<u8>) {
        (self.steps, self.whole.into_bytes())
    }

    /// The last line that was not empty.
    pub(crate) fn last_line(&self) -> Option<&str> {
        let step = self.steps.last().and_then(|step| step.last.last());
        self.last.back().or(step).map(String::as_str)
    }

    fn all(&mut self, said: Vec<Said>, now: u64) -> Vec<String> {
        let mut log = Vec::new();
        for said in said {
            match said {
                Said::Begin(name) => {
                    self.whole.line(&format!("── {name}"));
                    self.last.clear();
                    (self.open, self.logged) = (Some(now), 0);
                    self.steps.push(Step { name, ..Step::default() });
                }
                Said::End(code) => self.close(Some(code), now, &mut log),
                Said::Done => self.done = true,
                Said::Line(line) => self.line(line, &mut log),
            }
        }
        log
    }

    fn line(&mut self, line: String, log: &mut Vec<String>) {
        self.whole.line(&line);
        let line = line.trim_end();
        if line.is_empty() {
            return;
        }
        let short = match line.char_indices().nth(LAST_CHARS) {
            Some((cut, _)) => format!("{}…", line.get(..cut).unwrap_or_default()),
            None => line.to_owned(),
        };
        if self.logged < LOGGED {
            log.push(short.clone());
        }
        self.logged += 1;
        if self.last.len() == LAST {
            self.last.pop_front();
        }
        self.last.push_back(short);
    }

    fn close(&mut self, code: Option<i32>, now: u64, log: &mut Vec<String>) {
        if self.logged > LOGGED {
            log.push(format!("… and {} lines more", self.logged - LOGGED));
        }
        self.logged = 0;
        let (Some(since), Some(step)) = (self.open.take(), self.steps.last_mut()) else { return };
        step.code = code;
        step.millis = now.saturating_sub(since);
        step.last = self.last.drain(..).collect();
        let how = code.map_or_else(|| "was cut off".to_owned(), ended);
        self.whole.line(&format!("── {} {how} after {}", step.name, seconds(step.millis)));
    }
}

#[cfg(test)]
mod tests;
