//! Version and release of a package, and the texts of it that hold them.
//!
//! A build of the same sources has another release each time. Where a package names itself by it (folders of kernel
//! modules, dependencies among its subpackages, the scripts of updates) that is no change, so such places are
//! replaced by a mark on both sides before they are compared. Everywhere else a release counts as any other text.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use skink_compare_content as content;

const LONG: &str = "@VERSION@-@RELEASE_LONG@";
const SHORT: &str = "@VERSION@-@RELEASE_SHORT@";
const NAMED: &str = "@NAME_VER_REL@";
const RELEASE: &str = "@RELEASE_LONG@";

/// Folders that are named by version and release; a line with one of them may hold them anywhere.
const FOLDERS: [&str; 4] = ["/boot", "/lib/modules", "/lib/firmware", "/usr/src"];

/// Folders of scripts and messages that are named by name, version and release.
const UPDATES: [&str; 2] = ["/var/adm/update-scripts/", "/var/adm/update-messages/"];

/// By what a package names itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Release {
    pub(crate) name: String,
    /// In a deb what stands before the last `-`.
    pub(crate) version: String,
    /// In a deb what stands behind the last `-`; empty where it has none.
    pub(crate) release: String,
    is_deb: bool,
    /// `VERSION-RELEASE`.
    long: String,
    /// Without the last number of the release, which counts the builds; empty where that is all of it.
    short: String,
    /// `NAME-VERSION-RELEASE`.
    named: String,
}

impl Release {
    pub(crate) fn of_rpm(name: &str, version: &str, release: &str) -> Self {
        let long = format!("{version}-{release}");
        Self::new(name, version, release, long)
    }

    /// The version of a deb has its revision within.
    pub(crate) fn of_deb(name: &str, whole: &str) -> Self {
        let (version, release) = whole.rsplit_once('-').unwrap_or((whole, ""));
        Self { is_deb: true, ..Self::new(name, version, release, whole.into()) }
    }

    fn new(name: &str, version: &str, release: &str, long: String) -> Self {
        let short = release.rsplit_once('.').map(|(short, _)| format!("{version}-{short}"));
        let named = format!("{name}-{long}");
        let (name, version, release) = (name.into(), version.into(), release.into());
        Self { name, version, release, is_deb: false, long, short: short.unwrap_or_default(), named }
    }

    /// `VERSION-RELEASE`.
    pub(crate) fn long(&self) -> &str {
        &self.long
    }

    /// As the comparison of contents takes it: the version of a deb is one word.
    pub(crate) fn told(&self) -> content::Release<'_> {
        let (version, release) =
            if self.is_deb { (&self.long, "") } else { (&self.version, self.release.as_str()) };
        content::Release { name: &self.name, version, release }
    }

    /// A line with marks in the place of what another build has otherwise.
    pub(crate) fn line<'a>(&self, line: &'a str) -> Cow<'a, str> {
        self.part(line, line)
    }

    /// The same for a part of a line, such as a path of a list of files.
    pub(crate) fn part<'a>(&self, part: &'a str, line: &str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(part);
        if self.is_in(line) {
            replace(&mut text, &self.long, LONG);
            replace(&mut text, &self.short, SHORT);
        }
        for folder in UPDATES {
            if text.contains(folder) {
                text = Cow::Owned(self.update(&text, folder));
            }
        }
        if let Some(start) = self.kernel_module(&text) {
            text = Cow::Owned(format!("{start}{RELEASE}"));
        }
        if text.contains("--release \"") {
            let own = format!("--release \"{}\" --kernel", self.release);
            replace(&mut text, &own, &format!("--release \"{RELEASE}\" --kernel"));
        }
        text
    }

    /// The text with marks wherever the version with its release stands.
    pub(crate) fn everywhere(&self, text: &str) -> String {
        let mut text = Cow::Borrowed(text);
        replace(&mut text, &self.long, LONG);
        text.into_owned()
    }

    /// Whether a line may hold version and release anywhere: it tells of a folder that is named so, or ends with them.
    fn is_in(&self, line: &str) -> bool {
        let closed = || line.match_indices(&self.long).any(|(at, own)| follows(line, at, own, ')'));
        FOLDERS.iter().any(|folder| line.contains(folder)) || line.ends_with(&self.long) || closed()
    }

    /// Replaces what is named by the package in a folder, where the name goes on.
    fn update(&self, text: &str, folder: &str) -> String {
        let mut parts = text.split(folder);
        let mut made: String = parts.next().unwrap_or_default().into();
        for part in parts {
            made.push_str(folder);
            let rest = part.strip_prefix(&self.named);
            match rest.filter(|rest| rest.starts_with(|c: char| c != ' ' && c != '\t')) {
                Some(rest) => made.extend([NAMED, rest]),
                None => made.push_str(part),
            }
        }
        made
    }

    /// What stands before the release in a line `NAME-kmp-FLAVOUR … VERSION_kKERNEL-RELEASE`.
    fn kernel_module<'t>(&self, line: &'t str) -> Option<&'t str> {
        let start = line
            .strip_suffix(&self.release)
            .filter(|start| !self.release.is_empty() && start.ends_with('-'))?;
        if start.starts_with([' ', '\t']) {
            return None;
        }
        let mut characters = start.chars();
        characters.next()?;
        let (_, behind) = characters.as_str().split_once("-kmp-")?;
        let (_, behind) = behind.split_once([' ', '\t'])?;
        let (_, behind) = behind.split_once("_k")?;
        behind.ends_with('-').then_some(start)
    }
}

fn follows(line: &str, at: usize, own: &str, mark: char) -> bool {
    line.get(at.saturating_add(own.len())..).is_some_and(|rest| rest.starts_with(mark))
}

/// Replaces a text that is there and not empty.
fn replace(text: &mut Cow<'_, str>, own: &str, mark: &str) {
    if !own.is_empty() && text.contains(own) {
        *text = Cow::Owned(text.replace(own, mark));
    }
}

#[cfg(test)]
mod tests;
