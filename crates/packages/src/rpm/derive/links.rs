//! Which files of a derived package are one: links of one file of the original stay that, wherever they lie.

use super::layout::Laid;
use crate::{Entry, EntryKind};
use std::collections::HashMap;

/// Numbers the files, links of one file alike; gives the number for each of the originals.
pub(super) fn number_links(files: &mut [Laid], originals: &[Entry]) -> Vec<Option<u32>> {
    let identity =
        |entry: &Entry| (entry.kind == EntryKind::File).then_some((entry.file_system, entry.inode));
    let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
    for (file, number) in files.iter_mut().zip(1..) {
        let original = file.from.and_then(|_| identity(&file.entry));
        let number = original.map_or(number, |original| *numbers.entry(original).or_insert(number));
        (file.entry.inode, file.entry.file_system) = (number, 1);
    }
    let mut links: HashMap<u32, u32> = HashMap::new();
    files.iter().for_each(|file| *links.entry(file.entry.inode).or_default() += 1);
    for file in files.iter_mut() {
        file.links = links.get(&file.entry.inode).copied().unwrap_or(1);
    }
    originals.iter().map(|original| numbers.get(&identity(original)?).copied()).collect()
}
