//! The check of the stage `guests`, in Rust; ../README.md says what it does.

use serde::Deserialize;
use skink_sdk::{Check, CheckContext, Failure, Finding, Tree, Verdict};

const MAGIC: [u8; 4] = [0xed, 0xab, 0xee, 0xdb];

#[derive(Deserialize)]
struct Settings {
    suffix: String,
}

struct NoDocs;

impl Check for NoDocs {
    fn check(context: &CheckContext) -> Result<Verdict, Failure> {
        let (job, report) = (context.job(), context.report());
        let settings: Settings = job.parse_settings()?;
        let results = context.results()?;
        let entries = results.list()?;
        let paths: Vec<String> = entries
            .into_iter()
            .filter(|entry| entry.is_file() && entry.path.ends_with(&settings.suffix))
            .map(|entry| entry.path)
            .collect();
        let mut findings = Vec::new();
        for (digest, path) in results.sha256(&paths)?.iter().zip(&paths) {
            if magic(&results, path)? != MAGIC {
                findings.push(
                    Finding::error("not-a-package", format!("begins with other bytes; its sha256 is {digest}"))
                        .in_package(path),
                );
            }
        }
        if !paths.iter().any(|path| path.contains("-doc-")) {
            findings.push(
                Finding::warning("no-docs", format!("none of {} packages holds documentation", paths.len()))
                    .in_file(job.recipe())
                    .at_line(1)
                    .with_help("Add a package NAME-doc.\nPeople read."),
            );
        }
        match context.previous() {
            Ok(_) => {}
            Err(Failure::NotFound(_)) => findings.push(Finding::info("no-previous", "there is no previous build")),
            Err(failure) => return Err(failure),
        }
        report.emit(&findings);
        report.log(&format!("looked at {} packages of {}", paths.len(), job.arch()));
        report.attach("no-docs.txt", paths.join("\n").as_bytes())?;
        let errors = findings.iter().filter(|finding| finding.code == "not-a-package").count();
        Ok(if errors == 0 { Verdict::Pass } else { Verdict::Fail(format!("{errors} files are no packages")) })
    }
}

/// The first bytes, through a handle of its own for each file.
fn magic(results: &Tree, path: &str) -> Result<Vec<u8>, Failure> {
    results.open(path)?.read(0, 4)
}

skink_sdk::check!(NoDocs);
skink_sdk::manifest!(include_str!("../../manifest.json"));
