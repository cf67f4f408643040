//! Which files of a derived package are one: links of one file of the original stay that, wherever they lie.

use super::layout::Laid;
use crate::{Entry, EntryKind};
use std::collections::HashMap;

/// Numbers the files, links of one file alike; gives the number for each of the originals.
pub(super) fn number_links(files: &mut [Laid], originals: &[Entry]) -> Vec<Option<u32>> {
    let mut numbers: HashMap<(u32, u32, usize), u32> = HashMap::new();
    for (file, number) in files.iter_mut().zip(1..) {
        let original = file.from.and_then(|place| identity(&file.entry, place));
        let number = original.map_or(number, |original| *numbers.entry(original).or_insert(number));
        (file.entry.inode, file.entry.file_system) = (number, 1);
    }
    let mut links: HashMap<u32, u32> = HashMap::new();
    files.iter().for_each(|file| *links.entry(file.entry.inode).or_default() += 1);
    for file in files.iter_mut() {
        file.links = links.get(&file.entry.inode).copied().unwrap_or(1);
    }
    let number = |(place, original)| numbers.get(&identity(original, place)?).copied();
    originals.iter().enumerate().map(number).collect()
}

/// What links of one file have alike. Where the original numbers none of its files, each is one of its own.
fn identity(entry: &Entry, place: usize) -> Option<(u32, u32, usize)> {
    let place = if entry.inode == 0 { place } else { 0 };
    (entry.kind == EntryKind::File).then_some((entry.file_system, entry.inode, place))
}
