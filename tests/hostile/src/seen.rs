//! What was seen of an attack that has ended.

use serde_json::Value;

/// What was seen of an attack that has ended.
#[derive(Debug)]
pub struct Seen {
    /// The report of the call.
    pub report: Value,
    /// The same for people.
    pub text: String,
    /// What the command left in its `--output`: names and content.
    pub output: Vec<(String, Vec<u8>)>,
    /// The most memory that a runner was seen with, in bytes.
    pub runner_peak: u64,
}

impl Seen {
    /// What the hook tried and was told no, as the report has it.
    pub fn denied(&self) -> Vec<&str> {
        self.report["denied"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect()
    }

    /// The hook's lines for the log.
    pub fn log(&self) -> Vec<&str> {
        self.report["log"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect()
    }

    /// How much of something the call used.
    pub fn used(&self, what: &str) -> u64 {
        self.report["usage"][what].as_u64().unwrap()
    }
}
