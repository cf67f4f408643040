//! Anchors of pages, which are numbered as they come: by what made the page, and not by who wrote it.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use memchr::memmem;

/// A page without the numbers. A tag ends at its first `>`, as for the script that this follows.
pub(super) fn without_anchors(page: &[u8]) -> Vec<u8> {
    let mut made = Vec::with_capacity(page.len());
    let mut rest = page;
    while let Some(begin) = memchr::memchr(b'<', rest) {
        let (before, tag) = rest.split_at_checked(begin).unwrap_or((rest, b""));
        made.extend_from_slice(before);
        let Some(end) = memchr::memchr(b'>', tag) else {
            rest = tag;
            break;
        };
        let (tag, behind) = tag.split_at_checked(end + 1).unwrap_or((tag, b""));
        made.extend_from_slice(&of_tag(tag));
        rest = behind;
    }
    made.extend_from_slice(rest);
    made
}

fn of_tag(tag: &[u8]) -> Cow<'_, [u8]> {
    let mut tag = Cow::Borrowed(tag);
    if tag.starts_with(b"<a") {
        for name in [&b"id="[..], b"name="] {
            replace(&mut tag, name, |value| {
                let is_numbered = value.strip_prefix(b"id").is_some_and(|rest| is_word(rest, b""));
                is_numbered.then_some((0, b"@ID@"))
            });
        }
        replace(&mut tag, b"href=", |value| {
            let hash = memchr::memchr(b'#', value)?;
            is_page(value.get(..hash)?).then_some(())?;
            (hash + 1 < value.len()).then_some((hash + 1, b"@ANCHOR@"))
        });
    } else if tag.starts_with(b"<div") {
        replace(&mut tag, b"id=", |value| is_word(value, b".").then_some((0, b"@ID@")));
    }
    tag
}

/// Whether it leads to a page, and is no program that is written in place of an address.
fn is_page(address: &[u8]) -> bool {
    let is_known = [&b"http:"[..], b"https:", b"file:"].iter().any(|scheme| address.starts_with(scheme));
    !address.contains(&b'&') && (is_known || !address.contains(&b':'))
}

/// Small letters and digits, and a few more.
fn is_word(text: &[u8], more: &[u8]) -> bool {
    let is_one = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || more.contains(byte);
    !text.is_empty() && text.iter().all(is_one)
}

type Replaced = Option<(usize, &'static [u8])>;

/// Puts something in the place of an attribute's value, from a place in it on, at the last one where that is asked for.
fn replace(tag: &mut Cow<'_, [u8]>, name: &[u8], with: impl Fn(&[u8]) -> Replaced) {
    let found = memmem::rfind_iter(tag, name).find_map(|at| {
        let mut begin = at + name.len();
        // A line may end there.
        if tag.get(begin) == Some(&b'\n') {
            begin += 1;
        }
        let value = tag.get(begin..)?.strip_prefix(b"\"")?;
        let value = value.get(..memchr::memchr(b'"', value)?)?;
        let (from, mark) = with(value)?;
        Some((begin + 1 + from, mark, begin + 1 + value.len()))
    });
    let changed = found.and_then(|(from, mark, to)| Some([tag.get(..from)?, mark, tag.get(to..)?].concat()));
    if let Some(changed) = changed {
        *tag = Cow::Owned(changed);
    }
}
