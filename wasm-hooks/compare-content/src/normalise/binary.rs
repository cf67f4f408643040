//! Times in what is no text: bytes of one length by others.

use crate::numbers::{big, little, slice};

/// Where the header is in what the script takes for Xen's program, and what is in it.
const PE: usize = 0x80;

/// The time of a program for UEFI, and the sum over it.
pub(super) fn efi(bytes: &mut [u8]) -> Option<()> {
    let is_one = bytes.starts_with(b"MZ") && little(bytes, 0x3c, 4)? == PE as u64;
    if !is_one || slice(bytes, PE as u64, 4)? != b"PE\0\0" {
        return None;
    }
    bytes.get_mut(PE + 8..PE + 12)?.fill(0);
    bytes.get_mut(PE + 0x58..PE + 0x5c)?.fill(0);
    Some(())
}

/// When the source of compiled Python was written. Where it has a sum of the source instead there is nothing to leave out.
pub(super) fn python(bytes: &mut [u8]) -> Option<()> {
    let (magic, newline) = (little(bytes, 0, 2)?, little(bytes, 2, 2)?);
    if newline != 0x0a0d {
        return None;
    }
    // From 3.7 on there are flags before it: where there is one, no time follows. What others than CPython write has lower numbers.
    let has_flags = (3392..20000).contains(&magic);
    if magic < 3000 || has_flags && little(bytes, 4, 4)? != 0 {
        return Some(());
    }
    let at = if has_flags { 8 } else { 4 };
    bytes.get_mut(at..at + 4)?.fill(0);
    Some(())
}

/// What TeX remarks at the beginning, which is the time.
pub(super) fn dvi(bytes: &mut [u8]) -> Option<()> {
    if *bytes.first()? != 247 {
        return None;
    }
    let len = usize::from(*bytes.get(14)?);
    bytes.get_mut(15..15 + len)?.fill(0);
    Some(())
}

/// When a picture was changed, with the sums over that.
pub(super) fn png(bytes: &mut [u8]) -> Option<()> {
    /// Bytes that no date is longer than, with its key.
    const DATE: u64 = 64;
    const KEYS: [&[u8]; 3] = [b"date:create\0", b"date:modify\0", b"date:timestamp\0"];
    if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return None;
    }
    let (mut at, mut is_end) = (8, false);
    while !is_end && at < bytes.len() as u64 {
        let len = big(bytes, at, 4)?;
        let (kind, data) = (slice(bytes, at + 4, 4)?, slice(bytes, at + 8, len)?);
        let is_date = || len <= DATE && KEYS.iter().any(|key| data.starts_with(key));
        let is_time = kind == b"tIME" && len == 7 || kind == b"tEXt" && is_date();
        is_end = kind == b"IEND";
        let next = at + 12 + len;
        if is_time {
            bytes.get_mut(usize::try_from(at + 8).ok()?..usize::try_from(next).ok()?)?.fill(0);
        }
        at = next;
    }
    Some(())
}
