//! The release and the number of the build in texts, where another one is no change.

use crate::Release;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{borrow::ToOwned, format};
use memchr::memmem;

/// Folders whose names have the release in them.
const FOLDERS: [&[u8]; 4] = [b"/boot", b"/lib/modules", b"/lib/firmware", b"/usr/src"];
/// Folders of scripts that are named by the package.
const UPDATES: [&[u8]; 2] = [b"/var/adm/update-scripts/", b"/var/adm/update-messages/"];
/// Links by the identity of a program, which is another one each time.
const BUILD_ID: &[u8] = b"/usr/lib/.build-id";

/// The longest line in which something is replaced.
const LINE: usize = 1 << 20;

/// What a package's name is made of.
struct Words {
    /// Version and release.
    long: String,
    /// Without the number of the build.
    short: String,
    /// The release alone.
    release: String,
    /// Name, version and release.
    whole: String,
}

impl Words {
    fn of(release: Release<'_>) -> Option<Self> {
        let Release { name, version, release } = release;
        let long = if release.is_empty() { version.to_owned() } else { format!("{version}-{release}") };
        if long.is_empty() {
            return None;
        }
        let release = long.rsplit_once('-').map_or(long.as_str(), |(_, release)| release).to_owned();
        let short = long.rsplit_once('.').filter(|_| release.contains('.'));
        let short = short.map_or(long.as_str(), |(short, _)| short).to_owned();
        Some(Self { whole: format!("{name}-{long}"), long, short, release })
    }
}

/// A text without them; lines of links by identity are gone.
pub(crate) fn without(text: &[u8], release: Release<'_>) -> Vec<u8> {
    let Some(words) = Words::of(release) else { return text.to_vec() };
    let mut done = Vec::with_capacity(text.len());
    // Marks are longer than what they stand for: of a text of nothing else there would be many times as much.
    let most = text.len().saturating_mul(2).saturating_add(LINE);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let (line, newline) = line.strip_suffix(b"\n").map_or((line, &b""[..]), |line| (line, b"\n"));
        if memmem::find(line, BUILD_ID).is_none() {
            done.extend_from_slice(&of_line(line, &words));
            done.extend_from_slice(newline);
        }
        if done.len() > most {
            return text.to_vec();
        }
    }
    done
}

/// Name, version and release of the package itself, where they are first in a line.
pub(crate) fn without_whole(line: &[u8], release: Release<'_>) -> Option<Vec<u8>> {
    let words = Words::of(release)?;
    let whole = words.whole.as_bytes();
    let at = memmem::find(line, whole)?;
    Some([line.get(..at)?, b"@NVR@", line.get(at + whole.len()..)?].concat())
}

fn of_line<'a>(line: &'a [u8], words: &Words) -> Cow<'a, [u8]> {
    if line.len() > LINE {
        return Cow::Borrowed(line);
    }
    let (long, release) = (words.long.as_bytes(), words.release.as_bytes());
    let mut line = Cow::Borrowed(line);
    let is_path = FOLDERS.iter().any(|folder| memmem::find(&line, folder).is_some());
    if is_path || line.ends_with(long) || memmem::find(&line, &[long, b")"].concat()).is_some() {
        replace(&mut line, long, b"@VR@");
        replace(&mut line, words.short.as_bytes(), b"@V@");
    }
    for folder in UPDATES {
        let named = [folder, words.whole.as_bytes()].concat();
        replace_before_text(&mut line, &named, &[folder, b"@NVR@"].concat());
    }
    if is_of_kernel_modules(&line, release) {
        let kept = line.len() - release.len();
        line = Cow::Owned([line.get(..kept).unwrap_or_default(), b"@R@"].concat());
    }
    let said = [b"--release \"", release, b"\" --kernel"].concat();
    replace(&mut line, &said, b"--release \"@R@\" --kernel");
    line
}

fn replace(line: &mut Cow<'_, [u8]>, what: &[u8], with: &[u8]) {
    replace_where(line, what, with, |_| true);
}

/// Only where a word goes on behind it.
fn replace_before_text(line: &mut Cow<'_, [u8]>, what: &[u8], with: &[u8]) {
    let goes_on = |rest: &[u8]| rest.first().is_some_and(|byte| !b" \t".contains(byte));
    replace_where(line, what, with, goes_on);
}

fn replace_where(line: &mut Cow<'_, [u8]>, what: &[u8], with: &[u8], is_one: impl Fn(&[u8]) -> bool) {
    let (mut done, mut kept) = (Vec::new(), 0);
    for at in memmem::find_iter(line, what) {
        let end = at + what.len();
        if is_one(line.get(end..).unwrap_or_default()) {
            done.extend_from_slice(line.get(kept..at).unwrap_or_default());
            done.extend_from_slice(with);
            kept = end;
        }
    }
    if kept > 0 {
        done.extend_from_slice(line.get(kept..).unwrap_or_default());
        *line = Cow::Owned(done);
    }
}

/// Whether a line is that of a package of kernel modules, with a version that has the kernel's in it.
fn is_of_kernel_modules(line: &[u8], release: &[u8]) -> bool {
    let found = || {
        let rest = line.strip_suffix(release)?.strip_suffix(b"-")?;
        let rest = rest.get(1..).filter(|_| !line.starts_with(b" ") && !line.starts_with(b"\t"))?;
        let rest = rest.get(memmem::find(rest, b"-kmp-")? + 5..)?;
        let rest = rest.get(memchr::memchr2(b' ', b'\t', rest)?..)?;
        memmem::find(rest, b"_k")
    };
    found().is_some()
}
