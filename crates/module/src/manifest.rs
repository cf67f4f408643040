//! What a module says of itself: a custom section with JSON, written by the SDK or `skink module pack`.

use crate::Refusal;
use serde::{Deserialize, Serialize};
use skink_job::{Grants, HookName, Phase, SafeText};
use std::collections::BTreeSet;

/// The name of the custom section, at the top level of the component or in one of its core modules.
pub const MANIFEST_SECTION: &str = "skink:manifest";

/// The largest manifest, in bytes.
pub const MAX_MANIFEST: usize = 64 << 10;

/// A part of `build` that a hook stands in for. What is replaced is taken out of the build, never run twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replaces {
    /// The rpmlint run inside the build root.
    Rpmlint,
    /// The creation of baselibs.
    Baselibs,
    /// The comparison with the previous build.
    BuildCompare,
}

/// What a module says of itself. Nothing of it is believed before [`crate::check`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// The form of the manifest, 1.
    manifest: u64,
    /// The module's own name.
    pub name: HookName,
    /// The module's own version: letters, digits and `.+~^_-`, at most 64 bytes.
    pub version: String,
    /// The version of `skink:hook` that it was built against.
    pub wit: String,
    /// The phases that it exports.
    pub phases: BTreeSet<Phase>,
    /// The grants that it asks for.
    #[serde(default)]
    pub grants: Grants,
    /// What of `build` it stands in for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub replaces: BTreeSet<Replaces>,
    /// The JSON schema of its settings; without one it takes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<serde_json::Value>,
}

/// Read first, so that a manifest of a later form is named as such and not as one with unknown keys.
#[derive(Deserialize)]
struct Form {
    manifest: u64,
}

impl Manifest {
    /// Reads the JSON of the section.
    ///
    /// # Errors
    /// It is too large, no JSON, of another form, has unknown keys or a malformed name or version.
    pub fn parse(json: &str) -> Result<Self, Refusal> {
        if json.len() > MAX_MANIFEST {
            return Err(unreadable(&format!("it has {} bytes, {MAX_MANIFEST} are allowed", json.len())));
        }
        let form: Form = serde_json::from_str(json).map_err(|error| unreadable(&error.to_string()))?;
        if form.manifest != 1 {
            return Err(Refusal::ManifestForm { found: form.manifest });
        }
        let manifest: Self = serde_json::from_str(json).map_err(|error| unreadable(&error.to_string()))?;
        if !is_version(&manifest.version) {
            return Err(unreadable("\"version\" must have 1 to 64 letters, digits and '.+~^_-'"));
        }
        Ok(manifest)
    }
}

fn unreadable(why: &str) -> Refusal {
    Refusal::Manifest { why: SafeText::line(why).truncated(300) }
}

fn is_version(raw: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b".+~^_-".contains(&b);
    (1..=64).contains(&raw.len()) && raw.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"manifest":1,"name":"rpmlint","version":"0.1.0","wit":"0.1.0","phases":["check"],
        "grants":{"results":true,"sources":true,"tools":["rpmlint"],"attachments":["rpmlint.log"]},
        "replaces":["rpmlint"],"settings":{"type":"object"}}"#;

    #[test]
    fn a_manifest_is_read_whole() {
        let manifest = Manifest::parse(GOOD).unwrap();
        assert_eq!(manifest.name.as_str(), "rpmlint");
        assert!(manifest.phases.contains(&Phase::Check));
        assert!(manifest.grants.results && !manifest.grants.outbox);
        assert_eq!(manifest.replaces.into_iter().collect::<Vec<_>>(), [Replaces::Rpmlint]);
        assert!(manifest.settings.is_some());
    }

    #[test]
    fn a_manifest_that_is_not_understood_whole_is_refused() {
        let rows = [
            ("\"name\":\"rpmlint\"", "\"name\":\"RPM\"", "must begin with a small letter"),
            ("\"name\":\"rpmlint\"", "\"name\":\"\\u001b[31m\"", "must begin with a small letter"),
            ("\"version\":\"0.1.0\"", "\"version\":\"1\\n[host] ok\"", "\"version\" must have"),
            ("\"version\":\"0.1.0\"", "\"version\":\"\"", "\"version\" must have"),
            ("\"version\":\"0.1.0\",", "", "missing field `version`"),
            ("\"manifest\":1,", "", "missing field `manifest`"),
            ("\"manifest\":1,", "\"manifest\":2,\"new\":1,", "has form 2, this Skink reads form 1"),
            ("\"replaces\":", "\"replace\":", "unknown field `replace`"),
            ("\"sources\":true", "\"root\":true", "unknown field `root`"),
            ("[\"check\"]", "[\"chek\"]", "unknown variant `chek`"),
            ("\"rpmlint.log\"", "\"../x\"", "must not hold '.', '..'"),
            ("{\"manifest\"", "[{\"manifest\"", "cannot be read"),
        ];
        for (from, to, text) in rows {
            let refusal = Manifest::parse(&GOOD.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(refusal.contains(text), "{to}: {refusal}");
            assert!(!refusal.contains('\u{1b}') && !refusal.contains('\n'), "{to}: {refusal:?}");
        }
        let bomb = "[".repeat(MAX_MANIFEST);
        assert!(Manifest::parse(&bomb).is_err());
        assert!(Manifest::parse(&GOOD.replace("{}", &" ".repeat(MAX_MANIFEST))).is_ok());
        let long = format!("{GOOD}{}", " ".repeat(MAX_MANIFEST));
        assert!(Manifest::parse(&long).unwrap_err().to_string().contains("65536 are allowed"));
    }
}
