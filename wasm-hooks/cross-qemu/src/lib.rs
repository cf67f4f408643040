//! Has the programs of the architecture that a package is built for run on the build host.
//!
//! Which architecture that is, the job says; whether the build host runs it by itself, may emulate it and can, the host
//! decides. What it refuses ends the call as failed: the build would only fail later, at the first program that it starts.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::format;
use skink_sdk::{Context as _, Failure, PreChroot, PreChrootContext};

struct CrossQemu;

impl PreChroot for CrossQemu {
    fn prepare(context: &PreChrootContext) -> Result<(), Failure> {
        let (job, report) = (context.job(), context.report());
        let (arch, host) = (job.arch(), job.host_arch());
        let effect =
            context.effects().emulate(&arch).context(format_args!("have {arch} emulated on {host}"))?;
        match effect {
            Some(effect) => report.log(&format!("programs run: {}", effect.describe())),
            None => report.log(&format!("{host} runs {arch} by itself: nothing to do")),
        }
        Ok(())
    }
}

skink_sdk::bare!();
skink_sdk::pre_chroot!(CrossQemu);
skink_sdk::manifest!(include_str!("../manifest.json"));
