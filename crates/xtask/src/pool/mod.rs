//! Pools: folders of packages, downloaded once and kept under `target/`.
//!
//! Invariant: each pool has a stamp, which tells what it was made of and the size of each file; where that fits,
//! apt is not called. A pool is only downloaded for what needs it.

mod table;

use crate::digest;
use crate::layout::{Layout, fresh_folder, remove_folder, write};
use crate::setup::{Apt, is_debian};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
pub(crate) use table::BASE;
use table::{POOLS, Pool};

/// Downloads what is not here of the named pools, and of those that they are beside of.
pub(crate) fn ensure(layout: &Layout, names: &[impl AsRef<str>]) -> anyhow::Result<()> {
    for name in names {
        ensure_one(layout, find(name.as_ref())?)?;
    }
    Ok(())
}

/// The variables that tell tests where each pool is, or would be.
pub(crate) fn variables(layout: &Layout) -> impl Iterator<Item = (&'static str, PathBuf)> {
    POOLS.iter().map(|pool| (pool.variable, folder(layout, pool)))
}

fn find(name: &str) -> anyhow::Result<&'static Pool> {
    table::row(name).with_context(|| {
        let known: Vec<&str> = POOLS.iter().map(|pool| pool.name).collect();
        format!("there is no pool {name:?}; there are {}", known.join(", "))
    })
}

fn folder(layout: &Layout, pool: &Pool) -> PathBuf {
    layout.cache().join(pool.name)
}

fn ensure_one(layout: &Layout, pool: &Pool) -> anyhow::Result<()> {
    let beside = pool.beside.map(find).transpose()?;
    if let Some(beside) = beside {
        ensure_one(layout, beside)?;
    }
    let start = Instant::now();
    let made_of = made_of(layout, pool, beside)?;
    let stamp_file = layout.cache().join(format!("{}.stamp", pool.name));
    let stamp = || stamp(&folder(layout, pool), &made_of);
    if fs::read_to_string(&stamp_file).is_ok_and(|old| stamp().is_ok_and(|now| now == old)) {
        return Ok(());
    }
    if !is_debian() {
        bail!("pools are made of Debian packages, and there is no apt-get here to download them");
    }
    println!("pool: downloading {}, needed {}", pool.name, pool.why);
    download(layout, pool, beside).with_context(|| format!("making the pool {}", pool.name))?;
    let stamp = stamp()?;
    write(&stamp_file, &stamp)?;
    let files = stamp.lines().count().saturating_sub(1);
    println!("pool: {files} packages in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// The digest of all that says what a pool holds. Another release of the machine has other packages.
fn made_of(layout: &Layout, pool: &Pool, beside: Option<&Pool>) -> anyhow::Result<String> {
    let own = words(layout, pool)?;
    let others = beside.map(|beside| words(layout, beside)).transpose()?;
    let release = fs::read_to_string("/etc/debian_version").unwrap_or_default();
    Ok(digest::of_bytes(format!("{own:?} {others:?} {:?} {}", pool.origin, release.trim()).as_bytes()))
}

/// Fills the folder under another name first, so that a broken download leaves the old one.
fn download(layout: &Layout, pool: &Pool, beside: Option<&Pool>) -> anyhow::Result<()> {
    let apt = Apt::new(layout);
    let partial = layout.cache().join(format!("{}.partial", pool.name));
    fresh_folder(&partial)?;
    let mut wanted = words(layout, pool)?;
    let mut is_there = Vec::new();
    if let Some(beside) = beside {
        wanted.extend(words(layout, beside)?);
        // Links keep apt from downloading these once more.
        let theirs = folder(layout, beside);
        for name in sizes(&theirs)?.into_keys() {
            fs::hard_link(theirs.join(&name), partial.join(&name))
                .with_context(|| format!("linking {name}"))?;
            is_there.push(name);
        }
    }
    apt.download(&pool.origin, &wanted, &partial)?;
    for name in is_there {
        fs::remove_file(partial.join(&name)).with_context(|| format!("removing the link {name}"))?;
    }
    remove_folder(&partial.join("partial"))?;
    fs::remove_file(partial.join("lock")).unwrap_or_default();
    let to = folder(layout, pool);
    remove_folder(&to)?;
    fs::rename(&partial, &to).with_context(|| format!("moving {} to {}", partial.display(), to.display()))
}

/// What a folder holds, below the digest of what it was made of.
fn stamp(folder: &Path, made_of: &str) -> anyhow::Result<String> {
    let mut stamp = format!("{made_of}\n");
    for (name, size) in sizes(folder)? {
        stamp.push_str(&format!("{name} {size}\n"));
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

/// The words of a pool's list: `#` begins a comment.
fn words(layout: &Layout, pool: &Pool) -> anyhow::Result<Vec<String>> {
    let path = layout.examples().join(pool.list);
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let words = list_words(&text);
    if words.is_empty() {
        bail!("{} names no package", path.display());
    }
    Ok(words)
}

fn list_words(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_words_and_comments() {
        assert_eq!(list_words("# all\na b # c\n\n  d"), ["a", "b", "d"]);
        assert!(list_words("# nothing\n").is_empty());
    }

    #[test]
    fn each_row_has_its_list() {
        let layout = Layout { root: Path::new(env!("CARGO_MANIFEST_DIR")).join("../..") };
        for pool in POOLS {
            assert!(words(&layout, pool).is_ok(), "{}", pool.name);
        }
    }
}
