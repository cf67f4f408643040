//! In which formats a report is left beside its JSON.

use crate::SafeText;
use std::fmt;
use std::str::FromStr;

/// The formats beside `report.json`, which is always there. Absent a word on it, the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportFormats {
    /// A page for people.
    pub html: bool,
    /// SARIF 2.1.0, for code hosts.
    pub sarif: bool,
}

/// Why a list of formats was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is no format of a report; there are json (always), html, sarif and all, with commas between them"
)]
pub struct FormatError {
    given: String,
}

impl Default for ReportFormats {
    fn default() -> Self {
        Self { html: true, sarif: false }
    }
}

impl FromStr for ReportFormats {
    type Err = FormatError;
    fn from_str(raw: &str) -> Result<Self, FormatError> {
        let mut formats = Self { html: false, sarif: false };
        for word in raw.split(',') {
            match word {
                "json" => {}
                "html" => formats.html = true,
                "sarif" => formats.sarif = true,
                "all" => formats = Self { html: true, sarif: true },
                _ => {
                    return Err(FormatError {
                        given: SafeText::line(word).truncated(40).as_str().to_owned(),
                    });
                }
            }
        }
        Ok(formats)
    }
}

impl fmt::Display for ReportFormats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.html, self.sarif) {
            (false, false) => "json",
            (true, false) => "html",
            (false, true) => "sarif",
            (true, true) => "all",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_formats() {
        let rows = [
            ("json", Some("json")),
            ("html", Some("html")),
            ("sarif", Some("sarif")),
            ("all", Some("all")),
            ("json,html", Some("html")),
            ("sarif,html,html", Some("all")),
            ("", None),
            ("html,", None),
            ("HTML", None),
            ("html, sarif", None),
            ("pdf", None),
        ];
        for (raw, want) in rows {
            let read: Option<ReportFormats> = raw.parse().ok();
            assert_eq!(read.map(|formats| formats.to_string()).as_deref(), want, "{raw}");
        }
        assert_eq!(ReportFormats::default().to_string(), "html");
    }
}
