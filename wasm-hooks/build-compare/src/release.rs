//! Version and release of a package, and the texts of it that hold them.
//!
//! A build of the same sources has another release each time. Where a package names itself by it (folders of kernel
//! modules, dependencies among its subpackages, the scripts of updates) that is no change, so such places are
//! replaced by a mark on both sides before they are compared. Everywhere else a release counts as any other text.
//!
//! Invariant: no text looks like another one in which something was replaced. Marks begin with a character, and where a text has
//! that character itself, it is doubled.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use skink_compare_content as content;

/// What each mark begins with.
const SIGN: char = '\u{1}';
const SIGNS: &str = "\u{1}\u{1}";

const LONG: &str = "\u{1}@VERSION@-@RELEASE_LONG@";
const SHORT: &str = "\u{1}@VERSION@-@RELEASE_SHORT@";
const NAMED: &str = "\u{1}@NAME_VER_REL@";
const RELEASE: &str = "\u{1}@RELEASE_LONG@";

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
        let mut text = signed(part);
        if self.is_in(line) {
            self.replace(&mut text, &self.long, LONG);
            self.replace(&mut text, &self.short, SHORT);
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
            text = Cow::Owned(text.replace(&own, &format!("--release \"{RELEASE}\" --kernel")));
        }
        text
    }

    /// The text with marks wherever the version with its release stands.
    pub(crate) fn everywhere(&self, text: &str) -> String {
        let mut text = signed(text);
        self.replace(&mut text, &self.long, LONG);
        text.into_owned()
    }

    /// Whether a line may hold version and release anywhere: it tells of a folder that is named so, or ends with them.
    fn is_in(&self, line: &str) -> bool {
        let closes = |at: usize| {
            behind(line, at, &self.long).is_some_and(|rest| rest.is_empty() || rest.starts_with(')'))
        };
        FOLDERS.iter().any(|folder| line.contains(folder))
            || places(line, &self.long, self.is_deb).any(closes)
    }

    fn replace(&self, text: &mut Cow<'_, str>, own: &str, mark: &str) {
        if let Some(replaced) = replaced(text, own, mark, self.is_deb) {
            *text = Cow::Owned(replaced);
        }
    }

    /// Replaces what is named by the package in a folder, where the name goes on.
    fn update(&self, text: &str, folder: &str) -> String {
        let mut parts = text.split(folder);
        let mut made: String = parts.next().unwrap_or_default().into();
        for part in parts {
            made.push_str(folder);
            let rest = part.strip_prefix(&self.named);
            match rest.filter(|rest| ends(rest) && rest.starts_with(|c: char| c != ' ' && c != '\t')) {
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

/// The name of a file beside packages of these versions, with marks in their places. An epoch is in no name.
pub(crate) fn in_name(name: &str, versions: &[&str]) -> String {
    let mut text = signed(name).into_owned();
    for version in versions {
        let own = version.split_once(':').map_or(*version, |(_, own)| own);
        if let Some(replaced) = replaced(&text, own, LONG, false) {
            text = replaced;
        }
    }
    text
}

/// A text in which nothing is a mark.
fn signed(text: &str) -> Cow<'_, str> {
    if text.contains(SIGN) { text.replace(SIGN, SIGNS).into() } else { text.into() }
}

/// A text with a mark wherever a version stands that is no part of a longer one; none where there is none.
fn replaced(text: &str, own: &str, mark: &str, is_deb: bool) -> Option<String> {
    let (mut made, mut kept) = (String::new(), 0_usize);
    for at in places(text, own, is_deb) {
        made.extend([text.get(kept..at)?, mark]);
        kept = at.saturating_add(own.len());
    }
    made.push_str(text.get(kept..).filter(|_| kept > 0)?);
    Some(made)
}

/// Where a version stands that is no part of a longer one.
fn places<'t>(text: &'t str, own: &'t str, is_deb: bool) -> impl Iterator<Item = usize> + 't {
    let found = text.match_indices(own).map(|(at, _)| at).filter(|_| !own.is_empty());
    found.filter(move |at| {
        text.get(..*at).is_some_and(|before| begins(before, is_deb))
            && behind(text, *at, own).is_some_and(ends)
    })
}

fn behind<'t>(text: &'t str, at: usize, own: &str) -> Option<&'t str> {
    text.get(at.saturating_add(own.len())..)
}

/// Whether a version may begin behind a text: `3.0.1-1` has no `0.1-1` in it. Of a deb the epoch is a part of the version.
fn begins(before: &str, is_deb: bool) -> bool {
    let mut last = before.chars().rev();
    match (last.next(), last.next()) {
        (Some(':'), Some(number)) => !is_deb || !number.is_ascii_digit(),
        (Some(last), _) => !last.is_alphanumeric() && !matches!(last, '.' | '~' | '+' | '^'),
        (None, _) => true,
    }
}

/// Whether a version may end before a text: `1.0-15` and `1.0-1.5` are not `1.0-1`.
fn ends(behind: &str) -> bool {
    let mut next = behind.chars();
    match (next.next(), next.next()) {
        (Some('.'), Some(next)) => !next.is_ascii_digit(),
        (Some('~' | '+' | '^'), Some(next)) => !next.is_ascii_alphanumeric(),
        (Some(next), _) => !next.is_ascii_digit(),
        (None, _) => true,
    }
}

#[cfg(test)]
mod tests;
