//! What can differ: the codes of findings, and the words by which build-compare's scripts tell of them.

use serde::Serialize;

/// Why a build differs; the names are those that the scripts write at their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    BinariesDiffer,
    RpmlintDiffers,
    RpmlintNew,
    RpmlintOld,
    AppdataDiffers,
    AppdataNew,
    AppdataOld,
    SrcrpmDiffers,
    PackagesDiffer,
    Unreadable,
}

impl Reason {
    /// As the attachment has it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::BinariesDiffer => "binaries_differ",
            Self::RpmlintDiffers => "rpmlint_differs",
            Self::RpmlintNew => "rpmlint_new",
            Self::RpmlintOld => "rpmlint_old",
            Self::AppdataDiffers => "appdata_differs",
            Self::AppdataNew => "appdata_new",
            Self::AppdataOld => "appdata_old",
            Self::SrcrpmDiffers => "srcrpm_differs",
            Self::PackagesDiffer => "packages_differ",
            Self::Unreadable => "unreadable",
        }
    }
}

/// The codes of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Code {
    PackageAdded,
    PackageRemoved,
    NoPackages,
    NoSourcePackage,
    FieldDiffers,
    DependenciesDiffer,
    ScriptDiffers,
    TriggerDiffers,
    ChangelogDiffers,
    FilesDiffer,
    FileDiffers,
    SourceDiffers,
    RpmlintLogDiffers,
    AppdataDiffers,
    Unreadable,
}

impl Code {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 15] = [
        Self::PackageAdded,
        Self::PackageRemoved,
        Self::NoPackages,
        Self::NoSourcePackage,
        Self::FieldDiffers,
        Self::DependenciesDiffer,
        Self::ScriptDiffers,
        Self::TriggerDiffers,
        Self::ChangelogDiffers,
        Self::FilesDiffer,
        Self::FileDiffers,
        Self::SourceDiffers,
        Self::RpmlintLogDiffers,
        Self::AppdataDiffers,
        Self::Unreadable,
    ];

    /// As findings and settings have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::PackageAdded => "package-added",
            Self::PackageRemoved => "package-removed",
            Self::NoPackages => "no-packages",
            Self::NoSourcePackage => "no-source-package",
            Self::FieldDiffers => "field-differs",
            Self::DependenciesDiffer => "dependencies-differ",
            Self::ScriptDiffers => "script-differs",
            Self::TriggerDiffers => "trigger-differs",
            Self::ChangelogDiffers => "changelog-differs",
            Self::FilesDiffer => "files-differ",
            Self::FileDiffers => "file-differs",
            Self::SourceDiffers => "source-differs",
            Self::RpmlintLogDiffers => "rpmlint-log-differs",
            Self::AppdataDiffers => "appdata-differs",
            Self::Unreadable => "unreadable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attachment_and_the_findings_have_the_same_words() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{}\"", code.as_str()));
        }
        let reasons = [
            Reason::BinariesDiffer,
            Reason::RpmlintDiffers,
            Reason::RpmlintNew,
            Reason::RpmlintOld,
            Reason::AppdataDiffers,
            Reason::AppdataNew,
            Reason::AppdataOld,
            Reason::SrcrpmDiffers,
            Reason::PackagesDiffer,
            Reason::Unreadable,
        ];
        for reason in reasons {
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{}\"", reason.as_str()));
        }
    }
}
