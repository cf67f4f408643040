//! Has kiwi build an image where the recipe is a description of one.
//!
//! kiwi lives in a tool root of the build host and is root there and nowhere else. It finds the image's packages in the
//! repositories of the build, which need hold neither kiwi nor anything that it needs.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod script;
mod settings;

use alloc::borrow::ToOwned;
use alloc::format;
use settings::Settings;
use skink_sdk::{Context as _, Failure, Input, PreChroot, PreChrootContext};

/// The tool's name in the policy.
const TOOL: &str = "kiwi";

struct Kiwi;

impl PreChroot for Kiwi {
    fn prepare(context: &PreChrootContext) -> Result<(), Failure> {
        let (job, report) = (context.job(), context.report());
        let settings: Settings = job.parse_settings()?;
        let recipe = job.recipe();
        if !recipe.ends_with(".kiwi") {
            report.log(&format!("{recipe} is no description of an image: nothing to do"));
            return Ok(());
        }
        let sources = context.sources()?.location();
        let profiles = settings.profiles(job.fact("flavor").as_deref())?;
        let release = job.fact("release").unwrap_or_default();
        let image =
            script::Image { sources, recipe: &recipe, release: &release, profiles, kind: settings.kind() };
        let script = Input::new("build", image.script()?);
        let args = ["-eu".to_owned(), script.location()];
        let tool = context.tool(TOOL)?;
        context.plan().delegate(&tool, &args, &[script]).context("have kiwi build the image")?;
        report.log(&format!("{TOOL} builds the image of {recipe}"));
        Ok(())
    }
}

skink_sdk::bare!();
skink_sdk::pre_chroot!(Kiwi);
skink_sdk::manifest!(include_str!("../manifest.json"));
