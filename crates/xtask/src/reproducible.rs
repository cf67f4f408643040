//! Whether anyone who builds the hooks gets the very same bytes.
//!
//! The second build is made from a copy of the checkout in another folder, with a target folder of its own:
//! a path that gets into a module shows as another digest.

use crate::digest;
use crate::hooks::{self, Hook};
use crate::layout::{Layout, fresh_folder, make_folder, remove_folder};
use crate::setup::{self, Group};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// What of a checkout is no source.
const NO_SOURCES: [&str; 2] = ["target", ".git"];

/// Builds twice and compares. `false` where a digest differs.
pub(crate) fn check(layout: &Layout) -> anyhow::Result<bool> {
    let Some(toolchain) = setup::ensure(layout, &[Group::Compile, Group::Guests])? else {
        bail!("set-up named no toolchain for hooks");
    };
    remove_folder(&layout.guest_target(toolchain.name()))?;
    let first = hooks::ensure(layout)?;
    // Another depth and another name than the checkout's.
    let elsewhere = layout.target().join("skink/elsewhere");
    let copy = elsewhere.join("a/copy of the sources");
    fresh_folder(&elsewhere)?;
    copy_tree(&layout.root, &copy)?;
    let mut second = BTreeMap::new();
    for module in hooks::build(&toolchain, &copy, &elsewhere.join("target"))? {
        let name = module.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
        second.insert(name, digest::of_file(&module)?);
    }
    let mut same = first.len() == second.len();
    for Hook { name, digest, .. } in &first {
        match second.get(name) {
            Some(again) if again == digest => println!("hooks: {name}: two builds gave the same bytes"),
            Some(again) => {
                same = false;
                println!("hooks: {name}: two builds differ: {digest} and {again}");
            }
            None => {
                same = false;
                println!("hooks: {name}: the second build did not make it");
            }
        }
    }
    if same {
        // Where they differ, both are left to be compared.
        remove_folder(&elsewhere)?;
    }
    Ok(same)
}

/// Copies folders, files and links of sources.
fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    make_folder(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("listing {}", from.display()))? {
        let entry = entry.with_context(|| format!("listing {}", from.display()))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if NO_SOURCES.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if from.is_symlink() {
            let target = fs::read_link(&from).with_context(|| format!("reading {}", from.display()))?;
            symlink(&target, &to).with_context(|| format!("linking {}", to.display()))?;
        } else if from.is_dir() {
            copy_tree(&from, &to)?;
        } else {
            fs::copy(&from, &to).with_context(|| format!("copying {}", from.display()))?;
        }
    }
    Ok(())
}
