//! Texts of which more is known than a line says.

use super::{by_rules, each_line, rules};
use crate::pattern::{Fuel, Rule, once};
use crate::{Release, release};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use memchr::memmem;

/// When an entry of a changelog was made.
const ENTRY: &[Rule] =
    &[once("^ -- %*  {%a, %e %a %4 %2:%2:%2 +%4}$"), once("^ -- %*  {%a, %e %a %4 %2:%2:%2 -%4}$")];

/// Without the release at the top, and times below.
pub(super) fn debian_changelog(text: &[u8], release: Release<'_>) -> Vec<u8> {
    super::lines(&release::without(text, release), ENTRY)
}

/// Scripts and messages that have the package's name in them.
pub(super) fn update(text: &[u8], release: Release<'_>) -> Vec<u8> {
    each_line(text, |_, line| {
        Some(release::without_whole(line, release).map_or(Cow::Borrowed(line), Cow::Owned))
    })
}

/// The most lines that are sorted.
const LINES: usize = 1 << 20;

/// Lines whose order does not count; of more than a million it does.
pub(super) fn sorted(text: &[u8]) -> Vec<u8> {
    if memchr::memchr_iter(b'\n', text).count() > LINES {
        return text.to_vec();
    }
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    lines.sort_unstable();
    lines.join(&b"\n"[..])
}

/// Without the lines that say when it was made, and by which groff, of what: among the remarks that it begins with, since elsewhere
/// such a line may be within a text that is shown.
pub(super) fn postscript(text: &[u8]) -> Option<Vec<u8>> {
    let follows = |line: &[u8], word: &[u8]| {
        let rest = line.strip_prefix(word)?;
        rest.split_first().filter(|(blank, _)| b" \t".contains(blank)).map(|(_, rest)| rest.to_vec())
    };
    let is_groff = |line: &[u8]| {
        let rest = follows(line, b"%%Creator:").and_then(|rest| follows(&rest, b"groff"));
        rest.and_then(|rest| follows(&rest, b"version")).is_some()
    };
    let mut is_head = text.starts_with(b"%!");
    is_head.then_some(())?;
    Some(each_line(text, |_, line| {
        is_head &= line.starts_with(b"%");
        let is_time = follows(line, b"%%CreationDate:").is_some();
        let is_source = follows(line, b"%DVIPSSource:").is_some();
        // Where a line of the file is several of the program, more than a remark would be gone.
        let is_one = memchr::memchr2(b'\r', 0x0c, line.strip_suffix(b"\r").unwrap_or(line)).is_none();
        let is_left_out = is_head && is_one && (is_time || is_source || is_groff(line));
        (!is_left_out).then_some(Cow::Borrowed(line))
    }))
}

/// Among the remarks that a file begins with.
pub(super) fn elc(text: &[u8]) -> Vec<u8> {
    let mut fuel = Fuel::of(text);
    let mut is_head = true;
    each_line(text, |_, line| {
        is_head &= line.is_empty() || line.starts_with(b";");
        Some(by_rules(line, if is_head { rules::ELC } else { &[] }, &mut fuel))
    })
}

/// In objects, which go from a line with `obj` to the next one with `endobj`.
pub(super) fn pdf(text: &[u8]) -> Option<Vec<u8>> {
    text.starts_with(b"%PDF-").then_some(())?;
    let mut fuel = Fuel::of(text);
    let mut is_inside = false;
    let changed = each_line(text, |_, line| {
        let begins = !is_inside && memmem::find(line, b"obj").is_some();
        if !is_inside && !begins {
            return Some(Cow::Borrowed(line));
        }
        is_inside = begins || memmem::find(line, b"endobj").is_none();
        Some(by_rules(line, rules::PDF, &mut fuel))
    });
    Some(changed)
}

/// The first line alone.
pub(super) fn dune(text: &[u8]) -> Vec<u8> {
    let mut fuel = Fuel::of(text);
    each_line(text, |number, line| {
        let rules = if number == 0 { rules::DUNE } else { &[] };
        Some(by_rules(line, rules, &mut fuel))
    })
}
