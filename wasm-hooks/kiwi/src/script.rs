//! The script that the tool runs: it indexes the packages, calls kiwi, and bundles what comes of it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_script::word;
use skink_sdk::Failure;

/// What stays the same.
const BODY: &str = include_str!("build.sh");

/// One build of an image.
#[derive(Debug)]
pub(crate) struct Image<'a> {
    /// Where the sources are.
    pub(crate) sources: String,
    /// The description's file name.
    pub(crate) recipe: &'a str,
    /// The release of the build.
    pub(crate) release: &'a str,
    /// Profiles, an image each; none is the description's own choice.
    pub(crate) profiles: Vec<String>,
    /// The type of image.
    pub(crate) kind: Option<&'a str>,
}

impl Image<'_> {
    /// The script.
    ///
    /// # Errors
    /// A word that no program can be given.
    pub(crate) fn script(&self) -> Result<String, Failure> {
        let mut text = format!(
            "sources={}\nrecipe={}\nid={}\nkind={}\n{BODY}",
            word(&self.sources)?,
            word(self.recipe)?,
            word(&format!("Build{}", self.release))?,
            word(self.kind.unwrap_or_default())?,
        );
        for profile in &self.profiles {
            text.push_str(&format!("image {}\n", word(profile)?));
        }
        if self.profiles.is_empty() {
            text.push_str("image ''\n");
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn image(recipe: &'static str, profiles: &[&str]) -> Image<'static> {
        let profiles = profiles.iter().map(|name| String::from(*name)).collect();
        Image { sources: "/job/sources".into(), recipe, release: "1.2", profiles, kind: Some("tbz") }
    }

    #[test]
    fn scripts_name_what_is_to_be_built() {
        let text = image("it's.kiwi", &["a", "b"]).script().unwrap();
        assert!(
            text.starts_with("sources='/job/sources'\nrecipe='it'\\''s.kiwi'\nid='Build1.2'\nkind='tbz'\n")
        );
        assert!(text.ends_with("image 'a'\nimage 'b'\n"), "{text}");
        assert!(image("a.kiwi", &[]).script().unwrap().ends_with("\nimage ''\n"));
        assert!(matches!(image("a\0.kiwi", &[]).script(), Err(Failure::Invalid(_))));
    }

    #[test]
    fn a_shell_can_read_it() {
        let text = image("it's.kiwi", &["a"]).script().unwrap();
        let read = Command::new("sh").args(["-n", "-c", &text]).output().unwrap();
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    }
}
