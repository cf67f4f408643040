//! A report of a hook call, for tests.

use skink_job::{Outcome, Phase};
use skink_report::{HookReport, ModuleReport};

pub(crate) fn hook(name: &str, outcome: Outcome) -> HookReport {
    let module = ModuleReport { name: name.into(), version: "1.0".into(), sha256: "ab".repeat(32) };
    HookReport::new(name.parse().unwrap(), Some(Phase::Check), module, outcome)
}
