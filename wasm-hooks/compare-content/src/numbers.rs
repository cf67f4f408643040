//! Numbers of a file's structures, wherever a file says that they are.

/// Bytes from one place on; none where there are too few.
pub(crate) fn slice(bytes: &[u8], at: u64, len: u64) -> Option<&[u8]> {
    let (at, len) = (usize::try_from(at).ok()?, usize::try_from(len).ok()?);
    bytes.get(at..at.checked_add(len)?)
}

/// A number of up to eight bytes, the smallest first.
pub(crate) fn little(bytes: &[u8], at: u64, len: u64) -> Option<u64> {
    let digits = slice(bytes, at, len)?.iter().rev();
    Some(digits.fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// A number of up to eight bytes, the largest first.
pub(crate) fn big(bytes: &[u8], at: u64, len: u64) -> Option<u64> {
    let digits = slice(bytes, at, len)?.iter();
    Some(digits.fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// A number in digits, in a field that is filled up with blanks or zeros.
pub(crate) fn written(field: &[u8], radix: u32) -> Option<u64> {
    let text = core::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    // No sign: a field has digits alone.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u64::from_str_radix(text, radix).ok()
}
