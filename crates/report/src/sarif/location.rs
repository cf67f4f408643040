//! Where a finding is: a file among the sources, and the package and file that it speaks of.

use crate::Report;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use skink_job::{Finding, SafeText};

/// All that need not stand in a relative URI as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One location. Code hosts show no result without a file of the sources, so where the finding names none it is put
/// at the recipe: what is wrong with a package is mended there.
pub(super) fn locations(report: &Report, finding: &Finding) -> Value {
    let file = finding.file.as_ref().filter(|file| report.sources.contains(file));
    let recipe = SafeText::line(&report.job.recipe);
    let (source, line) = match file {
        Some(file) => (Some(file), finding.line.unwrap_or(1).max(1)),
        None => (report.sources.iter().find(|source| **source == recipe), 1),
    };
    let mut location = serde_json::Map::new();
    if let Some(source) = source {
        let uri = utf8_percent_encode(source.as_str(), ESCAPED).to_string();
        let physical = json!({
            "artifactLocation": { "uri": uri, "uriBaseId": "SRCROOT" },
            "region": { "startLine": line },
        });
        location.insert("physicalLocation".to_owned(), physical);
    }
    let logical = logical(finding, file.is_some());
    if !logical.is_empty() {
        location.insert("logicalLocations".to_owned(), logical.into());
    }
    if location.is_empty() { json!([]) } else { json!([location]) }
}

/// The package, and the file in it.
fn logical(finding: &Finding, is_source: bool) -> Vec<Value> {
    let package = finding.package.as_ref().filter(|package| !package.is_empty());
    let file = finding.file.as_ref().filter(|file| !file.is_empty() && !is_source);
    match (package, file) {
        (Some(package), Some(file)) => {
            let full = format!("{package}:{file}");
            vec![json!({ "name": file, "fullyQualifiedName": full, "kind": "resource" })]
        }
        (Some(package), None) => {
            vec![json!({ "name": package, "fullyQualifiedName": package, "kind": "module" })]
        }
        (None, Some(file)) => vec![json!({ "name": file, "fullyQualifiedName": file, "kind": "resource" })],
        (None, None) => Vec::new(),
    }
}

/// A package's name without version, release and architecture, where its text is a file name of rpm or deb.
pub(super) fn stem(package: &str) -> &str {
    let stem = match package.strip_suffix(".rpm") {
        // NAME-VERSION-RELEASE.ARCH
        Some(rpm) => rpm.rsplitn(3, '-').nth(2),
        // NAME_VERSION_ARCH
        None => package.strip_suffix(".deb").and_then(|deb| deb.rsplitn(3, '_').nth(2)),
    };
    stem.unwrap_or(package)
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn a_package_is_the_same_in_another_version() {
        let rows = [
            ("hello-2.12-1.1.x86_64.rpm", "hello"),
            ("lib-a-b-1-2.noarch.rpm", "lib-a-b"),
            ("hello_2.12-1_amd64.deb", "hello"),
            ("hello.x86_64", "hello.x86_64"),
            ("odd.rpm", "odd.rpm"),
            ("", ""),
        ];
        for (package, want) in rows {
            assert_eq!(stem(package), want);
        }
    }
}
