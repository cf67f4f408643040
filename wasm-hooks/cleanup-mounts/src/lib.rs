//! Unmounts what a project's own tools and builds leave mounted on the build host, in the order that its settings give.
//!
//! It sees the mounts that the policy lets it see, and no other. One that stays does not keep the others; it ends the call as
//! failed.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;
use skink_sdk::{Cleanup, CleanupContext, Context as _, Failure, Finding, Mount, Mounts, Report};

/// The settings; the schema in the manifest describes them to people.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    mounts: Vec<Wanted>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    place: String,
    #[serde(default)]
    lazily: bool,
}

struct CleanupMounts;

impl Cleanup for CleanupMounts {
    fn cleanup(context: &CleanupContext) -> Result<(), Failure> {
        let settings: Settings = context.job().parse_settings()?;
        let (mounts, report) = (context.mounts(), context.report());
        let mut stay = 0_u32;
        for wanted in &settings.mounts {
            stay = stay.saturating_add(end(wanted, &mounts, &report)?);
        }
        match stay {
            0 => Ok(()),
            1 => Err(Failure::because("a mount stays")),
            more => Err(Failure::because(format!("{more} mounts stay"))),
        }
    }
}

/// Ends the mounts of one place or pattern, and counts those that stay.
fn end(wanted: &Wanted, mounts: &Mounts, report: &Report) -> Result<u32, Failure> {
    let all = mounts.all().context("list the mounts")?;
    let found: Vec<&Mount> = all.iter().rev().filter(|mount| fits(&wanted.place, &mount.place)).collect();
    if found.is_empty() {
        report.log(&format!("nothing is mounted at {}, as far as the policy lets it be seen", wanted.place));
    }
    let mut stay = 0;
    for Mount { number, place, kind, .. } in found {
        match mounts.unmount(*number, wanted.lazily) {
            Ok(()) => report.log(&format!("unmounted {place} ({kind})")),
            Err(Failure::NotFound(_)) => report.log(&format!("{place} ({kind}) is gone already")),
            Err(failure) => {
                report.emit(&[Finding::error("mount-stays", failure.message())]);
                stay += 1;
            }
        }
    }
    Ok(stay)
}

/// Whether a place is what the pattern says, with `*` for any characters but a slash.
fn fits(pattern: &str, place: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == place };
    let Some(rest) = place.strip_prefix(before) else { return false };
    let name = rest.find('/').unwrap_or(rest.len());
    (0..=name).any(|end| rest.get(end..).is_some_and(|rest| fits(after, rest)))
}

skink_sdk::bare!();
skink_sdk::cleanup!(CleanupMounts);
skink_sdk::manifest!(include_str!("../manifest.json"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings() {
        let rows = [
            (r#"{"mounts":[{"place":"/mnt/a"},{"place":"/mnt/b-*","lazily":true}]}"#, true),
            (r#"{"mounts":[{"lazily":true}]}"#, false),
            (r#"{"mounts":[{"place":"/mnt/a","lazy":true}]}"#, false),
            ("{}", false),
        ];
        for (text, fits) in rows {
            assert_eq!(serde_json::from_str::<Settings>(text).is_ok(), fits, "{text}");
        }
    }

    #[test]
    fn places() {
        let rows = [
            ("/mnt/a", "/mnt/a", true),
            ("/mnt/a", "/mnt/a/b", false),
            ("/mnt/*", "/mnt/a", true),
            ("/mnt/*", "/mnt/a/b", false),
            ("/mnt/a*/x", "/mnt/a-1/x", true),
            ("/mnt/a*b*c", "/mnt/a1b2bc", true),
            ("/mnt/a*b*c", "/mnt/acb", false),
            ("/mnt/é*", "/mnt/éü", true),
            ("/*", "/", true),
        ];
        for (pattern, place, want) in rows {
            assert_eq!(fits(pattern, place), want, "{pattern} {place}");
        }
    }
}
