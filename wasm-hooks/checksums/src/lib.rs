//! Adds `SHA256SUMS`, the digests of all results, to the results.
//!
//! Results are handed to people in one flat folder, so the list has flat names: `sha256sum -c` works where the
//! packages lie.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod list;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::{Context as _, Failure, Transform, TransformContext};

const NAME: &str = "SHA256SUMS";

struct Checksums;

impl Transform for Checksums {
    fn transform(context: &TransformContext) -> Result<(), Failure> {
        let results = context.results()?;
        let entries = results.list()?;
        let paths: Vec<String> =
            entries.into_iter().filter(|e| e.is_file() && list::is_result(&e.path)).map(|e| e.path).collect();
        let report = context.report();
        if paths.is_empty() {
            report.log("there are no results, so there is nothing to list");
            return Ok(());
        }
        let digests = results.sha256(&paths)?;
        let text = list::render(paths.iter().map(String::as_str).zip(digests.iter().map(String::as_str)))
            .map_err(Failure::because)?;
        let writer = context.outbox()?.create(NAME).context(NAME)?;
        writer.write(text.as_bytes()).context(NAME)?;
        skink_sdk::finish(writer).context(NAME)?;
        report.log(&format!("{NAME} holds {} digests", digests.len()));
        Ok(())
    }
}

skink_sdk::bare!();
skink_sdk::transform!(Checksums);
skink_sdk::manifest!(include_str!("../manifest.json"));
