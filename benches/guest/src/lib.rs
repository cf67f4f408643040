//! The guest of the rows `tree-list` and `tree-read`: lists a tree of results, and reads all of it if it is told to.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::format;
use skink_sdk::{Check, CheckContext, Failure, Verdict};

struct Tree;

impl Check for Tree {
    fn check(context: &CheckContext) -> Result<Verdict, Failure> {
        let job = context.job();
        let read = job.settings().contains("true");
        let results = context.results()?;
        let (mut files, mut bytes) = (0_u64, 0_u64);
        for entry in results.list()?.iter().filter(|entry| entry.is_file()) {
            files += 1;
            bytes += if read { results.read(&entry.path, entry.size)?.len() as u64 } else { entry.size };
        }
        context.report().log(&format!("{files} files, {bytes} bytes"));
        Ok(Verdict::Pass)
    }
}

skink_sdk::bare!();
skink_sdk::check!(Tree);
skink_sdk::manifest!(
    r#"{
 "manifest": 1,
 "name": "bench-tree",
 "version": "0.1.0",
 "wit": "0.1.0",
 "phases": ["check"],
 "grants": { "results": true },
 "settings": { "type": "object", "properties": { "read": { "type": "boolean" } }, "additionalProperties": false }
}"#
);
