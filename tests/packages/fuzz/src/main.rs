//! Gives a fuzzer's bytes to the target that `SKINK_FUZZ` names.

#![no_main]

use skink_tests_packages::fuzz::targets;
use std::sync::LazyLock;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("SKINK_FUZZ").unwrap_or_default();
    let names: Vec<&str> = targets().map(|(name, _)| name).collect();
    let names = names.join(", ");
    let target = targets().find(|(name, _)| *name == wanted);
    target.unwrap_or_else(|| panic!("SKINK_FUZZ has to be one of: {names}")).1
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| TARGET(bytes));
