//! The release and the number of the build in texts, where another one is no change.
//!
//! Invariant: no text looks like another one in which something was replaced. Marks begin with a character, and where a text has
//! that character itself, it is doubled.

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

/// What each mark begins with.
const SIGN: u8 = 1;

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
    is_deb: bool,
}

impl Words {
    fn of(release: Release<'_>) -> Option<Self> {
        let Release { name, version, release } = release;
        let is_deb = release.is_empty();
        let long = if is_deb { version.to_owned() } else { format!("{version}-{release}") };
        if long.is_empty() {
            return None;
        }
        let release = long.rsplit_once('-').map_or(long.as_str(), |(_, release)| release).to_owned();
        let short = long.rsplit_once('.').filter(|_| release.contains('.'));
        let short = short.map_or(long.as_str(), |(short, _)| short).to_owned();
        Some(Self { whole: format!("{name}-{long}"), long, short, release, is_deb })
    }
}

/// A text without them; lines of links by identity are gone.
pub(crate) fn without(text: &[u8], release: Release<'_>) -> Vec<u8> {
    let text = signed(text);
    let Some(words) = Words::of(release) else { return text.into_owned() };
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
            return text.into_owned();
        }
    }
    done
}

/// Name, version and release of the package itself, where they are first in a line.
pub(crate) fn without_whole(line: &[u8], release: Release<'_>) -> Option<Vec<u8>> {
    let words = Words::of(release)?;
    let line = signed(line);
    let whole = words.whole.as_bytes();
    let Some(at) = places(&line, whole, &words).next() else {
        return Some(line.into_owned());
    };
    Some([line.get(..at)?, b"\x01@NVR@", line.get(at + whole.len()..)?].concat())
}

/// A text in which nothing is a mark.
fn signed(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(SIGN, text).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split(|byte| *byte == SIGN).collect::<Vec<_>>().join(&[SIGN, SIGN][..]))
}

/// Where words stand that are no part of longer ones.
fn places<'t>(text: &'t [u8], what: &'t [u8], words: &Words) -> impl Iterator<Item = usize> + 't {
    let is_deb = words.is_deb;
    memmem::find_iter(text, what).filter(move |at| {
        let (before, behind) = (text.get(..*at), text.get(at + what.len()..));
        begins(before.unwrap_or_default(), is_deb) && ends(behind.unwrap_or_default())
    })
}

/// Whether a version may begin behind a text: `3.0.1-1` has no `0.1-1` in it. Of a deb the epoch is a part of the version.
fn begins(before: &[u8], is_deb: bool) -> bool {
    match before {
        [.., number, b':'] => !is_deb || !number.is_ascii_digit(),
        [.., last] => !last.is_ascii_alphanumeric() && !b".~+^".contains(last),
        [] => true,
    }
}

/// Whether a version may end before a text: `1.0-15` and `1.0-1.5` are not `1.0-1`.
fn ends(behind: &[u8]) -> bool {
    match behind {
        [b'.', next, ..] => !next.is_ascii_digit(),
        [b'~' | b'+' | b'^', next, ..] => !next.is_ascii_alphanumeric(),
        [next, ..] => !next.is_ascii_digit(),
        [] => true,
    }
}

fn of_line<'a>(line: &'a [u8], words: &Words) -> Cow<'a, [u8]> {
    if line.len() > LINE {
        return Cow::Borrowed(line);
    }
    let (long, release) = (words.long.as_bytes(), words.release.as_bytes());
    let mut line = Cow::Borrowed(line);
    if is_in(&line, words) {
        replace(&mut line, long, b"\x01@VR@", words);
        replace(&mut line, words.short.as_bytes(), b"\x01@V@", words);
    }
    for folder in UPDATES {
        let named = [folder, words.whole.as_bytes()].concat();
        // Only where a word goes on behind it.
        let goes_on = |rest: &[u8]| ends(rest) && rest.first().is_some_and(|byte| !b" \t".contains(byte));
        let found = memmem::find_iter(&line, &named)
            .filter(|at| goes_on(line.get(at + named.len()..).unwrap_or_default()));
        let found: Vec<usize> = found.collect();
        replace_at(&mut line, &found, named.len(), &[folder, b"\x01@NVR@"].concat());
    }
    if is_of_kernel_modules(&line, release) {
        let kept = line.len() - release.len();
        line = Cow::Owned([line.get(..kept).unwrap_or_default(), b"\x01@R@"].concat());
    }
    let said = [b"--release \"", release, b"\" --kernel"].concat();
    let found: Vec<usize> = memmem::find_iter(&line, &said).collect();
    replace_at(&mut line, &found, said.len(), b"--release \"\x01@R@\" --kernel");
    line
}

/// Whether a line may hold version and release anywhere: it tells of a folder that is named so, or ends with them.
fn is_in(line: &[u8], words: &Words) -> bool {
    let long = words.long.as_bytes();
    let closes = |at: usize| matches!(line.get(at + long.len()..), Some([] | [b')', ..]));
    FOLDERS.iter().any(|folder| memmem::find(line, folder).is_some()) || places(line, long, words).any(closes)
}

fn replace(line: &mut Cow<'_, [u8]>, what: &[u8], with: &[u8], words: &Words) {
    let found: Vec<usize> = places(line, what, words).collect();
    replace_at(line, &found, what.len(), with);
}

/// Replaces so many bytes at each of these places.
fn replace_at(line: &mut Cow<'_, [u8]>, places: &[usize], len: usize, with: &[u8]) {
    if places.is_empty() {
        return;
    }
    let (mut done, mut kept) = (Vec::new(), 0);
    for at in places {
        done.extend_from_slice(line.get(kept..*at).unwrap_or_default());
        done.extend_from_slice(with);
        kept = at + len;
    }
    done.extend_from_slice(line.get(kept..).unwrap_or_default());
    *line = Cow::Owned(done);
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
