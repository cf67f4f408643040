//! Writing the archive of a payload; see `rpm::archive` for its form.

use super::super::archive::{self, ALIGNMENT, TRAILER};
use super::layout::{Laid, Layout};
use std::io::{self, Write};

/// Bytes of a whole head without its name, and of the short one.
const HEAD: u64 = archive::HEAD as u64;
const SHORT_HEAD: u64 = archive::SHORT_HEAD as u64;

/// Bytes of the whole archive. Of the links of one file only one has the content.
pub(super) fn size(layout: &Layout) -> u64 {
    let has_content = layout.carriers();
    let entry = |(file, has_content): (&Laid, &bool)| {
        let content = if *has_content { padded(file.entry.size) } else { 0 };
        head_size(&file.entry.path, layout.is_large).saturating_add(content)
    };
    let entries = layout.files.iter().zip(&has_content).filter(|(file, _)| !file.entry.is_ghost());
    let entries = entries.map(entry).fold(0, u64::saturating_add);
    entries.saturating_add(padded(HEAD + TRAILER.len() as u64 + 1))
}

fn padded(bytes: u64) -> u64 {
    bytes.checked_next_multiple_of(ALIGNMENT).unwrap_or(bytes)
}

fn head_size(path: &str, is_large: bool) -> u64 {
    if is_large { padded(SHORT_HEAD) } else { padded(HEAD + path.len() as u64 + 2) }
}

/// Writes the head of one file, whose content of so many bytes follows.
pub(super) fn write_head(
    to: &mut impl Write,
    place: usize,
    file: &Laid,
    size: u64,
    is_large: bool,
) -> io::Result<()> {
    if is_large {
        write!(to, "07070X{place:08x}")?;
        return pad(to, SHORT_HEAD);
    }
    let entry = &file.entry;
    // Places with two zeros: owner and group, of whom rpm knows the names, and the device that the file was on.
    let (mode, links, name) = (entry.mode, file.links, format!(".{}", entry.path));
    write!(to, "070701{:08x}{mode:08x}{:08x}{:08x}{links:08x}", entry.inode, 0, 0)?;
    write!(to, "{:08x}{size:08x}{:08x}{:08x}", entry.modified as u32, 0, 1)?;
    write!(to, "{:08x}{:08x}{:08x}{:08x}", entry.device >> 8, entry.device & 0xff, name.len() + 1, 0)?;
    to.write_all(name.as_bytes())?;
    to.write_all(&[0])?;
    pad(to, HEAD + name.len() as u64 + 1)
}

/// Fills up after so many bytes.
pub(super) fn pad(to: &mut impl Write, written: u64) -> io::Result<()> {
    let missing = (padded(written) - written) as usize;
    to.write_all([0; ALIGNMENT as usize].get(..missing).unwrap_or_default())
}

/// Ends the archive.
pub(super) fn write_trailer(to: &mut impl Write) -> io::Result<()> {
    write!(to, "070701{:056x}{:08x}{:024x}{:08x}{:08x}", 0, 0, 0, TRAILER.len() + 1, 0)?;
    to.write_all(TRAILER.as_bytes())?;
    to.write_all(&[0])?;
    pad(to, HEAD + TRAILER.len() as u64 + 1)
}
