//! The packages of the example's chroot: downloaded once, kept under `target/`.
//!
//! Two folders: `pool` is what every build may use, `extra` is what only a hook brings in. Invariant: a stamp
//! names the lists that they were made from and the size of each file; where it fits, apt is not called.

use crate::digest;
use crate::layout::{Layout, fresh_folder, remove_folder, write};
use crate::setup::{Apt, is_debian};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Downloads what is not here.
pub(crate) fn ensure(layout: &Layout) -> anyhow::Result<()> {
    let start = Instant::now();
    let base = read_list(&layout.examples().join("packages"))?;
    let extra = read_list(&layout.examples().join("packages-extra"))?;
    let lists = digest::of_bytes(format!("{base:?} {extra:?} {}", distribution()).as_bytes());
    let stamp_file = layout.cache().join("pool.stamp");
    if fs::read_to_string(&stamp_file).is_ok_and(|old| stamp(layout, &lists).is_ok_and(|now| now == old)) {
        return Ok(());
    }
    if !is_debian() {
        bail!(
            "the example's chroot is made of Debian packages, and there is no apt-get here to download them"
        );
    }
    println!("pool: downloading the packages of the example's chroot, needed by demo and test");
    download(layout, &base, &extra)?;
    let stamp = stamp(layout, &lists)?;
    write(&stamp_file, &stamp)?;
    let files = stamp.lines().count().saturating_sub(1);
    println!("pool: {files} packages in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Fills both folders under other names first, so that a broken download leaves the old ones.
fn download(layout: &Layout, base: &[String], extra: &[String]) -> anyhow::Result<()> {
    let apt = Apt::new(layout);
    let pool = layout.cache().join("pool.partial");
    let more = layout.cache().join("extra.partial");
    fresh_folder(&pool)?;
    fresh_folder(&more)?;
    apt.download(base, &pool)?;
    let in_pool = sizes(&pool)?;
    for name in in_pool.keys() {
        fs::hard_link(pool.join(name), more.join(name)).with_context(|| format!("linking {name}"))?;
    }
    apt.download(&[base, extra].concat(), &more)?;
    for name in in_pool.keys() {
        fs::remove_file(more.join(name)).with_context(|| format!("removing the link {name}"))?;
    }
    for (from, to) in [(pool, layout.pool()), (more, layout.extra())] {
        remove_folder(&from.join("partial"))?;
        fs::remove_file(from.join("lock")).unwrap_or_default();
        remove_folder(&to)?;
        fs::rename(&from, &to).with_context(|| format!("moving {} to {}", from.display(), to.display()))?;
    }
    Ok(())
}

/// What both folders hold, below the digest of the lists.
fn stamp(layout: &Layout, lists: &str) -> anyhow::Result<String> {
    let mut stamp = format!("{lists}\n");
    for (role, folder) in [("pool", layout.pool()), ("extra", layout.extra())] {
        for (name, size) in sizes(&folder)? {
            stamp.push_str(&format!("{role}/{name} {size}\n"));
        }
    }
    Ok(stamp)
}

/// The packages in a folder, with their sizes in bytes.
fn sizes(folder: &Path) -> anyhow::Result<BTreeMap<String, u64>> {
    let context = || format!("listing {}", folder.display());
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        let entry = entry.with_context(context)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".deb") {
            found.insert(name, entry.metadata().with_context(context)?.len());
        }
    }
    Ok(found)
}

/// The words of a list: `#` begins a comment.
fn read_list(path: &Path) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let words: Vec<String> = list_words(&text);
    if words.is_empty() {
        bail!("{} names no package", path.display());
    }
    Ok(words)
}

fn list_words(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

/// What this machine's lists of packages are of: another release has other packages.
fn distribution() -> String {
    fs::read_to_string("/etc/debian_version").unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_words_and_comments() {
        assert_eq!(list_words("# all\na b # c\n\n  d"), ["a", "b", "d"]);
        assert!(list_words("# nothing\n").is_empty());
    }
}
